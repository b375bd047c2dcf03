import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { faultsOf } from "./testing/catalogue.ts";
import { createTestDatabase, type TestDatabase } from "./testing/index.ts";

/** That nothing in the schema is without row-level security, read from Postgres' own catalogue. */

let database: TestDatabase;
let sql: postgres.Sql;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await sql.end();
  await database.close();
});

describe("the catalogue", () => {
  test("has nothing that is not behind row-level security", async () => {
    expect(await faultsOf(sql)).toEqual([]);
  });

  test.each<[string, string[]]>([
    [
      "create table holdfast.notes (tenant_id int, words text); grant select, insert on holdfast.notes to holdfast_app",
      [
        "notes does not force row-level security on its owner",
        "notes has no policy of its tenant",
        "notes has no row-level security",
        "notes shows its rows without asking for the caller",
        "notes takes rows without asking for their operation",
      ],
    ],
    [
      "alter table holdfast.wallets no force row level security",
      ["wallets does not force row-level security on its owner"],
    ],
    [
      "drop policy entries_seen on holdfast.entries",
      ["entries shows its rows without asking for the caller"],
    ],
    ["drop policy holds_of_tenant on holdfast.holds", ["holds has no policy of its tenant"]],
    [
      "drop policy entries_taken_by_owner on holdfast.entries",
      ["entries takes rows without asking for their operation"],
    ],
    [
      "create policy everybody on holdfast.messages for select using (true)",
      ["messages has a policy that opens it: everybody"],
    ],
    [
      "create view holdfast.rich as select * from holdfast.wallets",
      ["rich is a view with the rights of its owner"],
    ],
    ["create view holdfast.mine with (security_invoker = true) as select * from holdfast.wallets", []],
    [
      "create materialized view holdfast.copy as select * from holdfast.wallets",
      ["copy is a copy that no policy guards"],
    ],
    [
      "create function holdfast.spend() returns void language sql security definer as ''",
      [
        "holdfast_login may execute spend",
        "public may execute spend",
        "spend has the rights of its owner and does not ask for the tenant and the caller",
        "spend has the rights of its owner and no pinned search_path",
      ],
    ],
    ["grant update (amount) on holdfast.entries to holdfast_app", ["holdfast_app may update entries"]],
    ["grant delete on holdfast.operations to holdfast_app", ["holdfast_app may delete operations"]],
    ["grant truncate on holdfast.seats to holdfast_app", ["holdfast_app may truncate seats"]],
    [
      "grant select (id) on holdfast.wallets to public",
      ["holdfast_login may select wallets", "public may select wallets"],
    ],
    ["grant create on schema holdfast to holdfast_login", ["holdfast_login may create the schema"]],
    ["grant usage on schema holdfast to public", ["public may usage the schema"]],
    [
      "grant execute on function holdfast.expect_rows to holdfast_login",
      ["holdfast_login may execute expect_rows"],
    ],
    ["alter role holdfast_app bypassrls", ["holdfast_app has the attribute bypassrls"]],
  ])("is told to be wrong after: %s", async (statement, faults) => {
    const undone = new Error("undone");
    const planted = sql.begin(async (tx) => {
      // As whoever migrates would; an attribute of a role is a superuser's to give.
      await tx.unsafe(`set local role ${statement.startsWith("alter role") ? "none" : "holdfast_owner"}`);
      await tx.unsafe(statement);
      await tx.unsafe("reset role");
      expect(await faultsOf(tx as unknown as postgres.Sql)).toEqual(faults);
      throw undone;
    });
    await expect(planted).rejects.toBe(undone);
    expect(await faultsOf(sql)).toEqual([]);
  });

  test("every primary key and unique constraint begins with the tenant", async () => {
    const rows = await sql`select conname, (select attname from pg_attribute
        where attrelid = conrelid and attnum = conkey[1]) as first
      from pg_constraint where connamespace = 'holdfast'::regnamespace and contype in ('p', 'u')
        and conrelid <> 'holdfast.migrations'::regclass`;
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.filter((row) => row["first"] !== "tenant_id")).toEqual([]);
  });

  test("the app role may change the columns that move", async () => {
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
  });
});
