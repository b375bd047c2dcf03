import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type Db } from "./connect.ts";
import { isSqlstate } from "./postgres-error.ts";
import { openWallet } from "./testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "./testing/index.ts";
import { useEverything } from "./testing/used-database.ts";
import type { Tx } from "./transaction.ts";

/** What Postgres refuses by itself, tried; catalogue.test.ts reads it. The fence behind the write path. */

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

/**
 * Runs one statement as a role, and by default as a service of the tenant, in a transaction that is rolled back; answers its rows
 * or its SQLSTATE.
 */
async function as(
  role: string,
  tenant: number | undefined,
  statement: string,
  { caller = "service:test", aboard = "services" } = {},
): Promise<unknown[] | string> {
  class Undo extends Error {}
  let outcome: unknown[] | string = [];
  await sql
    .begin(async (tx) => {
      await tx.unsafe(`set local role ${role}`);
      if (tenant !== undefined) await tx.unsafe(`set local holdfast.tenant = '${tenant}'`);
      await tx`select set_config('holdfast.caller', ${caller}, true), set_config('holdfast.aboard', ${aboard}, true)`;
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
      expect([table, await as("holdfast_app", 1, count, { caller: "admin:test" })]).toEqual([table, [all]]);
      expect(all?.["rows"]).toBeGreaterThan(0);
      for (const tenant of [undefined, 99]) {
        expect([table, await as("holdfast_app", tenant, count)]).toEqual([table, [{ rows: 0 }]]);
      }
      // Nobody, and who is none of those that there are.
      for (const caller of ["", ":", "ada", "user:", "owner:ada", "holdfast_app", "Service:shop"]) {
        const seen = await as("holdfast_app", 1, count, { caller });
        expect([table, caller, seen]).toEqual([table, caller, [{ rows: 0 }]]);
      }
    }
  });

  test("a session that has said nothing of itself sees nothing, nor one whose transaction has ended", async () => {
    const session = postgres(database.url, { max: 1 });
    const count = () => session.unsafe("select count(*)::int as rows from holdfast.wallets");
    await session.unsafe("set role holdfast_app");
    expect([...(await count())]).toEqual([{ rows: 0 }]);
    await session.begin(async (tx) => {
      await tx.unsafe("set local holdfast.tenant = '1'; set local holdfast.caller = 'system:holdfast'");
      expect([...(await tx.unsafe("select count(*) > 0 as some from holdfast.wallets"))]).toEqual([
        { some: true },
      ]);
    });
    // By now both are not unset, but ''.
    expect([...(await count())]).toEqual([{ rows: 0 }]);
    await session.end();
  });

  test("a row that says nothing of its operation is taken from nobody, unless no user is aboard", async () => {
    const insert = `insert into holdfast.wallets
      values (1, gen_random_uuid(), 'eve', 'sat', 0, 0, 0, 0, gen_random_uuid())`;
    expect(await as("holdfast_app", 1, insert)).toEqual([]);
    for (const aboard of ["users", "", "Services"])
      expect(await as("holdfast_app", 1, insert, { aboard })).toBe("42501");
  });

  test("a reader writes nothing, and can't become who does", async () => {
    const ada = { tenantId: 1, subject: "ada", role: "user" } as const;
    for (const statement of [
      "insert into holdfast.wallets select * from holdfast.wallets",
      "select holdfast.change_wallets(1, array[id], array[ctid], array[1], array[0], array[1]) from holdfast.wallets",
      "set transaction read write",
      "select set_config('transaction_read_only', 'off', true)",
    ]) {
      const failure = await db
        .read(ada, async (tx) => {
          await tx.run("select 1::text as one from holdfast.wallets limit 1");
          return tx.run(statement);
        })
        .catch((error: Error) => error.cause);
      expect([statement, failure]).toEqual([statement, expect.objectContaining({ severity: "ERROR" })]);
    }
  });

  test("a subject is a text, whatever stands in it", async () => {
    const subject = "o'hara\\'; reset role; -- \u00e9\u{1f600}\n";
    const who = (tx: Pick<Tx, "run">) => tx.run("select holdfast.subject_of(holdfast.caller()) as subject");
    expect(await db.read({ tenantId: 1, subject, role: "user" }, who)).toEqual([{ subject }]);
    expect(await db.read({ tenantId: 1, subject, role: "admin" }, who)).toEqual([{ subject: null }]);
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
