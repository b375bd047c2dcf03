import { appRouter } from "@holdfast/api";
import { errorTable } from "@holdfast/db";
import { withBlocker } from "@holdfast/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataOf, deferred, startTestServer, type TestServer } from "../testing/index.ts";

let server: TestServer;
let ada: string;
let bob: string;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.wallet("ada", "100");
  bob = await server.wallet("bob", "0");
});
afterAll(() => server.close());

/** Every series by its name and labels, as the text has it. */
async function series(): Promise<Map<string, number>> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]));
}

/** What `work` adds to each series that it moves. */
async function movedBy(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await series();
  await work();
  const moved = [...(await series())].map(
    ([name, value]) => [name, value - (before.get(name) ?? 0)] as const,
  );
  return Object.fromEntries(moved.filter(([, by]) => by !== 0));
}

const caller = () => server.as({ tenantId: 1, subject: "ada", role: "user" });
const boost = async (amount: `${bigint}`, idempotencyKey: string, message = "well said") =>
  (await caller()).mutate("boost", { idempotencyKey, fromWalletId: ada, toWalletId: bob, amount, message });

test("is read without a token, is never cached, and doesn't count the calls of the warm-up", async () => {
  const fresh = await startTestServer({ databaseUrl: server.databaseUrl });
  const response = await fetch(`${fresh.url}/metrics`);
  const text = await response.text();
  await fresh.close();
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(text).toContain('\nholdfast_calls_total{kind="wallets.transfer",code="OK"} 0\n');
  expect(text).not.toContain("NOT_FOUND");
  expect(text).toContain("\nholdfast_batch_size_count 0\n");
});

test("a boost, a refused boost and a replay each move their own series", async () => {
  const kind = 'kind="wallets.boost"';
  const one = {
    [`holdfast_call_seconds_count{${kind}}`]: 1,
    holdfast_batch_size_count: 1,
    holdfast_batch_size_sum: 1,
    holdfast_commit_seconds_count: 1,
    'holdfast_procedure_seconds_count{procedure="wallets.boost"}': 1,
    holdfast_lock_wait_seconds_count: 1,
    'holdfast_transaction_seconds_count{result="committed"}': 1,
  };
  const ok = `holdfast_calls_total{${kind},code="OK"}`;
  const refused = `holdfast_calls_total{${kind},code="INSUFFICIENT_FUNDS"}`;
  const replays = `holdfast_replays_total{${kind}}`;

  const boosted = await movedBy(async () => dataOf(await boost("10", "first")));
  expect(boosted).toMatchObject({ ...one, [ok]: 1 });
  expect(boosted[replays]).toBeUndefined();
  const replayed = await movedBy(async () => dataOf(await boost("10", "first")));
  expect(replayed).toMatchObject({ ...one, [ok]: 1, [replays]: 1 });
  const short = await movedBy(() => boost("1000", "second"));
  expect(short).toMatchObject({ ...one, [refused]: 1 });
  expect(short[ok]).toBeUndefined();
  expect(short['holdfast_procedure_calls_total{procedure="wallets.boost",code="INSUFFICIENT_FUNDS"}']).toBe(
    1,
  );
});

test("what never reaches the write path is counted by its procedure", async () => {
  const counted = (procedure: string, code: string) =>
    `holdfast_procedure_calls_total{procedure="${procedure}",code="${code}"}`;
  const moved = await movedBy(async () => {
    await (await caller()).query("get", { walletId: ada });
    await (await server.as()).query("mine", {});
    await boost("0", "not valid");
  });
  expect(moved).toMatchObject({
    [counted("wallets.get", "OK")]: 1,
    [counted("wallets.mine", "UNAUTHENTICATED")]: 1,
    [counted("wallets.boost", "BAD_REQUEST")]: 1,
  });
  expect(Object.keys(moved).filter((name) => name.startsWith("holdfast_calls_total"))).toEqual([]);
});

test("a transaction that waits for a session shows while it waits, and is counted", async () => {
  const narrow = await startTestServer({ databaseUrl: server.databaseUrl, config: { sessions: 1 } });
  const read = async (name: string) => {
    const text = await (await fetch(`${narrow.url}/metrics`)).text();
    return Number(new RegExp(`^${name} (.+)$`, "m").exec(text)?.[1]);
  };
  try {
    const [taken, release] = [deferred(), deferred()];
    const before = await read("holdfast_session_waits_total");
    const holding = narrow.db.withTransaction({ tenantId: 1 }, async () => {
      taken.resolve();
      await release.promise;
    });
    await taken.promise;
    const waiting = narrow.db.ping();
    await expect.poll(() => read("holdfast_sessions_waiting")).toBe(1);
    expect(await read("holdfast_sessions_in_use")).toBe(1);
    expect(await read("holdfast_sessions_max")).toBe(1);
    expect(await read("holdfast_session_waits_total")).toBe(before + 1);
    release.resolve();
    await Promise.all([holding, waiting]);
    expect(await read("holdfast_sessions_waiting")).toBe(0);
  } finally {
    await narrow.close();
  }
});

test("somebody else's lock shows in the lock wait, and in the batches that were given up", async () => {
  const moved = await movedBy(() =>
    withBlocker(server.databaseUrl, async (blocker) => {
      await blocker.run("select from holdfast.wallets where id = $1 for update", [ada]);
      const boosting = boost("1", "blocked");
      await blocker.untilWaiting(1, 300);
      await blocker.release();
      dataOf(await boosting);
    }),
  );
  expect(moved["holdfast_lock_wait_seconds_sum"]).toBeGreaterThan(0.3);
  expect(moved['holdfast_transaction_seconds_count{result="rolled-back"}']).toBeGreaterThanOrEqual(1);
  expect(moved['holdfast_calls_total{kind="wallets.boost",code="OK"}']).toBe(1);
});

