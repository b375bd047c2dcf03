import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type Db } from "../connect.ts";
import { execute } from "../join.ts";
import { withBlocker } from "../testing/blocker.ts";
import { ada, bob, holdings, newKey, openWallet, settle, shop } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { verify } from "../verify.ts";
import { getWallet, listEntries } from "./queries.ts";

let database: TestDatabase;
let sql: postgres.Sql;
let others: postgres.Sql;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1 });
  others = postgres(database.url, { max: 1 });
  db = connect({ url: database.url, sessions: 4 });
});
afterAll(async () => {
  expect(await verify({ url: database.url })).toEqual([]);
  await db.close();
  await sql.end();
  await others.end();
  await database.close();
});

function place(walletId: string, amount: bigint, expiresInSeconds = 600) {
  return db.execute(ada, {
    kind: "wallets.hold",
    idempotencyKey: newKey(),
    walletId,
    amount,
    expiresInSeconds,
  });
}
function capture(holdId: string, more: { amount?: bigint; toWalletId?: string; final?: boolean } = {}) {
  return { kind: "wallets.capture", idempotencyKey: newKey(), holdId, ...more } as const;
}
function debit(walletId: string, amount: bigint) {
  return { kind: "wallets.debit", idempotencyKey: newKey(), walletId, amount } as const;
}

/** Waits on the database's clock until a hold's time has come. */
async function untilExpired(holdId: string): Promise<void> {
  await sql`select pg_sleep(greatest(0, extract(epoch from expires_at - clock_timestamp())) + 0.005)
    from holdfast.holds where id = ${holdId}`;
}

describe("captures", () => {
  test("in part, to other wallets and outside, until a final one gives back the rest", async () => {
    const [walletId, bobs] = await Promise.all([
      openWallet(db, 100n),
      openWallet(db, 5n, { ownerId: "bob" }),
    ]);
    const { holdId } = await place(walletId, 60n);
    const steps = [
      [
        { amount: 10n, final: false, toWalletId: bobs },
        { balance: "90", held: "50", status: "partially_captured", captured: "10", remaining: "50" },
      ],
      [
        { amount: 15n, final: false },
        { balance: "75", held: "35", status: "partially_captured", captured: "25", remaining: "35" },
      ],
      [
        { amount: 20n, toWalletId: bobs },
        { balance: "55", held: "0", status: "captured", captured: "45", remaining: "0" },
      ],
    ] as const;
    for (const [more, expected] of steps) {
      expect(await db.execute(ada, capture(holdId, more))).toMatchObject({ walletId, holdId, ...expected });
    }
    expect(await settle(db.execute(ada, capture(holdId)))).toMatchObject({
      ...{ code: "HOLD_CLOSED", details: { status: "captured" } },
    });
    const after = await holdings(database.url);
    expect(after.amounts(walletId)).toEqual([100n, 0n, -10n, -15n, -20n]);
    expect(after.amounts(bobs)).toEqual([5n, 10n, 20n]);
    expect(after.wallet(walletId)).toEqual({ balance: 55n, held: 0n, version: 5n });
    const { entries } = await listEntries(db, bob, { walletId: bobs });
    expect(entries[0]).toMatchObject({ kind: "wallets.capture", amount: "20", balance: "35" });
  });

  test("never fail for funds, whatever else was spent meanwhile", async () => {
    const walletId = await openWallet(db, 100n);
    const { holdId } = await place(walletId, 60n);
    await db.execute(ada, debit(walletId, 40n));
    expect(await settle(db.execute(ada, debit(walletId, 1n)))).toMatchObject({
      ...{ code: "INSUFFICIENT_FUNDS", details: { available: "0", required: "1", shortfall: "1" } },
    });
    expect(await db.execute(ada, capture(holdId))).toMatchObject({ balance: "0", held: "0" });
  });

  test("in a batch see one another", async () => {
    const walletId = await openWallet(db, 100n);
    const { holdId } = await place(walletId, 60n);
    const batch = (atomic: boolean) => {
      const commands = [
        { kind: "capture", holdId, amount: 50n, final: false } as const,
        { kind: "capture", holdId, amount: 11n } as const,
      ];
      return db.execute(ada, { kind: "wallets.batch", idempotencyKey: newKey(), atomic, commands });
    };
    expect(await settle(batch(true))).toMatchObject({
      ...{ code: "BATCH_REFUSED", details: { index: 1, code: "HOLD_EXCEEDED" } },
    });
    expect(await batch(false)).toMatchObject({
      results: [{ ok: true }, { ok: false, code: "HOLD_EXCEEDED" }],
    });
    expect((await holdings(database.url)).holds.get(holdId)).toMatchObject({ captured: 50n });
  });
});

