import { pgArray, type Row, type Statements, textOf } from "../statements.ts";
import type { Need } from "./feature.ts";

/** The keys that a set of commands needs from each feature, without doubles, in the one global order. */
export function keysByFeature(needs: Iterable<Need>): Map<string, string[]> {
  const sets = new Map<string, Set<string>>();
  for (const { feature, key } of needs) {
    const keys = sets.get(feature);
    if (keys === undefined) sets.set(feature, new Set([key]));
    else keys.add(key);
  }
  return new Map([...sets].map(([feature, keys]) => [feature, [...keys].sort()]));
}

/** The name of a need across features, for sets and maps. */
export function needName(need: Need): string {
  return `${need.feature}\0${need.key}`;
}

export interface LockableTable {
  /** Schema-qualified, as it stands in SQL. Its primary key is (tenant_id, key column). */
  readonly table: string;
  readonly key: string;
  readonly keyType: "uuid" | "text" | "bigint";
  /** The columns to return, as SQL that yields text, booleans or NULL; the key column is returned as text anyway. */
  readonly columns: readonly string[];
}

export interface LockedTable {
  readonly rows: ReadonlyMap<string, Row>;
  readonly stuck: ReadonlySet<string>;
  readonly absent: boolean;
}

/**
 * Locks rows of one table by key, all in one statement and in the order of `keys`.
 *
 * `CROSS JOIN LATERAL (… OFFSET 0)` keeps two promises that `key = ANY($2)` does not: rows are locked in the order of
 * the array, and the plan stays on the index even when it was made while the table was small. `FOR NO KEY UPDATE`
 * rather than `FOR UPDATE`: it excludes every other writer all the same, and lets tables that reference the row insert.
 */
export async function lockRows(
  tx: Statements,
  tenantId: number,
  table: LockableTable,
  keys: readonly string[],
  wait: boolean,
): Promise<LockedTable> {
  const parameters = [String(tenantId), pgArray(keys)];
  const found = await tx.run(lockStatement(table, wait), parameters);
  const rows = new Map(found.map((row) => [textOf(row, "lock_key"), row]));
  if (wait || rows.size === keys.length) return { rows, stuck: new Set(), absent: false };
  // A row that SKIP LOCKED left out is either locked by somebody else or not there; only the first is worth waiting for.
  const missing = keys.filter((key) => !rows.has(key));
  const stuck = await existing(tx, tenantId, table, missing);
  return { rows, stuck, absent: stuck.size < missing.length };
}

function lockStatement({ table, key, keyType, columns }: LockableTable, wait: boolean): string {
  return `select found.* from unnest($2::${keyType}[]) as wanted(key) cross join lateral (
    select ${[`${key}::text as lock_key`, ...columns].join(", ")} from ${table}
    where tenant_id = $1::int and ${key} = wanted.key offset 0
    for no key update${wait ? "" : " skip locked"}) as found`;
}

export async function existing(
  tx: Statements,
  tenantId: number,
  { table, key, keyType }: Pick<LockableTable, "table" | "key" | "keyType">,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await tx.run(
    `select found.* from unnest($2::${keyType}[]) as wanted(key) cross join lateral (
      select ${key}::text as lock_key from ${table} where tenant_id = $1::int and ${key} = wanted.key offset 0) as found`,
    [String(tenantId), pgArray(keys)],
  );
  return new Set(rows.map((row) => textOf(row, "lock_key")));
}
