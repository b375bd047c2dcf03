import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type Db, type HoldfastCommand } from "../connect.ts";
import { ada, bob, holdings, newKey, openWallet, settle, shop } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";

let database: TestDatabase;
let db: Db;
let other: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  db = connect({ url: database.url, sessions: 2 });
  other = connect({ url: database.url, sessions: 2 });
});
afterAll(async () => {
  await db.close();
  await other.close();
  await database.close();
});

function debit(walletId: string, amount: bigint, idempotencyKey = newKey(), more: { memo?: string } = {}) {
  return { kind: "wallets.debit", idempotencyKey, walletId, amount, ...more } as const;
}

describe("the same call again", () => {
  test("is answered byte for byte as the first time, by any server, whatever happened since", async () => {
    const walletId = await openWallet(db, 100n);
    const call = debit(walletId, 30n, newKey(), { memo: 'quotes " and \\ and 😀' });
    const first = await db.execute(ada, call);
    await db.execute(ada, debit(walletId, 50n));
    for (const server of [db, other]) {
      const again = await server.execute(ada, call);
      expect(JSON.stringify(again)).toBe(JSON.stringify({ ...first, replayed: true }));
    }
    expect((await holdings(database.url)).amounts(walletId)).toEqual([100n, -30n, -50n]);
  });

  test("replays a refusal although it would pass by now", async () => {
    const walletId = await openWallet(db, 10n);
    const call = debit(walletId, 30n);
    const first = await settle(db.execute(ada, call));
    expect(first).toMatchObject({ ok: false, code: "INSUFFICIENT_FUNDS", replayed: false });
    await db.execute(shop, { kind: "wallets.credit", idempotencyKey: newKey(), walletId, amount: 100n });
    expect(await settle(other.execute(ada, call))).toEqual({ ...first, replayed: true });
    expect(await db.execute(ada, { ...call, idempotencyKey: newKey() })).toMatchObject({ balance: "80" });
  });

  test("takes an amount as a string and as a bigint, and fields in any order, for the same", async () => {
    const walletId = await openWallet(db, 100n);
    const { kind, idempotencyKey } = debit(walletId, 30n);
    await db.execute(ada, { kind, idempotencyKey, walletId, amount: 30n });
    const again = { amount: "30", walletId: walletId.toUpperCase(), idempotencyKey, kind } as const;
    expect(await db.execute(ada, again)).toMatchObject({ replayed: true, balance: "70" });
  });

  test("of a batch, an open and a hold makes nothing twice", async () => {
    const walletId = await openWallet(db, 100n);
    const commands = [
      { kind: "debit", walletId, amount: "1" },
      { kind: "debit", walletId, amount: "1000" },
    ] as const;
    for (const command of [
      { kind: "wallets.open", idempotencyKey: newKey(), currency: "sat" },
      { kind: "wallets.hold", idempotencyKey: newKey(), walletId, amount: "10", expiresInSeconds: 60 },
      { kind: "wallets.batch", idempotencyKey: newKey(), atomic: false, commands: [...commands] },
    ] satisfies HoldfastCommand[]) {
      const first = await db.execute(ada, command);
      expect(await other.execute(ada, command)).toEqual({ ...first, replayed: true });
    }
    expect((await holdings(database.url)).wallet(walletId)).toEqual({ balance: 99n, held: 10n, version: 3n });
  });

  test.each([
    '"',
    "\\",
    "{a,b}",
    "NULL",
    "a\nb",
    "😀",
    "'; drop table x; --",
    "$1",
    "%s",
    "é",
    "e\u0301",
    "k".repeat(255),
  ])("under the key %j", async (key) => {
    const walletId = await openWallet(db, 10n);
    const call = debit(walletId, 1n, key);
    expect(await db.execute(ada, call)).toMatchObject({ replayed: false });
    expect(await db.execute(ada, call)).toMatchObject({ replayed: true });
  });
});

