import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "@holdfast/embedded-postgres";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "./connect.ts";
import { findApiKeyPrincipal } from "./keys/queries.ts";
import { migrate } from "./migrate.ts";
import { createTenant } from "./tenants.ts";
import { faultsOf } from "./testing/catalogue.ts";
import { newKey, root } from "./testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "./testing/index.ts";
import { administer, withDatabase } from "./testing/test-database.ts";
import { useEverything } from "./testing/used-database.ts";
import { verify } from "./verify.ts";

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

test("a managed Postgres: who may create roles and owns the database does all of it, and no more than others at its rows", async () => {
  // A server of its own: roles belong to the server, and here nobody has made them yet.
  const directory = await mkdtemp(join(tmpdir(), "holdfast-managed-"));
  const server = await startEmbeddedPostgres({ dataDir: directory, durable: false });
  try {
    await administer(server.url, (sql) =>
      sql.unsafe(`create role managed login password 'secret' nosuperuser nobypassrls nocreatedb createrole`),
    );
    await administer(server.url, (sql) => sql.unsafe("create database app owner managed"));
    const url = new URL(withDatabase(server.url, "app"));
    url.username = "managed";
    url.password = "secret";
    await migrate({ url: url.href });
    await migrate({ url: url.href });
    await createTenant({ url: url.href, tenantId: 1, name: "one" });
    const db = connect({ url: url.href, tokenSecret: "of this test" });
    // It looks at tables by itself, which row-level security shows to the owner of the server.
    await useEverything(db, withDatabase(server.url, "app"));
    const create = {
      kind: "keys.create",
      idempotencyKey: newKey(),
      subject: "shop",
      role: "service",
    } as const;
    const { apiKey } = await db.execute(root, create);
    expect(await findApiKeyPrincipal(db, apiKey ?? "")).toEqual({
      tenantId: 1,
      subject: "shop",
      role: "service",
    });
    const { settled } = await db.sweep();
    expect(settled).toBeGreaterThanOrEqual(0);
    await db.close();
    expect(await verify({ url: url.href })).toEqual([]);

    const sql = postgres(url.href, { max: 1, onnotice: () => {} });
    const [me] = await sql`select rolsuper, rolbypassrls from pg_roles where rolname = current_user`;
    expect(me).toEqual({ rolsuper: false, rolbypassrls: false });
    expect(await faultsOf(sql)).toEqual([]);
    // Who only serves needs two of the three roles, and as itself may read nothing.
    await sql.unsafe(
      `create role web login noinherit password 'secret'; grant holdfast_login, holdfast_app to web`,
    );
    await sql.end();
    url.username = "web";
    const transactions: string[] = [];
    const served = connect({
      url: url.href,
      observe: { transaction: ({ result }) => transactions.push(result) },
    });
    const ada = { tenantId: 1, subject: "ada", role: "user" } as const;
    const shop = { tenantId: 1, subject: "shop", role: "service" } as const;
    const open = { kind: "wallets.open", idempotencyKey: "web", currency: "sat" } as const;
    const { walletId } = await served.execute(ada, open);
    // The second is a transaction of one statement.
    for (const [at, balance] of ["5", "10"].entries()) {
      const credit = { kind: "wallets.credit", idempotencyKey: `web-${at}`, walletId, amount: 5n } as const;
      expect(await served.execute(shop, credit)).toMatchObject({ balance });
    }
    expect(transactions).toEqual(["committed", "committed", "committed"]);
    await served.close();
    await expect(createTenant({ url: url.href, tenantId: 2, name: "two" })).rejects.toThrow(
      /permission denied/,
    );
    const web = postgres(url.href, { max: 1, onnotice: () => {} });
    await expect(web`select from holdfast.wallets`).rejects.toThrow(/permission denied/);
    await web.end();
  } finally {
    await server.stop();
    for (const path of new Set([directory, server.dataDir])) await rm(path, { recursive: true, force: true });
  }
}, 120_000);
