import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, type Db } from "../connect.ts";
import { isSqlstate, ROWS_DIFFER } from "../postgres-error.ts";
import { textOf } from "../statements.ts";
import { ada, holdings, newKey, openWallet } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  db = connect({ url: database.url });
});
afterAll(async () => {
  await db.close();
  await database.close();
});

const NOBODY = "00000000-0000-4000-8000-000000000000";
const NOWHERE = "(0,999)";
const CHANGE =
  "select holdfast.change_wallets(1, array[$1::uuid], array[$2::tid], array[-5::bigint], array[0::bigint], array[1::bigint])";
const SETTLE =
  "select holdfast.settle_holds(1, array[$1::uuid], array[$2::tid], array[0::bigint], array['released'::text])";

/** Runs one statement as the write path would; answers the failure, if it was one. */
async function failureOf(statement: string, id: string, place: string): Promise<unknown> {
  const run = db.withTransaction({ tenantId: 1, retries: 0 }, (tx) => tx.run(statement, [id, place]));
  return run.then(
    () => undefined,
    (error: unknown) => error,
  );
}

async function placeOf(table: "wallets" | "holds", id: string): Promise<string> {
  const [row] = await db.withTransaction({ tenantId: 1 }, (tx) =>
    tx.run(`select ctid::text as place from holdfast.${table} where tenant_id = 1 and id = $1::uuid`, [id]),
  );
  return row === undefined ? "" : textOf(row, "place");
}

test("rows that are not at their place, or are other rows, abort the transaction that would change them", async () => {
  const walletId = await openWallet(db, 100n);
  const { holdId } = await db.execute(ada, {
    kind: "wallets.hold",
    idempotencyKey: newKey(),
    walletId,
    amount: 10n,
    expiresInSeconds: 600,
  });
  for (const [statement, table, id] of [
    [CHANGE, "wallets", walletId],
    [SETTLE, "holds", holdId],
  ] as const) {
    const place = await placeOf(table, id);
    for (const [wrongId, wrongPlace] of [
      [id, NOWHERE],
      [NOBODY, place],
    ] as const) {
      const failure = await failureOf(statement, wrongId, wrongPlace);
      expect([table, wrongId, isSqlstate(failure, ROWS_DIFFER)]).toEqual([table, wrongId, true]);
    }
  }
  const after = await holdings(database.url);
  expect(after.wallet(walletId)).toMatchObject({ balance: 100n, held: 10n });
  expect(after.holds.get(holdId)).toMatchObject({ status: "open" });
  expect(await failureOf(CHANGE, walletId, await placeOf("wallets", walletId))).toBeUndefined();
  expect(await failureOf(SETTLE, holdId, await placeOf("holds", holdId))).toBeUndefined();
});