describe("a key that belongs to another call", () => {
  const reused = (...fields: string[]) => ({
    ...{ ok: false, code: "IDEMPOTENCY_KEY_REUSED", details: { fields }, replayed: false },
  });

  test("names the fields that differ, and nothing is executed", async () => {
    const [walletId, second] = await Promise.all([openWallet(db, 100n), openWallet(db, 100n)]);
    const call = debit(walletId, 30n, newKey(), { memo: "rent" });
    await db.execute(ada, call);
    const { memo: _, ...withoutMemo } = call;
    expect(await settle(db.execute(ada, { ...call, amount: 31n }))).toEqual(reused("amount"));
    expect(await settle(db.execute(ada, withoutMemo))).toEqual(reused("memo"));
    expect(await settle(db.execute(ada, { ...call, ifVersion: 1n }))).toEqual(reused("ifVersion"));
    const twoFields = { ...call, walletId: second, amount: 31n };
    expect(await settle(other.execute(ada, twoFields))).toEqual(reused("walletId", "amount"));
    const hold = { ...call, kind: "wallets.hold", expiresInSeconds: 60 } as const;
    expect(await settle(db.execute(ada, hold))).toEqual(reused("kind"));
    const after = await holdings(database.url);
    expect(after.amounts(walletId)).toEqual([100n, -30n]);
    expect(after.amounts(second)).toEqual([100n]);
  });

  test("of another user reveals nothing, not even what differs", async () => {
    const [walletId, bobs] = await Promise.all([
      openWallet(db, 100n),
      openWallet(db, 100n, { ownerId: "bob" }),
    ]);
    const call = debit(walletId, 30n, newKey(), { memo: "rent" });
    await db.execute(ada, call);
    for (const stolen of [call, { ...call, walletId: bobs, amount: 1n }]) {
      expect(await settle(db.execute(bob, stolen))).toEqual(reused("idempotencyKey"));
    }
    expect(await settle(db.execute(shop, call))).toEqual(reused("idempotencyKey"));
    const after = await holdings(database.url);
    expect(after.amounts(walletId)).toEqual([100n, -30n]);
    expect(after.amounts(bobs)).toEqual([100n]);
    expect(await db.execute(ada, call)).toMatchObject({ replayed: true, balance: "70" });
  });

  test("within one batch too: the first of them has it", async () => {
    const walletId = await openWallet(db, 100n);
    const call = debit(walletId, 30n);
    const settled = await Promise.all(
      [call, { ...call, amount: 31n }, call].map((one) => settle(db.execute(ada, one))),
    );
    expect(settled).toMatchObject([
      { ok: true, answer: { replayed: false } },
      reused("amount"),
      { ok: true, answer: { replayed: true } },
    ]);
  });

  test("of another tenant is another key", async () => {
    const walletId = await openWallet(db, 100n);
    const call = { kind: "wallets.open", idempotencyKey: newKey(), currency: "sat" } as const;
    const [mine, theirs] = await Promise.all([
      db.execute(ada, call),
      db.execute({ ...ada, tenantId: 2 }, call),
    ]);
    expect([mine.replayed, theirs.replayed]).toEqual([false, false]);
    expect(mine.walletId).not.toBe(theirs.walletId);
    // And what another tenant owns is not there, for its services too.
    const foreign = db.execute({ ...shop, tenantId: 2 }, debit(walletId, 1n));
    expect(await settle(foreign)).toMatchObject({ code: "NOT_FOUND" });
  });
});

test("what was not executed does not use the key up", async () => {
  const walletId = await openWallet(db, 100n);
  const idempotencyKey = newKey("kept");
  const nowhere = "0197a000-0000-7000-8000-000000000000";
  const refusedFirst = [
    ["NOT_FOUND", ada, debit(nowhere, 1n, idempotencyKey)],
    ["NOT_FOUND", bob, debit(walletId, 1n, idempotencyKey)],
    ["FORBIDDEN", ada, { kind: "wallets.credit", idempotencyKey, walletId, amount: 1n }],
    [
      ...(["SAME_WALLET", ada] as const),
      { kind: "wallets.transfer", idempotencyKey, fromWalletId: walletId, toWalletId: walletId, amount: 1n },
    ],
    ["BAD_REQUEST", ada, debit(walletId, 0n, idempotencyKey)],
    ["BAD_REQUEST", shop, { kind: "wallets.open", idempotencyKey, currency: "sat", minBalance: 1n }],
  ] as const;
  for (const [code, by, command] of refusedFirst) {
    expect(await settle<unknown>(db.execute(by, command))).toMatchObject({ code, replayed: false });
  }
  expect((await holdings(database.url)).kindsUnder(idempotencyKey)).toEqual([]);
  expect(await db.execute(ada, debit(walletId, 1n, idempotencyKey))).toMatchObject({
    replayed: false,
    balance: "99",
  });
});
