import { randomUUID } from "node:crypto";
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "./connect.ts";
import { migrate, migrateWith } from "./migrate.ts";
import { createTenant } from "./tenants.ts";
import { ada, newKey, openWallet, settle } from "./testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "./testing/index.ts";
import { administer, withDatabase } from "./testing/test-database.ts";
import { verify } from "./verify.ts";
import { walletsFeature } from "./wallets/feature.ts";

const MIGRATIONS = fileURLToPath(new URL("../../../drizzle/", import.meta.url));
/** The first that today's write path of wallets runs on: before it no caller was named. */
const SINCE = "20261126150000_row-level-security";

let today: TestDatabase;
const databases: string[] = [];
beforeAll(async () => {
  today = await createTestDatabase();
});
afterAll(async () => {
  for (const name of databases) {
    await administer(today.url, (sql) => sql.unsafe(`drop database if exists ${name} with (force)`));
  }
  await today.close();
});

/** A database as the migrations up to and including `last` leave it; undefined: the first alone. */
async function databaseOf(last: string | undefined): Promise<string> {
  const name = `upgrade_${randomUUID().replaceAll("-", "")}`;
  databases.push(name);
  await administer(today.url, (sql) => sql.unsafe(`create database ${name}`));
  const folder = await mkdtemp(join(tmpdir(), "holdfast-migrations-"));
  const all = (await readdir(MIGRATIONS, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const names = all.map((entry) => entry.name).sort();
  const wanted = names.slice(0, last === undefined ? 1 : names.indexOf(last) + 1);
  for (const one of wanted) await cp(join(MIGRATIONS, one), join(folder, one), { recursive: true });
  const url = withDatabase(today.url, name);
  await migrateWith(url, folder);
  await rm(folder, { recursive: true });
  return url;
}

const debit = (walletId: string, idempotencyKey: string, amount: `${bigint}` = "1") =>
  ({ kind: "wallets.debit", idempotencyKey, walletId, amount }) as const;

test("a database of the first release, with what was written to it, is brought to today", async () => {
  const db = connect({ url: today.url });
  const walletId = await openWallet(db, 100n);
  const keys = [newKey("paid"), newKey("refused"), newKey("held")] as const;
  const paid = await db.execute(ada, debit(walletId, keys[0], "30"));
  const refused = await settle(db.execute(ada, debit(walletId, keys[1], "300")));
  const hold = {
    kind: "wallets.hold",
    idempotencyKey: keys[2],
    walletId,
    amount: "5",
    expiresInSeconds: 600,
  } as const;
  await db.execute(ada, hold);
  await db.close();

  const url = await databaseOf(undefined);
  await createTenant({ url, tenantId: 1, name: "one" });
  const [from, to] = [today.url, url].map((each) => postgres(each, { max: 1, onnotice: () => {} }));
  if (from === undefined || to === undefined) throw new Error("two databases");
  for (const table of ["operations", "wallets", "entries", "holds"]) {
    const [rows] = await from.unsafe(
      `select json_agg(t)::text as json from holdfast.${table} as t where tenant_id = 1`,
    );
    await to.unsafe(
      `insert into holdfast.${table} select * from json_populate_recordset(null::holdfast.${table}, $1::text::json)`,
      [String(rows?.["json"])],
    );
  }
  await Promise.all([from.end(), to.end()]);

  await migrate({ url });
  expect(await verify({ url })).toEqual([]);
  const upgraded = connect({ url });
  expect(await upgraded.execute(ada, debit(walletId, keys[0], "30"))).toEqual({ ...paid, replayed: true });
  expect(await settle(upgraded.execute(ada, debit(walletId, keys[1], "300")))).toEqual({
    ...refused,
    replayed: true,
  });
  expect(await upgraded.execute(ada, debit(walletId, newKey()))).toMatchObject({ balance: "69", held: "5" });
  expect(await verify({ url })).toEqual([]);
  await upgraded.close();
});

test("a server that goes on writing while the schema is brought up to date loses and fails no call", async () => {
  const url = await databaseOf(SINCE);
  await createTenant({ url, tenantId: 1, name: "one" });
  const before = connect({ url, features: [walletsFeature], sessions: 4 });
  const wallets = await Promise.all(Array.from({ length: 8 }, () => openWallet(before, 100_000n)));
  let migrated = false;
  let calls = 0;
  /** One caller: a debit after the other, until the schema is new and it has written some more. */
  const pay = async (walletId: string): Promise<number> => {
    let more = 20;
    let paid = 0;
    while (more > 0) {
      await before.execute(ada, debit(walletId, newKey()));
      calls++;
      paid++;
      if (migrated) more--;
    }
    return paid;
  };
  const paying = Promise.all(wallets.map(pay));
  await expect.poll(() => calls).toBeGreaterThan(100);
  await migrate({ url });
  migrated = true;
  const paid = await paying;
  await before.close();

  expect(await verify({ url })).toEqual([]);
  const sql = postgres(url, { max: 1 });
  const rows = await sql`select id, credit_balance::text as balance from holdfast.wallets`;
  await sql.end();
  const balances = new Map(rows.map(({ id, balance }) => [String(id), String(balance)]));
  expect(wallets.map((id) => balances.get(id))).toEqual(paid.map((times) => String(100_000 - times)));
});
