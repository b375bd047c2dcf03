/**
 * Writes drizzle/schema.sql: what the migrations add up to, so that a review shows the effect of each. With --check it
 * compares instead, and also fails when the tables in src/schema say something that no migration does yet.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startEmbeddedPostgres } from "@holdfast/embedded-postgres";
import { generateDrizzleJson, generateMigration, reconstruct } from "drizzle-kit/api-postgres";
import postgres from "postgres";
import { migrate } from "../src/index.ts";
import * as schema from "../src/schema/index.ts";

const migrations = fileURLToPath(new URL("../../../drizzle/", import.meta.url));
const dumpFile = join(migrations, "schema.sql");

/** One statement or comment a line, in an order that does not depend on the order of creation. */
const CATALOGUE = `
  select 1 as part, relname as name, format(E'table %s (\\n%s\\n)', relname, (
      select string_agg(format('  %s %s%s%s', attname, format_type(atttypid, atttypmod),
        case when attnotnull then ' not null' else '' end,
        coalesce(' default ' || pg_get_expr(adbin, adrelid), '')), E',\\n' order by attnum)
      from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
      where attrelid = pg_class.oid and attnum > 0 and not attisdropped))
    || case when relrowsecurity then ' row level security' else '' end
    || case when relforcerowsecurity then ' forced' else '' end
    || coalesce(' with (' || array_to_string(reloptions, ', ') || ')', '')
    || ' owner ' || pg_get_userbyid(relowner) as line
  from pg_class where relnamespace = 'holdfast'::regnamespace and relkind in ('r', 'p', 'v', 'm')
  union all
  select 2, conrelid::regclass || conname, format('constraint %s on %s %s', conname, conrelid::regclass, pg_get_constraintdef(oid))
  from pg_constraint where connamespace = 'holdfast'::regnamespace and contype <> 'n'
  union all
  select 3, indexname, indexdef from pg_indexes where schemaname = 'holdfast'
  union all
  select 4, tablename || policyname, format('policy %s on %s%s for %s to %s using (%s) with check (%s)', policyname, tablename,
    case permissive when 'RESTRICTIVE' then ' as restrictive' else '' end, cmd, array_to_string(roles, ', '), coalesce(qual, ''), coalesce(with_check, ''))
  from pg_policies where schemaname = 'holdfast'
  union all
  select 5, table_name || grantee || privilege_type || column_name, format('grant %s (%s) on %s to %s', privilege_type,
    column_name, table_name, grantee)
  from information_schema.column_privileges where table_schema = 'holdfast' and grantee <> 'holdfast_owner'
  union all
  select 6, proname, pg_get_functiondef(oid) || ' to ' || coalesce(proacl::text, 'public')
  from pg_proc where pronamespace = 'holdfast'::regnamespace
  order by part, name`;

async function dump(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-schema-"));
  const server = await startEmbeddedPostgres({ dataDir: directory, durable: false });
  try {
    await migrate({ url: server.url });
    const sql = postgres(server.url, { max: 1 });
    const rows = await sql.unsafe<{ line: string }[]>(CATALOGUE);
    await sql.end({ timeout: 1 });
    const note =
      "-- Written by `pnpm schema:dump` from the migrations; `pnpm check` compares. Not run by anything.";
    return `${[note, ...rows.map((row) => row.line)].join("\n\n")}\n`;
  } finally {
    await server.stop();
    for (const path of new Set([directory, server.dataDir])) await rm(path, { recursive: true, force: true });
  }
}

/** The statements that would bring what the migrations' snapshots add up to to what src/schema says: none when they agree. */
async function missingStatements(): Promise<string[]> {
  const entries = await readdir(migrations, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  if (folders.length === 0) throw new Error("there are no migrations");
  const snapshots = folders.sort().map(async (folder) => {
    const file = join(migrations, folder, "snapshot.json");
    return [file, JSON.parse(await readFile(file, "utf8"))] as const;
  });
  const before = await reconstruct(Object.fromEntries(await Promise.all(snapshots)));
  return generateMigration(before, await generateDrizzleJson(schema, before.id, ["holdfast"]));
}

const missing = await missingStatements();
if (missing.length > 0) {
  console.error(
    `src/schema is ahead of the migrations; run drizzle-kit generate in packages/db. Missing:\n${missing.join("\n")}`,
  );
  process.exitCode = 1;
}
const now = await dump();
if (!process.argv.includes("--check")) {
  await writeFile(dumpFile, now);
  console.log("wrote drizzle/schema.sql");
} else if ((await readFile(dumpFile, "utf8").catch(() => "")) !== now) {
  console.error(
    "drizzle/schema.sql differs from what the migrations add up to; run `pnpm schema:dump` and review the change.",
  );
  process.exitCode = 1;
}