describe("a hold whose time has come", () => {
  test("frees its credit by the database's clock, with nobody to sweep it, and the expiry is recorded", async () => {
    const walletId = await openWallet(db, 100n);
    const { holdId, expiresAt } = await place(walletId, 80n, 1);
    expect(await settle(db.execute(ada, debit(walletId, 50n)))).toMatchObject({ code: "INSUFFICIENT_FUNDS" });
    await untilExpired(holdId);

    // Readers see it at once, though no row has changed.
    const stand = { balance: "100", held: "0", available: "100", version: "2" };
    expect(await getWallet(db, ada, { walletId })).toMatchObject(stand);
    expect((await holdings(database.url)).wallet(walletId).held).toBe(80n);

    expect(await db.execute(ada, debit(walletId, 50n))).toMatchObject({
      balance: "50",
      held: "0",
      version: "4",
    });
    const refused = await settle(db.execute(ada, capture(holdId)));
    expect(refused).toMatchObject({ code: "HOLD_EXPIRED", details: { expiredAt: expiresAt } });
    expect(await settle(db.execute(ada, { ...capture(holdId), kind: "wallets.release" }))).toMatchObject({
      code: "HOLD_EXPIRED",
    });
    const after = await holdings(database.url);
    expect(after.holds.get(holdId)).toMatchObject({ status: "expired", captured: 0n });
    const expiry = after.operations.filter(
      ({ idempotencyKey }) => idempotencyKey === `holdfast:expire:${holdId}`,
    );
    expect(expiry).toMatchObject([{ kind: "wallets.expire", caller: "system:holdfast" }]);
    expect(JSON.parse(expiry[0]?.outcome ?? "")).toMatchObject({
      ...{ ok: true, data: { walletId, holdId, status: "expired", held: "0", version: "3" } },
    });
    const { entries } = await listEntries(db, ada, { walletId });
    expect(entries.map(({ kind, heldChange }) => [kind, heldChange])).toEqual([
      ["wallets.debit", "0"],
      ["wallets.expire", "-80"],
      ["wallets.hold", "80"],
      ["wallets.credit", "0"],
    ]);
  });

  test("is refused to a capture that names it, and keeps what was captured before", async () => {
    const walletId = await openWallet(db, 100n);
    const { holdId } = await place(walletId, 80n, 1);
    await db.execute(ada, capture(holdId, { amount: 30n, final: false }));
    await untilExpired(holdId);
    const late = capture(holdId);
    const refused = await settle(db.execute(ada, late));
    expect(refused).toMatchObject({ code: "HOLD_EXPIRED", replayed: false });
    expect(await settle(db.execute(ada, late))).toEqual({ ...refused, replayed: true });
    const after = await holdings(database.url);
    expect(after.wallet(walletId)).toEqual({ balance: 70n, held: 0n, version: 4n });
    expect(after.holds.get(holdId)).toEqual({ status: "expired", amount: 80n, captured: 30n });
  });

  // Joined, it waits in the transaction that began before: now() would still be that moment.
  test.each(["coalesced", "joined"])(
    "while its %s capture waits: the clock is read after the lock",
    async (how) => {
      const walletId = await openWallet(db, 100n);
      const { holdId } = await place(walletId, 80n, 1);
      const command = capture(holdId);
      const captured = await withBlocker(database.url, async (blocker) => {
        await blocker.run("select id from holdfast.wallets where id = $1::uuid for update", [walletId]);
        const waiting =
          how === "coalesced"
            ? settle(db.execute(ada, command)).then((one) => (one.ok ? "ok" : one.code))
            : others
                .begin((tx) => execute(tx, ada, [command]))
                .then(([one]) => (one?.ok === false ? one.error.code : "ok"));
        await blocker.untilWaiting(1);
        await untilExpired(holdId);
        await blocker.release();
        return waiting;
      });
      expect(captured).toBe("HOLD_EXPIRED");
      expect((await holdings(database.url)).wallet(walletId)).toMatchObject({ balance: 100n, held: 0n });
    },
  );

  test("is found by whatever touches the wallet, several at once, each expiry recorded once", async () => {
    const other = connect({ url: database.url, sessions: 2 });
    const walletId = await openWallet(db, 100n);
    const placed = await Promise.all(Array.from({ length: 5 }, () => place(walletId, 20n, 1)));
    for (const { holdId } of placed) await untilExpired(holdId);
    const credit = (by: Db) =>
      by.execute(shop, { kind: "wallets.credit", idempotencyKey: newKey(), walletId, amount: 1n });
    await Promise.all([credit(db), credit(other), credit(db), credit(other)]);
    await other.close();
    const after = await holdings(database.url);
    expect(after.wallet(walletId)).toEqual({ balance: 104n, held: 0n, version: 15n });
    for (const { holdId } of placed) {
      expect(after.kindsUnder(`holdfast:expire:${holdId}`)).toEqual(["wallets.expire"]);
    }
  });

  test("is not found again by who waited for the wallet while its last holder found it", async () => {
    const walletId = await openWallet(db, 100n);
    const { holdId } = await place(walletId, 40n, 1);
    // The wallet still holds something afterwards, so its holds are looked at.
    await place(walletId, 10n);
    await untilExpired(holdId);
    await withBlocker(database.url, async (blocker) => {
      expect(await execute(blocker.sql, ada, [debit(walletId, 1n)])).toMatchObject([{ ok: true }]);
      const waiting = others.begin((tx) => execute(tx, ada, [debit(walletId, 2n)]));
      await blocker.untilWaiting(1);
      await blocker.release();
      expect(await waiting).toMatchObject([{ ok: true }]);
    });
    const after = await holdings(database.url);
    expect(after.wallet(walletId)).toMatchObject({ balance: 97n, held: 10n });
    expect(after.kindsUnder(`holdfast:expire:${holdId}`)).toEqual(["wallets.expire"]);
  });
});
