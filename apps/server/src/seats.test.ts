import type { RouterOutputs, WireError } from "@holdfast/api";
import { type Principal, verify } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signToken } from "./auth/tokens.ts";
import {
  readReply,
  type Spawned,
  spawnHoldfast,
  startTestServer,
  TEST_SECRET,
  type TestServer,
} from "./testing/index.ts";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
const bob: Principal = { tenantId: 1, subject: "bob", role: "user" };
const shop: Principal = { tenantId: 1, subject: "shop", role: "service" };

let database: TestDatabase;
let local: TestServer;
/** Two processes on the one database. */
let urls: string[];
const running: Spawned[] = [];
const tokens = new Map<Principal, string>();

beforeAll(async () => {
  database = await createTestDatabase();
  local = await startTestServer({ databaseUrl: database.url });
  for (const principal of [ada, bob, shop])
    tokens.set(principal, await signToken({ secret: TEST_SECRET }, principal, 3600));
  urls = await Promise.all([serve(), serve()].map((spawned) => spawned.ready));
});
afterAll(async () => {
  for (const spawned of running) {
    spawned.child.kill("SIGKILL");
    await spawned.ended;
  }
  expect(await verify({ url: database.url })).toEqual([]);
  await local.close();
  await database.close();
});

function serve(): Spawned {
  const spawned = spawnHoldfast(["serve"], {
    DATABASE_URL: database.url,
    HOLDFAST_JWT_SECRET: TEST_SECRET,
    // Not what is tested here, and a busy machine may need longer than the default.
    HOLDFAST_CALL_DEADLINE_MS: "60000",
    // An expired seat must be free without anybody's help.
    HOLDFAST_SWEEP_SECONDS: "0",
    PORT: "0",
  });
  running.push(spawned);
  return spawned;
}

type Seats = RouterOutputs["seats"];
async function post<P extends keyof Seats>(at: number, by: Principal, name: P, input: object) {
  const response = await fetch(`${urls[at % urls.length]}/trpc/seats.${name}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${tokens.get(by)}` },
    body: JSON.stringify(input),
  });
  return readReply<Seats[P]>(response);
}

/** A show of rows of ten seats at 5 sat, whose organiser's wallet is empty. */
async function createShow(rows: number): Promise<{ showId: string; organiser: string }> {
  const walletId = await local.wallet("organiser", "0");
  const { showId } = await local.db.execute(shop, {
    kind: "shows.create",
    idempotencyKey: `show-${walletId}`,
    name: "A show",
    walletId,
    categories: [{ id: "all", price: "5" }],
    sections: [
      {
        id: "stalls",
        rows: Array.from({ length: rows }, (_, row) => ({
          id: `${row}`,
          seats: Array.from({ length: 10 }, (_, seat) => ({ id: `${row}-${seat}` })),
        })),
      },
    ],
  });
  return { showId, organiser: walletId };
}

test("two users, the same two seats, two processes: one 200 and one 409, 500 times", async () => {
  const { showId } = await createShow(1);
  const seatIds = ["0-4", "0-5"];
  for (let round = 0; round < 500; round += 1) {
    const replies = await Promise.all(
      [ada, bob].map((by, at) => {
        const input = {
          idempotencyKey: `race-${round}-${by.subject}`,
          showId,
          seatIds: at === 0 ? seatIds : seatIds.toReversed(),
        };
        return post(at + round, by, "reserve", input);
      }),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
    const lost = replies.find((reply) => !reply.ok) as { error: WireError };
    expect(lost.error.data).toMatchObject({ code: "SEATS_TAKEN", details: { conflicts: seatIds } });
    const at = replies.findIndex(({ ok }) => ok);
    const won = replies[at] as { data: Seats["reserve"] };
    const released = { idempotencyKey: `release-${round}`, token: won.data.token };
    expect(await post(round, at === 0 ? ada : bob, "release", released)).toMatchObject({ status: 200 });
  }
}, 120_000);

test("overlapping lists in opposite order, from many at once: everyone is told 200 or 409", async () => {
  const { showId } = await createShow(2);
  const all = Array.from({ length: 20 }, (_, seat) => `${Math.floor(seat / 10)}-${seat % 10}`);
  const statuses: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    const replies = await Promise.all(
      Array.from({ length: 40 }, (_, at) => {
        const from = (at * 7 + round) % 17;
        const some = all.slice(from, from + 4);
        const seatIds = at % 2 === 0 ? some : some.toReversed();
        const customerId = `customer-${round}-${at}`;
        return post(at, shop, "reserve", { idempotencyKey: customerId, showId, seatIds, customerId });
      }),
    );
    statuses.push(...replies.map(({ status }) => status));
    const won = replies.flatMap((reply) => (reply.ok ? [reply.data] : []));
    const taken = won.flatMap(({ seats }) => seats);
    expect(new Set(taken).size).toBe(taken.length);
    await Promise.all(
      won.map(({ token }, at) => post(at, shop, "release", { idempotencyKey: `free-${round}-${at}`, token })),
    );
  }
  expect(new Set(statuses)).toEqual(new Set([200, 409]));
}, 60_000);

test("who confirms pays once and has the seats; the key tells the same for ever, through either process", async () => {
  const { showId, organiser } = await createShow(1);
  const walletId = await local.wallet("ada", "12");
  const reserved = await post(0, ada, "reserve", {
    idempotencyKey: `buy-${showId}`,
    showId,
    seatIds: ["0-1", "0-2"],
  });
  if (!reserved.ok) throw new Error("refused");
  const confirm = { idempotencyKey: `pay-${showId}`, token: reserved.data.token, walletId };
  const replies = await Promise.all(Array.from({ length: 20 }, (_, at) => post(at, ada, "confirm", confirm)));
  expect(replies.filter((reply) => reply.ok && !reply.data.replayed)).toHaveLength(1);
  for (const reply of replies) {
    expect(reply).toMatchObject({
      status: 200,
      data: { status: "confirmed", price: "10", balance: "2", seats: ["0-1", "0-2"] },
    });
  }
  const view = await local.db.read(shop, (tx) =>
    tx.run(
      "select credit_balance::text as paid from holdfast.wallets where tenant_id = 1 and id = $1::uuid",
      [organiser],
    ),
  );
  expect(view).toEqual([{ paid: "10" }]);
});

test("a reservation whose holder disappears is bookable the moment it expires, without a sweeper", async () => {
  const { showId } = await createShow(1);
  const seatIds = ["0-0"];
  const held = await post(0, ada, "reserve", {
    idempotencyKey: `gone-${showId}`,
    showId,
    seatIds,
    expiresInSeconds: 1,
  });
  if (!held.ok) throw new Error("refused");
  let status = 0;
  for (let at = 0; status !== 200; at += 1) {
    status = (await post(at, bob, "reserve", { idempotencyKey: `wait-${showId}-${at}`, showId, seatIds }))
      .status;
    expect([200, 409]).toContain(status);
  }
  // By the database's clock: whoever was refused came before its time, and whoever got it did not.
  const [late] = await local.db.read(shop, (tx) =>
    tx.run(
      `select count(*)::text as calls from holdfast.operations where tenant_id = 1 and idempotency_key like $1
        and (outcome::jsonb ->> 'ok' = 'true') <> (created_at >= $2::timestamptz)`,
      [`wait-${showId}-%`, held.data.expiresAt],
    ),
  );
  expect(late).toEqual({ calls: "0" });
}, 30_000);
