import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "./connect.ts";
import { createTestDatabase, type TestDatabase } from "./testing/index.ts";
import { useEverything } from "./testing/used-database.ts";
import { type Finding, verify } from "./verify.ts";

/** Changes rows by hand, one column of one row at a time, as a superuser or a restored backup might. */

let database: TestDatabase;
let sql: postgres.Sql;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1, fetch_types: false });
  const db = connect({ url: database.url, tokenSecret: "of this test" });
  await useEverything(db, database.url);
  await db.close();
});
afterAll(async () => {
  expect(await verify({ url: database.url })).toEqual([]);
  await sql.end();
  await database.close();
});

const WALLET_TABLES = ["wallets", "entries", "holds"] as const;
const SHOW_TABLES = ["shows", "seats", "reservations", "show_changes"] as const;
const CONVERSATION_TABLES = ["conversations", "messages", "answer_steps"] as const;
const TABLES = ["operations", "api_keys", ...WALLET_TABLES, ...SHOW_TABLES, ...CONVERSATION_TABLES] as const;
type Table = (typeof TABLES)[number];

/** The primary key as findings tell it. */
const KEY: Readonly<Record<Table, string>> = {
  wallets: "tenant_id || '/' || id",
  entries: "tenant_id || '/' || wallet_id || '/' || version",
  holds: "tenant_id || '/' || id",
  operations: "tenant_id || '/' || id",
  api_keys: "tenant_id || '/' || id",
  shows: "tenant_id || '/' || id",
  seats: "tenant_id || '/' || show_id || '/' || id",
  reservations: "tenant_id || '/' || id",
  show_changes: "tenant_id || '/' || show_id || '/' || version",
  conversations: "tenant_id || '/' || id",
  messages: "tenant_id || '/' || conversation_id || '/' || seq",
  answer_steps: "tenant_id || '/' || conversation_id || '/' || version",
};

/** Rows of different sorts, so that what is true of one kind of command is not taken for true of all. */
const SAMPLE: Readonly<Record<Table, string>> = {
  wallets: "select distinct on (min_balance < 0, held > 0) * from holdfast.wallets where version > 0",
  holds: "select distinct on (status) * from holdfast.holds",
  operations: `select distinct on (kind in ('wallets.batch', 'shows.create', 'seats.confirm'), outcome::jsonb ->> 'ok') *
    from holdfast.operations`,
  api_keys: "select distinct on (revoked_at is null) * from holdfast.api_keys",
  entries: `select distinct on (kind) entry.* from holdfast.entries as entry join holdfast.operations as operation
      on operation.tenant_id = entry.tenant_id and operation.id = entry.operation_id
    where kind = 'wallets.transfer' and amount > 0 or kind = 'wallets.capture' and amount < 0
      or kind in ('wallets.hold', 'wallets.batch', 'wallets.expire', 'seats.confirm')`,
  shows: "select distinct on (wallet_id is null, starts_at is null) * from holdfast.shows where version > 0",
  seats: "select distinct on (status) * from holdfast.seats",
  // A released one may have been given up for another, and a confirmed one held again.
  reservations: `select distinct on (status, operation.outcome::jsonb -> 'data' ? 'replaced',
        expires_at - held_since > interval '200 seconds')
      reservation.* from holdfast.reservations as reservation join holdfast.operations as operation
      on operation.tenant_id = reservation.tenant_id and operation.id = reservation.operation_id`,
  show_changes: `select distinct on (kind, status) change.* from holdfast.show_changes as change
      join holdfast.operations as operation
      on operation.tenant_id = change.tenant_id and operation.id = change.operation_id`,
  conversations: `select distinct on (answer_paid, waiting_wallet_id is null, title is null) * from holdfast.conversations
    where version > 0`,
  // What was sent, and answers as they began, went on and ended.
  messages: `select distinct on (status, generated, error, metadata is null) * from holdfast.messages`,
  answer_steps: `select distinct on (status, error) * from holdfast.answer_steps`,
};

/** The value of the same column in another row: a change that looks like the truth. */
const ELSEWHERE =
  "(select other.COLUMN from holdfast.TABLE as other where other.COLUMN <> changed.COLUMN limit 1)";
/** What a value of each type is changed to: of each list, the first that the table's constraints let through. */
const CHANGES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  integer: [["changed.COLUMN + 1", "changed.COLUMN - 1"]],
  bigint: [["changed.COLUMN + 1", "changed.COLUMN - 1"]],
  uuid: [["gen_random_uuid()"], [ELSEWHERE], ["null"]],
  text: [["changed.COLUMN || 'x'", "'captured'", "'released'", "'sold'", "'held'"], [ELSEWHERE]],
  "text[]": [
    ["changed.COLUMN || 'x'::text"],
    ["changed.COLUMN[2:]"],
    ["changed.COLUMN[2:] || changed.COLUMN[1]"],
  ],
  boolean: [["not changed.COLUMN", "true"]],
  json: [[`'{"ok": true}'::json`], ["(changed.COLUMN::text || ' ')::json"]],
  bytea: [["'\\x00'::bytea"]],
  "timestamp with time zone": [["coalesce(changed.COLUMN, now()) + interval '1 millisecond'"], ["null"]],
};

interface Column {
  readonly name: string;
  readonly type: string;
}

async function columnsOf(table: Table): Promise<Column[]> {
  const rows = await sql<
    Column[]
  >`select attname as name, format_type(atttypid, null) as type from pg_attribute
    where attrelid = ${`holdfast.${table}`}::regclass and attnum > 0 and not attisdropped order by attnum`;
  return [...rows];
}

async function sampleOf(table: Table, query: string): Promise<string[]> {
  const rows = await sql.unsafe(`select ${KEY[table]} as key from (${query}) as sample`);
  return rows.map((row) => String(row["key"]));
}

