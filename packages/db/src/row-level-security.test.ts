import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type Db } from "./connect.ts";
import { isSqlstate } from "./postgres-error.ts";
import { openWallet } from "./testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "./testing/index.ts";
import { useEverything } from "./testing/used-database.ts";

/** What Postgres refuses by itself, read from its catalogue and tried: the fence behind the write path. */

let database: TestDatabase;
let sql: postgres.Sql;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1 });
  db = connect({ url: database.url, tokenSecret: "of this test" });
  await useEverything(db, database.url);
});
afterAll(async () => {
  await db.close();
  await sql.end();
  await database.close();
});

/** Every table of Holdfast's but the journal of migrations. */
async function tables(): Promise<string[]> {
  const rows = await sql`select relname from pg_class
    where relnamespace = 'holdfast'::regnamespace and relkind in ('r', 'p') and relname <> 'migrations' order by 1`;
  return rows.map((row) => String(row["relname"]));
}

/** Runs one statement as a role in a transaction that is rolled back; answers its rows or its SQLSTATE. */
async function as(role: string, tenant: number | undefined, statement: string): Promise<unknown[] | string> {
  class Undo extends Error {}
  let outcome: unknown[] | string = [];
  await sql
    .begin(async (tx) => {
      await tx.unsafe(`set local role ${role}`);
      if (tenant !== undefined) await tx.unsafe(`set local holdfast.tenant = '${tenant}'`);
      outcome = [...(await tx.unsafe(statement))];
      throw new Undo();
    })
    .catch((error: unknown) => {
      if (error instanceof Undo) return;
      if (!(error instanceof postgres.PostgresError)) throw error;
      outcome = error.code;
    });
  return outcome;
}

describe("the catalogue", () => {
  test("every table has row-level security on, forced, and a policy of its tenant for the app role", async () => {
    const found = await tables();
    expect(found).toEqual(
      expect.arrayContaining([
        ...["api_keys", "entries", "holds", "operations", "tenants", "wallets"],
        ...["reservations", "seats", "show_changes", "shows"],
      ]),
    );
    const rows = await sql`select relname, relrowsecurity as on, relforcerowsecurity as forced,
        (select count(*)::int from pg_policies where schemaname = 'holdfast' and tablename = relname
          and roles = '{holdfast_app}' and cmd = 'ALL' and permissive = 'PERMISSIVE'
          and qual like '%tenant_id = %current_setting(''holdfast.tenant''%' and with_check = qual) as policies
      from pg_class where relnamespace = 'holdfast'::regnamespace and relname = any(${found}) order by 1`;
    expect([...rows]).toEqual(found.map((relname) => ({ relname, on: true, forced: true, policies: 1 })));
  });

  test("the app role has no other policy, and nobody has one that writes but the owner's on tenants", async () => {
    const rows = await sql`select tablename, cmd, roles::text from pg_policies where schemaname = 'holdfast'
      and permissive = 'PERMISSIVE' and not (roles = '{holdfast_app}' and cmd = 'ALL') and cmd <> 'SELECT' order by 1`;
    expect([...rows]).toEqual([{ tablename: "tenants", cmd: "INSERT", roles: "{holdfast_owner}" }]);
    const [count] = await sql`select count(*)::int as of_app from pg_policies
      where schemaname = 'holdfast' and 'holdfast_app' = any(roles) and permissive = 'PERMISSIVE'`;
    expect(count?.["of_app"]).toBe((await tables()).length);
  });

  test("every primary key and unique constraint begins with the tenant", async () => {
    const rows = await sql`select conname, (select attname from pg_attribute
        where attrelid = conrelid and attnum = conkey[1]) as first
      from pg_constraint where connamespace = 'holdfast'::regnamespace and contype in ('p', 'u')
        and conrelid <> 'holdfast.migrations'::regclass`;
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.filter((row) => row["first"] !== "tenant_id")).toEqual([]);
  });

  test("the login role has no privilege on anything, and no attribute", async () => {
    const [role] =
      await sql`select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolinherit, rolreplication
      from pg_roles where rolname = 'holdfast_login'`;
    expect(Object.values(role ?? { missing: true })).toEqual(Array(6).fill(false));
    const rows = await sql`
      select relname::text as name from pg_class, unnest(array['select', 'insert', 'update', 'delete', 'truncate',
        'references', 'trigger']) as privilege
      where relnamespace = 'holdfast'::regnamespace and relkind in ('r', 'p', 'v', 'm')
        and (has_table_privilege('holdfast_login', oid, privilege)
          or privilege in ('select', 'insert', 'update', 'references')
            and has_any_column_privilege('holdfast_login', oid, privilege))
      union all
      select relname::text from pg_class where relnamespace = 'holdfast'::regnamespace
        and case when relkind = 'S' then has_sequence_privilege('holdfast_login', oid, 'usage, select, update') end
      union all
      select proname::text from pg_proc where pronamespace = 'holdfast'::regnamespace
        and has_function_privilege('holdfast_login', oid, 'execute')
      union all
      select nspname::text from pg_namespace where nspname = 'holdfast'
        and has_schema_privilege('holdfast_login', oid, 'usage, create')
      union all
      select nspname::text from pg_namespace where nspname = 'public' and has_schema_privilege('holdfast_login', oid, 'create')
      union all
      select 'owns ' || relname from pg_class where relowner = 'holdfast_login'::regrole`;
    expect([...rows]).toEqual([]);
  });

  test("the app role may change the columns that move, and delete nothing", async () => {
    const rows = await sql`select relname || '.' || attname as column from pg_class
        join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
      where relnamespace = 'holdfast'::regnamespace and relkind in ('r', 'p')
        and has_column_privilege('holdfast_app', pg_class.oid, attnum, 'update') order by 1`;
    expect(rows.map((row) => row["column"])).toEqual(
      expect.arrayContaining([
        ...["holds.captured", "holds.status", "wallets.credit_balance"],
        ...["reservations.expires_at", "seats.reservation_id", "seats.status", "shows.sold", "shows.version"],
      ]),
    );
    for (const row of rows)
      expect(row["column"]).not.toMatch(
        /^(entries|operations|show_changes|answer_steps|tenants)\.|^api_keys\.(?!revoked_at$)|(?<!reservation|answer|waiting_wallet)_id$|\.id$/,
      );
    const others = await sql`select relname, privilege from pg_class,
        unnest(array['delete', 'truncate', 'references', 'trigger']) as privilege
      where relnamespace = 'holdfast'::regnamespace and relkind in ('r', 'p')
        and has_table_privilege('holdfast_app', oid, privilege)`;
    expect([...others]).toEqual([]);
    const [role] = await sql`select rolsuper, rolbypassrls from pg_roles where rolname = 'holdfast_app'`;
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false });
  });
});

