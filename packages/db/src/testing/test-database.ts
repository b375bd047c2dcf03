import { randomUUID } from "node:crypto";
import postgres from "postgres";

export interface TestDatabase {
  /** As the owner of the server, for `connect`, `migrate` and whatever a test does behind Holdfast's back. */
  readonly url: string;
  close(): Promise<void>;
}

/** The environment variable in which the global set-up tells the tests where the template database is. */
export const TEMPLATE_URL = "HOLDFAST_TEST_TEMPLATE_URL";

/** A database of one's own, cloned from the migrated template: tens of milliseconds. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = process.env[TEMPLATE_URL];
  if (template === undefined)
    throw new Error("no template database: run the tests with vitest's global set-up");
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await administer(template, (sql) => sql.unsafe(`create database ${name} template ${databaseOf(template)}`));
  return {
    url: withDatabase(template, name),
    close: () => administer(template, (sql) => sql.unsafe(`drop database if exists ${name} with (force)`)),
  };
}

/** Runs one statement in the maintenance database: a template may have no other sessions while it is cloned. */
export async function administer(
  url: string,
  work: (sql: postgres.Sql) => PromiseLike<unknown>,
): Promise<void> {
  const sql = postgres(withDatabase(url, "postgres"), { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}

export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

/** The same database through another port, such as a proxy's. */
export function throughPort(url: string, port: number): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}