/** Changes a column of one row; answers the row's key afterwards, or undefined when nothing could be changed. */
async function change(table: Table, key: string, column: string, value: string): Promise<string | undefined> {
  const to = value.replaceAll("COLUMN", column).replaceAll("TABLE", table);
  const text = `update holdfast.${table} as changed set ${column} = ${to}
    where ${KEY[table]} = $1 and changed.${column}::text is distinct from (${to})::text returning ${KEY[table]} as key`;
  const rows = await sql.unsafe(text, [key]).catch((error: unknown) => {
    // A CHECK or a unique key: Postgres itself guards this column against this change.
    if (error instanceof postgres.PostgresError && error.code.startsWith("23")) return [];
    throw error;
  });
  return rows[0] && String(rows[0]["key"]);
}

function named(findings: readonly Finding[], table: Table, keys: readonly string[]): boolean {
  return findings.some((finding) => finding.table === table && keys.includes(finding.row));
}

/** Changes one column of one row; answers what could be changed, and what of that `verify` does not trace to the row. */
async function tamper(table: Table, key: string, { name, type }: Column) {
  const where = `from holdfast.${table} where ${KEY[table]} = $1`;
  const [kept] = await sql.unsafe(`select ${name}::text as value ${where}`, [key]);
  const tried: string[] = [];
  const missed: string[] = [];
  for (const values of CHANGES[type] ?? []) {
    for (const value of values) {
      const now = await change(table, key, name, value);
      if (now === undefined) continue;
      tried.push(value);
      const findings = await verify({ url: database.url });
      if (!named(findings, table, [key, now])) missed.push(`${name} of ${key} = ${value}: ${told(findings)}`);
      const restore = `update holdfast.${table} set ${name} = $2::text::${type} where ${KEY[table]} = $1 returning 1`;
      expect(await sql.unsafe(restore, [now, kept?.["value"]])).toHaveLength(1);
      break;
    }
  }
  return { tried, missed };
}

function told(findings: readonly Finding[]): string {
  return (
    findings.map(({ table, row, message }) => `${table} ${row} ${message}`).join("; ") || "nothing found"
  );
}

test("finds nothing wrong with a database that was merely used", async () => {
  const heard: string[] = [];
  expect(await verify({ url: database.url, onProgress: (message) => heard.push(message) })).toEqual([]);
  expect(heard.length).toBeGreaterThan(5);
  const rows = await sql`select kind, outcome::jsonb ->> 'ok' as ok from holdfast.operations group by 1, 2`;
  expect(rows.length).toBeGreaterThan(15);
});

test("knows a change for every type of column", async () => {
  const columns = (await Promise.all(TABLES.map(columnsOf))).flat();
  expect(columns.filter(({ type }) => CHANGES[type] === undefined)).toEqual([]);
});

test("a version changed to an enormous one is found, by checks that don't count up to it", async () => {
  const [key = ""] = await sampleOf("wallets", SAMPLE.wallets);
  const [kept] = await sql.unsafe(`select version::text from holdfast.wallets where ${KEY.wallets} = $1`, [
    key,
  ]);
  const set = `update holdfast.wallets set version = $2::bigint where ${KEY.wallets} = $1`;
  await sql.unsafe(set, [key, "9000000000000000000"]);
  // A check that did would fill the disk: this makes it fail instead.
  const limit = (to: string) => sql.unsafe(`alter database ${new URL(database.url).pathname.slice(1)} ${to}`);
  await limit("set temp_file_limit = '16MB'");
  const findings = await verify({ url: database.url });
  await limit("reset temp_file_limit");
  await sql.unsafe(set, [key, String(kept?.["version"])]);
  expect(named(findings, "wallets", [key])).toBe(true);
  expect(findings.filter(({ row }) => row === "?")).toEqual([]);
});

describe.each(TABLES)("%s", { timeout: 90_000 }, (table) => {
  test("every column: a change by hand is found and its row is named", async () => {
    const keys = await sampleOf(table, SAMPLE[table]);
    expect(keys.length).toBeGreaterThanOrEqual(2);
    const all: string[] = [];
    for (const column of await columnsOf(table)) {
      let changes = 0;
      for (const key of keys) {
        const { tried, missed } = await tamper(table, key, column);
        changes += tried.length;
        all.push(...missed);
      }
      expect([column.name, changes > 0]).toEqual([column.name, true]);
    }
    expect(all).toEqual([]);
  });

  test("a row that was deleted is found and named", async () => {
    const missing: string[] = [];
    // A refusal has left no other row behind, so nothing in the database can tell that it was there.
    const left = `exists (select from holdfast.api_keys as api_key where api_key.operation_id = row.id)
      or exists (select from holdfast.entries as entry where entry.operation_id = row.id)
      or exists (select from holdfast.show_changes as change where change.operation_id = row.id)
      or exists (select from holdfast.conversations as conversation where conversation.operation_id = row.id)
      or exists (select from holdfast.messages as message where message.operation_id = row.id)
      or exists (select from holdfast.answer_steps as step where step.operation_id = row.id)`;
    const sample = `select * from (${SAMPLE[table]}) as row ${table === "operations" ? `where ${left}` : ""}`;
    for (const key of await sampleOf(table, sample)) {
      const where = `where ${KEY[table]} = $1`;
      await sql.unsafe(`create temporary table kept as select * from holdfast.${table} ${where}`, [key]);
      await sql.unsafe(`delete from holdfast.${table} ${where}`, [key]);
      const findings = await verify({ url: database.url });
      if (!named(findings, table, [key])) missing.push(`${key}: ${told(findings)}`);
      await sql.unsafe(`insert into holdfast.${table} select * from kept; drop table kept`);
    }
    expect(missing).toEqual([]);
  });
});
