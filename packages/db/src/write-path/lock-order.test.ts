import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, type Db, execute, type Feature, type HoldfastCommand, holdfastFeatures } from "../index.ts";
import { isSqlstate } from "../postgres-error.ts";
import { withBlocker } from "../testing/blocker.ts";
import { ada, newKey, openWallet } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { STOCK_TABLE, stockFeature } from "../testing/stock-feature.ts";
import { verify } from "../verify.ts";

/**
 * One global lock order. Two transactions name the same three rows in opposite orders while somebody else holds the
 * middle one: whoever locked as named would hold an end and want the other, a deadlock once the middle is free. Joined
 * transactions, because nobody retries those behind the test's back.
 */

let database: TestDatabase;
let sql: postgres.Sql;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 4 });
  await sql.unsafe(STOCK_TABLE);
  db = connect({ url: database.url, features: [...holdfastFeatures, stockFeature as Feature] });
});
afterAll(async () => {
  expect(await verify({ url: database.url })).toEqual([]);
  await db.close();
  await sql.end();
  await database.close();
});

const HOLD_WALLET = "select id from holdfast.wallets where id = $1::uuid for update";

/** Each side's outcomes, or the error that its transaction failed with. */
async function meet(
  hold: { statement: string; row: string },
  sides: readonly (readonly HoldfastCommand[])[],
): Promise<unknown[]> {
  return withBlocker(database.url, async (blocker) => {
    expect(await blocker.run(hold.statement, [hold.row])).toHaveLength(1);
    const running: Promise<unknown>[] = [];
    for (const [at, commands] of sides.entries()) {
      const joining = sql.begin((tx) => execute(tx, ada, commands, { registry: db.registry }));
      running.push(
        joining.then(
          (joined) => joined.map((one) => (one.ok ? "ok" : one.error.code)),
          (error: unknown) => error,
        ),
      );
      await blocker.untilWaiting(at + 1);
    }
    await blocker.release("rollback");
    return Promise.all(running);
  });
}

async function threeWallets(): Promise<[low: string, middle: string, high: string]> {
  const ids = await Promise.all([openWallet(db, 100n), openWallet(db, 100n), openWallet(db, 100n)]);
  const [low = "", middle = "", high = ""] = ids.toSorted();
  return [low, middle, high];
}

function debits(...walletIds: string[]): HoldfastCommand[] {
  return walletIds.map((walletId) => {
    return { kind: "wallets.debit", idempotencyKey: newKey(), walletId, amount: 1n } as const;
  });
}

const OK = ["ok", "ok", "ok"];

test("wallets that commands name are locked by id", async () => {
  const [low, middle, high] = await threeWallets();
  const sides = [debits(low, middle, high), debits(high, middle, low)];
  expect(await meet({ statement: HOLD_WALLET, row: middle }, sides)).toEqual([OK, OK]);
});

test("wallets that are found through holds are locked by their ids too, not by the holds'", async () => {
  const [low, middle, high] = await threeWallets();
  const captures: HoldfastCommand[] = [];
  // Holds get ascending ids, so in the holds' order the wallets go down.
  for (const walletId of [high, middle, low]) {
    const hold = { idempotencyKey: newKey(), walletId, amount: 5n, expiresInSeconds: 600 };
    const { holdId } = await db.execute(ada, { kind: "wallets.hold", ...hold });
    captures.push({ kind: "wallets.capture", idempotencyKey: newKey(), holdId });
  }
  const sides = [debits(low, middle, high), captures];
  expect(await meet({ statement: HOLD_WALLET, row: middle }, sides)).toEqual([OK, OK]);
});

test("rows of a feature that locks by lockRows are locked by their keys", async () => {
  const skus = ["a", "b", "c"];
  for (const sku of skus) await sql`insert into public.stock values (1, ${sku}, 10)`;
  const takes = (of: string[]) =>
    of.map((sku) => ({ kind: "stock.take", idempotencyKey: newKey(), sku, quantity: 1 }) as const);
  const hold = { statement: "select sku from public.stock where sku = $1 for update", row: "b" };
  expect(await meet(hold, [takes(skus), takes(skus.toReversed())])).toEqual([OK, OK]);
});

test("keys are recorded in their order: who comes second waits at the first, and then replays", async () => {
  const prefix = newKey("order");
  const opens = ["a", "m", "z"].map((name) => {
    return { kind: "wallets.open", idempotencyKey: `${prefix}-${name}`, currency: "sat" } as const;
  });
  const insert = `insert into holdfast.operations
    values (1, gen_random_uuid(), $1, 'held', '', '{}', '{}', now(), '') returning id`;
  const hold = { statement: insert, row: `${prefix}-m` };
  const [first, second] = await meet(hold, [opens, opens.toReversed()]);
  expect(first).toEqual(OK);
  // Not a deadlock: the keys were taken meanwhile, so the transaction is to be run again.
  expect(second).toMatchObject({ code: "TRANSACTION_CONFLICT" });
  expect(isSqlstate(second, "23505")).toBe(true);
  const again = await sql.begin((tx) => execute(tx, ada, opens));
  expect(again).toMatchObject([{ replayed: true }, { replayed: true }, { replayed: true }]);
});
