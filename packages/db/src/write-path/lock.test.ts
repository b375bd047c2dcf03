import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, type Db } from "../connect.ts";
import { withBlocker } from "../testing/blocker.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { STOCK_TABLE } from "../testing/stock-feature.ts";
import { keysByFeature, lockRows } from "./lock.ts";

let database: TestDatabase;
let sql: postgres.Sql;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1 });
  await sql.unsafe(STOCK_TABLE);
  await sql.unsafe("insert into public.stock values (1, 'a', 1), (1, 'b', 2), (1, 'c', 3), (2, 'a', 4)");
  db = connect({ url: database.url });
});
afterAll(async () => {
  await db.close();
  await sql.end();
  await database.close();
});

const table = { table: "public.stock", key: "sku", keyType: "text", columns: ["quantity::text"] } as const;
const HOLD_B = "select sku from public.stock where tenant_id = 1 and sku = 'b' for update";
/** Which rows nobody else could lock now. */
const LOCKED = `select sku from public.stock where tenant_id = 1
  and sku not in (select sku from public.stock where tenant_id = 1 for update skip locked) order by 1`;

test("without waiting, takes what is free, and names what is taken apart from what is not there", async () => {
  await withBlocker(database.url, async (blocker) => {
    await blocker.run(HOLD_B);
    const started = Date.now();
    await db.withTransaction({ tenantId: 1 }, async (tx) => {
      const locked = await lockRows(tx, 1, table, ["a", "b", "nowhere"], false);
      expect([...locked.rows]).toMatchObject([["a", { lock_key: "a", quantity: "1" }]]);
      expect([...locked.stuck]).toEqual(["b"]);
      expect(locked.absent).toBe(true);
      expect((await sql.unsafe(LOCKED)).map((row) => row["sku"])).toEqual(["a", "b"]);
    });
    expect(Date.now() - started).toBeLessThan(1_000);
    await db.withTransaction({ tenantId: 1 }, async (tx) => {
      expect(await lockRows(tx, 1, table, ["a", "b"], false)).toMatchObject({ absent: false });
    });
  });
});

test("waiting, brings the row as its holder left it", async () => {
  await withBlocker(database.url, async (blocker) => {
    await blocker.run("update public.stock set quantity = 77 where tenant_id = 1 and sku = 'b'");
    const locking = db.withTransaction({ tenantId: 1 }, async (tx) => {
      const { rows, stuck } = await lockRows(tx, 1, table, ["b", "nowhere"], true);
      expect([...stuck]).toEqual([]);
      expect((await sql.unsafe(LOCKED)).map((row) => row["sku"])).toEqual(["b"]);
      return [...rows.values()];
    });
    await blocker.untilWaiting(1);
    await blocker.release();
    expect(await locking).toMatchObject([{ lock_key: "b", quantity: "77" }]);
  });
});

test("locks rows of the tenant alone", async () => {
  await db.withTransaction({ tenantId: 2 }, async (tx) => {
    const { rows } = await lockRows(tx, 2, table, ["a", "b"], true);
    expect([...rows.values()]).toMatchObject([{ lock_key: "a", quantity: "4" }]);
    // Asked for another tenant's, row-level security has none to lock.
    expect((await lockRows(tx, 1, table, ["a"], true)).rows.size).toBe(0);
    expect(await sql.unsafe(LOCKED)).toHaveLength(0);
  });
});

test("the keys of many needs are named once each, by feature and in order", () => {
  const need = (feature: string, key: string) => ({ feature, key });
  const needs = [need("y", "b"), need("x", "c"), need("y", "a"), need("y", "b"), need("x", "C")];
  expect([...keysByFeature(needs)]).toEqual([
    ["y", ["a", "b"]],
    ["x", ["C", "c"]],
  ]);
});