describe("tried", () => {
  test("history can't be changed or deleted by the app role", async () => {
    for (const statement of [
      "update holdfast.entries set amount = amount",
      "delete from holdfast.entries",
      "truncate holdfast.entries",
      "update holdfast.operations set outcome = outcome",
      "delete from holdfast.operations",
      "update holdfast.wallets set owner_id = 'eve'",
      "update holdfast.wallets set min_balance = -100",
      "delete from holdfast.wallets",
      "update holdfast.holds set expires_at = now()",
      "delete from holdfast.holds",
      "update holdfast.shows set layout = layout",
      "delete from holdfast.seats",
      "update holdfast.reservations set customer_id = 'eve'",
      "update holdfast.reservations set token_hash = ''",
      "update holdfast.show_changes set status = status",
      "delete from holdfast.show_changes",
      "update holdfast.conversations set owner_id = 'eve'",
      "update holdfast.messages set role = 'system'",
      "update holdfast.messages set message_id = 'another'",
      "delete from holdfast.messages",
      "update holdfast.answer_steps set steps = steps",
      "delete from holdfast.answer_steps",
      "insert into holdfast.tenants (tenant_id, name) values (3, 'three')",
      "insert into holdfast.api_keys select * from holdfast.api_keys",
      "update holdfast.api_keys set role = 'admin'",
      "update holdfast.api_keys set secret_hash = ''",
      "update holdfast.api_keys set revoked_at = null",
      "delete from holdfast.api_keys",
    ]) {
      expect([statement, await as("holdfast_app", 1, statement)]).toEqual([statement, "42501"]);
    }
  });

  test("the app role sees the rows of its tenant, and none without one", async () => {
    for (const table of await tables()) {
      const count = `select count(*)::int as rows from holdfast.${table}`;
      const ofTenant = `select count(*)::int as rows from holdfast.${table} where tenant_id = 1`;
      const [all] = await sql.unsafe(ofTenant);
      expect([table, await as("holdfast_app", 1, count)]).toEqual([table, [all]]);
      expect(all?.["rows"]).toBeGreaterThan(0);
      for (const tenant of [undefined, 99]) {
        expect([table, await as("holdfast_app", tenant, count)]).toEqual([table, [{ rows: 0 }]]);
      }
    }
  });

  test("the app role writes no row of another tenant, nor moves one there", async () => {
    const [wallet] = await sql`select id from holdfast.wallets where tenant_id = 1 limit 1`;
    const insert = (tenant: number) => `insert into holdfast.wallets
      values (${tenant}, gen_random_uuid(), 'eve', 'sat', 0, 0, 0, 0, gen_random_uuid())`;
    expect(await as("holdfast_app", 1, insert(1))).toEqual([]);
    expect(await as("holdfast_app", 1, insert(2))).toBe("42501");
    expect(await as("holdfast_app", undefined, insert(1))).toBe("42501");
    const [show] = await sql`select id from holdfast.shows where tenant_id = 1 limit 1`;
    for (const touch of [
      `update holdfast.wallets set version = version where id = '${wallet?.["id"]}' returning 1 as changed`,
      `update holdfast.shows set version = version where id = '${show?.["id"]}' returning 1 as changed`,
    ]) {
      expect(await as("holdfast_app", 1, touch)).toEqual([{ changed: 1 }]);
      expect(await as("holdfast_app", 2, touch)).toEqual([]);
      expect(await as("holdfast_app", undefined, touch)).toEqual([]);
    }
    const change = (tenant: number) => `insert into holdfast.show_changes
      values (${tenant}, '${show?.["id"]}', 1000, gen_random_uuid(), gen_random_uuid(), 'free', '{A1}')`;
    expect(await as("holdfast_app", 1, change(1))).toEqual([]);
    expect(await as("holdfast_app", 1, change(2))).toBe("42501");
  });

  test("the owner of the tables reads all and moves no credit", async () => {
    const [all] = await sql`select count(*)::int as rows from holdfast.wallets`;
    expect(
      await as("holdfast_owner", undefined, "select count(*)::int as rows from holdfast.wallets"),
    ).toEqual([all]);
    const credit = "update holdfast.wallets set credit_balance = credit_balance + 1 returning 1 as changed";
    expect(await as("holdfast_owner", 1, credit)).toEqual([]);
  });

  test("a session outside a transaction may do nothing at all", async () => {
    const session = postgres(database.url, { max: 1, connection: { role: "holdfast_login" } });
    for (const table of await tables()) {
      for (const statement of [
        `select * from holdfast.${table}`,
        `insert into holdfast.${table} select * from holdfast.${table}`,
        `update holdfast.${table} set tenant_id = 1`,
        `delete from holdfast.${table}`,
      ]) {
        const failure = await session.unsafe(statement).catch((error: unknown) => error);
        expect([statement, isSqlstate(failure, "42501")]).toEqual([statement, true]);
      }
    }
    expect(
      isSqlstate(await session`create table public.mine (n int)`.catch((error: unknown) => error), "42501"),
    ).toBe(true);
    await session.end();
  });

  test("a session of connect's may do nothing once its transaction has ended", async () => {
    const one = connect({ url: database.url, sessions: 1 });
    const walletId = await openWallet(one, 5n);
    await one.withTransaction({ tenantId: 1 }, async (tx) => {
      expect(
        await tx.run("select id::text from holdfast.wallets where id = $1::uuid", [walletId]),
      ).toHaveLength(1);
      // As if the backend had been replaced under us: what follows runs outside the transaction.
      await tx.run("commit");
      const stray = await tx.run("select id from holdfast.wallets").catch((error: unknown) => error);
      expect(isSqlstate(stray, "42501")).toBe(true);
    });
    const left = await one.withTransaction({ tenantId: 2 }, (tx) =>
      tx.run("select id::text from holdfast.wallets where id = $1::uuid", [walletId]),
    );
    expect(left).toEqual([]);
    await one.close();
  });
});
