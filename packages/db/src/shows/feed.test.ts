import { afterAll, beforeAll, expect, test } from "vitest";
import type { ChangeEvent } from "../changes/watcher.ts";
import { connect, type Db } from "../connect.ts";
import type { Principal } from "../principal.ts";
import { newKey, openWallet, settle } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { createShow } from "../testing/shows.ts";
import { getShow } from "./queries.ts";

/** What those who watch a show are told while two replicas write to it. */

let database: TestDatabase;
let replicas: readonly [Db, Db];

beforeAll(async () => {
  database = await createTestDatabase();
  const options = { url: database.url, sessions: 4, tokenSecret: "of both replicas" };
  replicas = [connect(options), connect(options)];
});
afterAll(async () => {
  for (const db of replicas) await db.close();
  await database.close();
});

const range = (length: number) => Array.from({ length }, (_, at) => at);
const customer = (subject: string): Principal => ({ tenantId: 1, subject, role: "user" });
function replica(at: number): Db {
  return replicas[at % 2] ?? replicas[0];
}

/** Sold when all else is done: who sees that has seen all that came before. */
const LAST_SEAT = "B1";

/** Everything that a watcher is told after a version, up to the sale of the last seat. */
async function follow(db: Db, showId: string, since: bigint): Promise<ChangeEvent[]> {
  const leave = new AbortController();
  const events: ChangeEvent[] = [];
  for await (const some of await db.watch(
    customer("anybody"),
    [{ kind: "show", id: showId, since }],
    leave.signal,
  )) {
    events.push(...some);
    if (JSON.stringify(some.at(-1)).includes(`"sold","seats":["${LAST_SEAT}"]`)) break;
  }
  leave.abort();
  return events;
}

test("every version is told once and in order, whichever replica wrote it, and says nothing of whose the seats are", async () => {
  const { showId } = await createShow(replicas[0], { rows: ["........", "."] });
  const customers = range(8).map((at) => customer(`customer-${at}`));
  const watching = replicas.map((db) => follow(db, showId, 0n));
  const secrets: string[] = [];
  const writing = customers.map(async (by, at) => {
    for (const turn of range(12)) {
      const reserve = (first: number, replace: boolean) => {
        const seatIds = range(2).map((n) => `A${((first + n) % 8) + 1}`);
        const asked = { kind: "seats.reserve", idempotencyKey: newKey(), showId, seatIds, replace } as const;
        return settle(replica(first).execute(by, asked));
      };
      const reserved = await reserve(at + turn, false);
      if (!reserved.ok) continue;
      const exchanged = await reserve(at + turn + 1, true);
      const { token, reservationId, operationId } = exchanged.ok ? exchanged.answer : reserved.answer;
      secrets.push(reserved.answer.reservationId, reserved.answer.token, token, reservationId, operationId);
      const key = () => ({ idempotencyKey: newKey(), token });
      const db = replica(turn);
      await db.execute(by, { kind: "seats.extend", ...key(), expiresInSeconds: 600 });
      await db.execute(by, { kind: "seats.release", ...key() });
    }
  });
  await Promise.all(writing);
  const half = (await getShow(replicas[0], customer("anybody"), { showId })).version;
  const late = follow(replicas[1], showId, BigInt(half) / 2n);
  const walletId = await openWallet(replicas[0], 10n, { ownerId: "last" });
  const { token } = await replicas[0].execute(customer("last"), {
    ...{ kind: "seats.reserve", idempotencyKey: newKey(), showId },
    seatIds: [LAST_SEAT],
  } as const);
  const buy = { kind: "seats.confirm", idempotencyKey: newKey(), token, walletId } as const;
  await replicas[1].execute(customer("last"), buy);

  const [first = [], second = []] = await Promise.all(watching);
  const { version, heldSeats, soldSeats } = await getShow(replicas[1], customer("anybody"), { showId });
  expect(Number(version)).toBeGreaterThan(30);
  expect(soldSeats).toEqual([LAST_SEAT]);
  expect(first.map((event) => event.version)).toEqual(range(Number(version)).map((at) => `${at + 1}`));
  expect(second).toEqual(first);
  expect(await late).toEqual(first.slice(Number(BigInt(half) / 2n)));

  // Played from the beginning, they come to what the show is.
  const seats = new Map<string, string>();
  for (const event of first) {
    if (event.type !== "change") throw new Error("versions were left out");
    const data = event.data as { status: string; seats: string[] };
    expect(data).toEqual({ showId, version: event.version, status: data.status, seats: data.seats });
    for (const seat of data.seats) {
      expect([seats.get(seat) ?? "free", data.status]).toBeOneOf([
        ["free", "held"],
        ["held", "free"],
        ["held", "sold"],
      ]);
      seats.set(seat, data.status);
    }
  }
  const now = (status: string) =>
    [...seats].flatMap(([seat, is]) => (is === status ? [seat] : [])).toSorted();
  expect([now("held"), now("sold")]).toEqual([heldSeats.toSorted(), soldSeats.toSorted()]);

  const told = JSON.stringify(first);
  for (const secret of [...secrets, ...customers.map(({ subject }) => subject), "last", token, walletId])
    expect(told).not.toContain(secret);
});

test("a show is watched by everybody of its tenant, and by nobody else", async () => {
  const { showId } = await createShow(replicas[0]);
  const topic = { kind: "show", id: showId, since: 0n };
  const { signal } = new AbortController();
  for (const [by, id] of [
    [{ ...customer("ada"), tenantId: 2 }, showId],
    [customer("ada"), "018f0000-0000-7000-8000-000000000000"],
    [customer("ada"), "no id"],
  ] as const) {
    await expect(replicas[1].watch(by, [{ ...topic, id }], signal)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  }
  const leave = new AbortController();
  const events = await replicas[1].watch(customer("bob"), [topic], leave.signal);
  await replicas[0].execute(customer("ada"), {
    ...{ kind: "seats.reserve", idempotencyKey: newKey(), showId },
    seatIds: ["A2", "A1"],
  } as const);
  const data = { showId, version: "1", status: "held", seats: ["A1", "A2"] };
  expect((await events.next()).value).toEqual([
    { type: "change", topic: { kind: "show", id: showId }, version: "1", data },
  ]);
  leave.abort();
});
