import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { connect, type Db } from "./connect.ts";
import type { CallSeen, TransactionSeen } from "./observe.ts";
import { withBlocker } from "./testing/blocker.ts";
import { ada, newKey, openWallet, settle } from "./testing/factories.ts";
import {
  createTestDatabase,
  type FaultyProxy,
  startFaultyProxy,
  type TestDatabase,
  throughPort,
} from "./testing/index.ts";

let database: TestDatabase;
let proxy: FaultyProxy;
let db: Db;
let walletId: string;
const calls: CallSeen[] = [];
const transactions: TransactionSeen[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startFaultyProxy(Number(new URL(database.url).port));
  db = connect({
    url: throughPort(database.url, proxy.port),
    sessions: 4,
    observe: { outcome: (seen) => calls.push(seen), transaction: (seen) => transactions.push(seen) },
  });
  walletId = await openWallet(db, 1_000n);
});
afterAll(async () => {
  await db.close();
  await proxy.close();
  await database.close();
});
beforeEach(() => {
  calls.length = 0;
  transactions.length = 0;
});

const debit = (amount = 1n, idempotencyKey = newKey(), from = walletId) =>
  settle(db.execute(ada, { kind: "wallets.debit", idempotencyKey, walletId: from, amount }));

test("a success, a refusal and their replays are told apart", async () => {
  for (const amount of [1n, 5_000n]) {
    const key = newKey();
    await debit(amount, key);
    await debit(amount, key);
  }
  expect(calls.map(({ kind, code, replayed }) => [kind, code, replayed])).toEqual([
    ["wallets.debit", undefined, false],
    ["wallets.debit", undefined, true],
    ["wallets.debit", "INSUFFICIENT_FUNDS", false],
    ["wallets.debit", "INSUFFICIENT_FUNDS", true],
  ]);
  for (const { durationMs } of calls) expect(durationMs).toBeGreaterThan(0);
});

test("a call that is not valid is not told: its kind may be any text", async () => {
  const idempotencyKey = newKey();
  await settle(db.execute(ada, { kind: "anything.at-all", idempotencyKey }));
  await settle(db.execute(ada, { kind: "wallets.debit", idempotencyKey, walletId, amount: -1n }));
  expect(calls).toEqual([]);
});

test("every call is aboard one committed transaction, and those that arrive together share theirs", async () => {
  await Promise.all(Array.from({ length: 50 }, () => debit()));
  expect(transactions.reduce((sum, { calls }) => sum + calls, 0)).toBe(50);
  expect(transactions.length).toBeLessThan(10);
  for (const { kinds, lockMs, totalMs, result } of transactions) {
    expect([[...kinds], result]).toEqual([["wallets.debit"], "committed"]);
    expect(lockMs).toBeGreaterThan(0);
    expect(totalMs).toBeGreaterThan(lockMs);
  }
});

test("a wait for somebody else's lock is told while it lasts, and is no batch", async () => {
  const waitedMs = 700;
  await withBlocker(database.url, async (blocker) => {
    await blocker.run("select from holdfast.wallets where id = $1 for update", [walletId]);
    const paid = debit();
    await blocker.run("select pg_sleep($1)", [String(waitedMs / 1_000)]);
    await blocker.release();
    expect((await paid).ok).toBe(true);
  });
  const [first, ...later] = transactions;
  // The batch gives up after a brief wait, sees whose row is stuck, and only that call goes on waiting.
  expect(first).toMatchObject({ calls: 1, result: "rolled-back" });
  expect(first?.lockMs).toBeGreaterThan(50);
  const waits = later.filter(({ calls }) => calls === 0);
  expect(waits.map(({ result }) => result)).toContain("committed");
  expect(waits.reduce((sum, { lockMs }) => sum + lockMs, 0)).toBeGreaterThan(waitedMs / 2);
  expect(transactions.at(-1)).toMatchObject({ calls: 1, result: "committed" });
  expect(calls[0]?.durationMs).toBeGreaterThan(waitedMs - 50);
});

test("a COMMIT without an answer is told as unknown, and the attempt that finds out is told as well", async () => {
  const fresh = await openWallet(db, 10n);
  transactions.length = 0;
  calls.length = 0;
  proxy.cutCommits("after", 1);
  expect((await debit(1n, newKey(), fresh)).ok).toBe(true);
  expect(transactions.map(({ calls, result }) => [calls, result])).toEqual([
    [1, "unknown"],
    [1, "committed"],
  ]);
  expect(calls.map(({ code, replayed }) => [code, replayed])).toEqual([[undefined, true]]);
});

test("an observer that throws costs no call", async () => {
  const fail = () => {
    throw new Error("the disk for figures is full");
  };
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on("warning", note);
  const observed = connect({ url: database.url, sessions: 1, observe: { outcome: fail, transaction: fail } });
  try {
    for (let call = 0; call < 3; call++) {
      const idempotencyKey = newKey();
      const answer = await observed.execute(ada, {
        kind: "wallets.debit",
        idempotencyKey,
        walletId,
        amount: 1n,
      });
      expect(answer.replayed).toBe(false);
    }
    expect(warnings.map(({ message }) => message)).toEqual(["Holdfast's observer threw Error"]);
  } finally {
    process.off("warning", note);
    await observed.close();
  }
});
