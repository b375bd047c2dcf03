import type { TopicName } from "./topic-name.ts";

/** A row as the driver hands it over; the statements here cast so that every value is a string, boolean or null. */
export type Row = Readonly<Record<string, string | boolean | null>>;

/**
 * Runs one statement. Parameters are text, NULL or array literals (`pgArray`), with the type cast in the statement, so
 * the same statement runs through postgres.js, node-postgres or somebody else's Drizzle transaction.
 */
export interface Statements {
  /** Topics that the transaction changes, gathered for those who watch them; told after COMMIT. */
  readonly touched?: TopicName[];
  run(text: string, parameters?: readonly (string | null)[]): Promise<readonly Row[]>;
}

/** Statements of a transaction that has not begun before the first of them. */
export interface WholeStatements extends Statements {
  /**
   * Runs a statement that can be a whole transaction: `$1::int`, `$2::text` and `$3::int` are the tenant, the caller and the lock's time-out in
   * milliseconds, which it sets by itself; `parameters` are those from `$4` on. As the only one it is sent when the work ends, without
   * BEGIN and COMMIT, so whoever waits for it before waits for ever; beside others it is one of them.
   */
  runWhole(text: string, parameters: readonly (string | null)[]): Promise<readonly Row[]>;
  /** Looks at what is no tenant's, on the same session, and begins nothing. Its failure is the caller's alone. */
  runBefore(text: string): Promise<readonly Row[]>;
}

/** A Postgres array literal, for parameters such as `$1::uuid[]`. */
export function pgArray(values: Iterable<string | bigint | number | null>): string {
  let literal = "{";
  for (const value of values) {
    if (literal.length > 1) literal += ",";
    if (value === null) literal += "NULL";
    else if (typeof value === "string") literal += quote(value);
    else literal += value;
  }
  return `${literal}}`;
}

function quote(value: string): string {
  return value.includes('"') || value.includes("\\") ? `"${value.replace(/["\\]/g, "\\$&")}"` : `"${value}"`;
}

/** A column that a statement promises to return as text; a missing one is a bug in the statement. */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string")
    throw new TypeError(`column ${column} is ${value === null ? "NULL" : typeof value}`);
  return value;
}
