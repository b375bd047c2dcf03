import { pgArray, type Statements } from "../statements.ts";
import type { Outcome, Recorded } from "./feature.ts";
import type { Fingerprint } from "./replay.ts";
import { seal } from "./seal.ts";

/** A decided command on its way into `holdfast.operations`. */
export interface Operation extends Fingerprint {
  readonly id: string;
  readonly idempotencyKey: string;
  readonly outcome: Outcome;
}

/**
 * Tells row-level security by the way whether a user is aboard: where none is, it need not ask of each row whose it is. From the
 * callers as they are recorded, and not as anybody thinks they are.
 */
const RECORD = `with recorded as (
  insert into holdfast.operations (tenant_id, id, idempotency_key, kind, caller, input, outcome, created_at, seal)
  select tenant_id, id, idempotency_key, kind, caller, input::json, outcome::json, to_timestamp($2::float8 / 1000),
    ${seal("$2::bigint")}
  from (
    select $1::int as tenant_id, * from unnest($3::uuid[], $4::text[], $5::text[], $6::text[],
      string_to_array($7::text, E'\\x1e'), string_to_array($8::text, E'\\x1e'))) as operation
    (tenant_id, id, idempotency_key, kind, caller, input, outcome)
  returning caller)
  select set_config('holdfast.aboard',
    case when bool_and(holdfast.acts_for_others(caller)) then 'services' else 'users' end, true) from recorded`;

/**
 * Records outcomes under their keys, sorted by key so that two transactions can't wait for each other's keys. A key
 * that another transaction recorded meanwhile violates `operations_key_once` and aborts this one; the retry replays it.
 */
export function recordOperations(
  tx: Statements,
  tenantId: number,
  operations: readonly Operation[],
  atMs: number,
): void {
  void tx.run(RECORD, [String(tenantId), String(atMs), ...recorded(operations).columns]);
}

/** Operations in the order in which they are recorded. */
export function recorded(operations: readonly Operation[]): Recorded {
  const sorted = operations.toSorted((a, b) => (a.idempotencyKey < b.idempotencyKey ? -1 : 1));
  const ids = sorted.map((operation) => operation.id);
  const columns = [
    pgArray(ids),
    pgArray(sorted.map((operation) => operation.idempotencyKey)),
    pgArray(sorted.map((operation) => operation.kind)),
    pgArray(sorted.map((operation) => operation.caller)),
    joined(sorted.map((operation) => operation.input)),
    joined(sorted.map((operation) => JSON.stringify(operation.outcome))),
  ];
  return { ids, columns };
}

/** JSON has no raw control character, so one can part it; in an array literal every quotation mark would be escaped. */
function joined(texts: readonly string[]): string {
  return texts.join("\x1e");
}
