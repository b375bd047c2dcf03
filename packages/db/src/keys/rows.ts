import { ROWS_DIFFER } from "../postgres-error.ts";
import type { Role } from "../principal.ts";
import { pgArray, type Row, type Statements, textOf } from "../statements.ts";
import type { Locked } from "../write-path/feature.ts";
import { type LockableTable, lockRows } from "../write-path/lock.ts";
import { KeyRows, type StoredKey } from "./key.ts";

const KEYS: LockableTable = {
  table: "holdfast.api_keys",
  key: "id",
  keyType: "uuid",
  columns: ["subject", "role", "floor(extract(epoch from revoked_at) * 1000)::bigint::text as revoked_at_ms"],
};

export async function lockKeyRows(
  tx: Statements,
  tenantId: number,
  ids: readonly string[],
  wait: boolean,
): Promise<Locked<KeyRows>> {
  const rows = new KeyRows();
  // A new key has nothing to lock.
  if (ids.length === 0) return { rows, stuck: new Set(), absent: false };
  const { rows: found, stuck, absent } = await lockRows(tx, tenantId, KEYS, ids, wait);
  for (const [id, row] of found) rows.keys.set(id, keyOf(id, row));
  return { rows, stuck, absent };
}

function keyOf(id: string, row: Row): StoredKey {
  return {
    id,
    subject: textOf(row, "subject"),
    role: textOf(row, "role") as Role,
    revokedAtMs: row["revoked_at_ms"] === null ? undefined : Number(textOf(row, "revoked_at_ms")),
  };
}

const INSERT_KEYS = `
  insert into holdfast.api_keys (tenant_id, id, subject, role, secret_hash, created_at, operation_id)
  select $1::int, id, subject, role, decode(secret_hash, 'hex'), to_timestamp($2::float8 / 1000), operation_id
  from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[])
    as created (id, subject, role, secret_hash, operation_id)`;

/** Locked as it was decided on: one that is not there, or was revoked meanwhile, aborts. */
const REVOKE_KEYS = `
  with written as (
    update holdfast.api_keys set revoked_at = to_timestamp($2::float8 / 1000)
    where tenant_id = $1::int and id = any($3::uuid[]) and revoked_at is null returning 1)
  select holdfast.expect_rows(count(*), $4::bigint, '${ROWS_DIFFER}') from written`;

/** Writes a batch: a statement for what is new, and one for what is revoked. */
export function writeKeyRows(tx: Statements, tenantId: number, rows: KeyRows, atMs: number): void {
  const { created, revoked } = rows;
  const [tenant, at] = [String(tenantId), String(atMs)];
  if (created.length > 0) {
    void tx.run(INSERT_KEYS, [
      ...[tenant, at],
      pgArray(created.map(({ id }) => id)),
      pgArray(created.map(({ subject }) => subject)),
      pgArray(created.map(({ role }) => role)),
      pgArray(created.map(({ secretHash }) => secretHash)),
      pgArray(created.map(({ operationId }) => operationId)),
    ]);
  }
  if (revoked.length > 0) void tx.run(REVOKE_KEYS, [tenant, at, pgArray(revoked), String(revoked.length)]);
}
