import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import { APP_ROLE, LOGIN_ROLE, OWNER_ROLE } from "./roles.ts";

/** Any number: whoever migrates this database takes the same one. */
const MIGRATION_LOCK = 7_020_116_001n;

/** The migrations: beside the package when it is published, at the root of the repository otherwise. */
function migrationsFolder(): string {
  const candidates = ["../drizzle", "../../drizzle", "../../../drizzle"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = candidates.find((path) => existsSync(path) && !path.endsWith("packages/drizzle"));
  if (found === undefined) throw new Error("the migrations are missing: reinstall @holdfast/db");
  return found;
}

/**
 * Brings a database up to date: roles, schema, tables, policies. Safe to run again and from several processes at once;
 * touches nothing outside the schema `holdfast` but three roles.
 *
 * `url` names a role that may create roles and schemas, usually the owner of the database.
 */
export function migrate({ url }: { url: string }): Promise<void> {
  return migrateWith(url, migrationsFolder());
}

/** `migrate` with the migrations of a folder. */
export async function migrateWith(url: string, folder: string): Promise<void> {
  const sql = postgres(url, {
    max: 1,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: "holdfast-migrate" },
  });
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK.toString()}::bigint)`;
    await sql.unsafe(BOOTSTRAP);
    await sql.unsafe(`set role ${OWNER_ROLE}`);
    await applyMigrations(drizzle({ client: sql }), {
      migrationsFolder: folder,
      migrationsSchema: "holdfast",
      migrationsTable: "migrations",
    });
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/**
 * The three roles and the schema, made again by each run because roles belong to the server, not to the database: a
 * dump restored elsewhere has none. `holdfast_login` may do nothing; it is what a session is when no transaction has
 * made it more. Whoever migrates may become all three.
 */
const BOOTSTRAP = `
do $$
declare
  needed text;
begin
  foreach needed in array array['${OWNER_ROLE}', '${LOGIN_ROLE}', '${APP_ROLE}'] loop
    if not exists (select from pg_roles where rolname = needed) then
      begin
        execute format('create role %I noinherit', needed);
      exception when duplicate_object or unique_violation then null;
      end;
    end if;
    -- A superuser may become anyone. Whoever else made a role may still have to grant it to themselves (Postgres 16);
    -- a role that others made must have been granted by them.
    if not (select rolsuper from pg_roles where rolname = current_user) then
      begin
        execute format('grant %I to %I', needed, current_user);
      exception when insufficient_privilege then null;
      end;
    end if;
  end loop;
  if not exists (select from pg_auth_members where roleid = '${APP_ROLE}'::regrole and member = '${LOGIN_ROLE}'::regrole) then
    begin
      grant ${APP_ROLE} to ${LOGIN_ROLE};
    exception when unique_violation then null;
    end;
  end if;
  -- Each time: the grant belongs to the database, so a clone or a restored dump has the schema and not the grant.
  execute format('grant create on database %I to ${OWNER_ROLE}', current_database());
  if not exists (select from pg_namespace where nspname = 'holdfast') then
    create schema holdfast authorization ${OWNER_ROLE};
  end if;
  grant usage on schema holdfast to ${APP_ROLE};
end
$$`;