test("a reservation, a conflict and a rollback each move their own series", async () => {
  const organiser = { tenantId: 1, subject: "organiser", role: "service" } as const;
  const { showId } = await server.db.execute(organiser, {
    kind: "shows.create",
    idempotencyKey: "show",
    name: "A show",
    categories: [{ id: "free", price: "0" }],
    sections: [{ id: "stalls", rows: [{ id: "A", seats: [{ id: "A1" }, { id: "A2" }] }] }],
  });
  const reserve = (subject: string, idempotencyKey: string, seatId = "A1") =>
    server.db
      .execute(
        { tenantId: 1, subject, role: "user" },
        { kind: "seats.reserve", idempotencyKey, showId, seatIds: [seatId] },
      )
      .catch((error: unknown) => error);
  const conflicts = "reservation_conflicts_total";
  const rollbacks = "reservation_rollbacks_total";
  const calls = "reservation_duration_seconds_count";

  const reserved = await movedBy(() => reserve("ada", "r1"));
  expect(reserved).toMatchObject({ [calls]: 1, 'holdfast_calls_total{kind="seats.reserve",code="OK"}': 1 });
  expect(reserved).not.toHaveProperty(conflicts);
  const taken = await movedBy(() => reserve("bob", "r2"));
  expect(taken).toMatchObject({
    [calls]: 1,
    [conflicts]: 1,
    'holdfast_calls_total{kind="seats.reserve",code="SEATS_TAKEN"}': 1,
  });
  const toldAgain = await movedBy(() => reserve("bob", "r2"));
  expect(toldAgain).toMatchObject({ [calls]: 1, 'holdfast_replays_total{kind="seats.reserve"}': 1 });
  for (const moved of [taken, toldAgain]) expect(moved).not.toHaveProperty(rollbacks);
  expect(toldAgain).not.toHaveProperty(conflicts);

  const blocked = await movedBy(() =>
    withBlocker(server.databaseUrl, async (blocker) => {
      await blocker.run("select from holdfast.shows where id = $1 for update", [showId]);
      const reserving = reserve("bob", "r3", "A2");
      await blocker.untilWaiting(1, 200);
      await blocker.release();
      await reserving;
    }),
  );
  expect(blocked[calls]).toBe(1);
  expect(blocked[rollbacks]).toBeGreaterThanOrEqual(1);
  expect(blocked).not.toHaveProperty(conflicts);
});

test("gauges tell what is so at the moment", async () => {
  const token = await server.token({ tenantId: 1, subject: "ada", role: "user" });
  const input = encodeURIComponent(JSON.stringify({ topics: [{ kind: "wallet", id: ada }] }));
  const stop = new AbortController();
  const watching = await fetch(`${server.url}/trpc/changes.watch?input=${input}`, {
    headers: { authorization: `Bearer ${token}` },
    signal: stop.signal,
  });
  expect(watching.status).toBe(200);
  await expect.poll(async () => (await series()).get("holdfast_watchers")).toBe(1);
  stop.abort();
  await expect.poll(async () => (await series()).get("holdfast_watchers")).toBe(0);
  expect((await series()).get("holdfast_waiting_calls")).toBe(0);
  await expect.poll(async () => (await series()).get("holdfast_sessions_in_use")).toBe(0);
});

test("labels come from closed sets, whatever callers send", async () => {
  const mark = "a-text-that-is-nobodys-business";
  await boost("1", mark, mark);
  await boost("1000000", `${mark}-refused`, mark);
  await (await caller()).send(`wallets.${mark}`, { method: "POST", body: "{}" });
  const principal = { tenantId: 1, subject: mark, role: "user" } as const;
  const unknown = server.db.execute(principal, { kind: `${mark}.x`, idempotencyKey: mark });
  await expect(unknown).rejects.toMatchObject({ code: "NOT_FOUND" });

  const kinds = server.db.registry.features.flatMap(({ inputs }) => Object.keys(inputs));
  const closed: Record<string, (value: string) => boolean> = {
    kind: (value) => kinds.includes(value) || ["major", "minor", "incremental", "weakcb"].includes(value),
    procedure: (value) => value in appRouter._def.procedures,
    code: (value) => value === "OK" || value in errorTable,
    // Of transactions, of messages to webhooks, of questions to the replay cache.
    result: (value) =>
      ["committed", "rolled-back", "unknown", "delivered", "failed"].includes(value) ||
      ["hit", "late", "miss", "invalid"].includes(value),
    what: (value) => ["timeout", "error", "not-kept"].includes(value),
    le: (value) => value === "+Inf" || Number(value) > 0,
    // Node's own: parts of its memory, kinds of its handles, its version.
    space: (value) => /^[a-z_]+$/.test(value),
    type: (value) => /^[A-Za-z]+$/.test(value),
    version: (value) => value === process.version,
    major: (value) => /^\d+$/.test(value),
    minor: (value) => /^\d+$/.test(value),
    patch: (value) => /^\d+$/.test(value),
  };
  for (const name of (await series()).keys()) {
    const labels = [...name.matchAll(/([a-z_]+)="([^"]*)"/g)];
    for (const [label, key = "", value = ""] of labels) expect(closed[key]?.(value), label).toBe(true);
    for (const text of [mark, ada, bob, "well said", "first"]) expect(name).not.toContain(text);
  }
});
