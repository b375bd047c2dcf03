import { randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "./connect.ts";
import { migrate } from "./migrate.ts";
import { createTenant } from "./tenants.ts";
import { createTestDatabase, type TestDatabase } from "./testing/index.ts";
import { administer, withDatabase } from "./testing/test-database.ts";

let any: TestDatabase;
const owner = `owner_${randomUUID().replaceAll("-", "")}`;
const databases = ["a", "b"].map((name) => `${owner}_${name}`);
beforeAll(async () => {
  any = await createTestDatabase();
});
afterAll(async () => {
  for (const name of databases) {
    await administer(any.url, (sql) => sql.unsafe(`drop database if exists ${name} with (force)`));
  }
  await administer(any.url, (sql) => sql.unsafe(`drop role if exists ${owner}`));
  await any.close();
});

test("several processes may migrate at once, again, and beside other people's tables", async () => {
  const [name = ""] = databases;
  await administer(any.url, (sql) => sql.unsafe(`create database ${name}`));
  const url = withDatabase(any.url, name);
  const sql = postgres(url, { max: 1 });
  await sql.unsafe("create table public.orders (id int primary key); insert into public.orders values (1)");
  await Promise.all(Array.from({ length: 4 }, () => migrate({ url })));
  await migrate({ url });
  const rows =
    await sql`select name, count(*)::int as times from holdfast.migrations group by name order by name`;
  const folders = await readdir(new URL("../../../drizzle/", import.meta.url), { withFileTypes: true });
  const names = folders.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  expect(rows).toEqual(names.sort().map((migration) => ({ name: migration, times: 1 })));
  expect(await sql`select id from public.orders`).toEqual([{ id: 1 }]);
  await sql.end();
});

test("needs no superuser: the owner of a database who was granted the three roles will do", async () => {
  const name = databases[1] ?? "";
  await administer(any.url, (sql) =>
    sql.unsafe(`create role ${owner} login password 'secret';
      grant holdfast_owner, holdfast_login, holdfast_app to ${owner}`),
  );
  await administer(any.url, (sql) => sql.unsafe(`create database ${name} owner ${owner}`));
  const mine = new URL(withDatabase(any.url, name));
  mine.username = owner;
  mine.password = "secret";
  await migrate({ url: mine.href });
  await createTenant({ url: mine.href, tenantId: 1, name: "one" });
  const db = connect({ url: mine.href });
  const ada = { tenantId: 1, subject: "ada", role: "user" } as const;
  const opened = await db.execute(ada, { kind: "wallets.open", idempotencyKey: "open", currency: "sat" });
  expect(opened).toMatchObject({ balance: "0", version: "0", ownerId: "ada" });
  await db.close();
});
