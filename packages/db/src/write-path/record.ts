import { createHash } from "node:crypto";
import { KEY_RACED } from "../postgres-error.ts";
import { pgArray, type Statements } from "../statements.ts";
import type { Outcome } from "./feature.ts";
import type { Fingerprint } from "./replay.ts";

/** A decided command on its way into `holdfast.operations`. */
export interface Operation extends Fingerprint {
  readonly id: string;
  readonly idempotencyKey: string;
  readonly outcome: Outcome;
  readonly atMs: number;
}

/**
 * Records outcomes under their keys, sorted by key so that two transactions can't wait for each other's keys. A key
 * that another transaction recorded meanwhile aborts this one (KEY_RACED); the retry then finds it and replays.
 */
export function recordOperations(tx: Statements, tenantId: number, operations: readonly Operation[]): void {
  const sorted = operations.toSorted((a, b) => (a.idempotencyKey < b.idempotencyKey ? -1 : 1));
  const outcomes = sorted.map((operation) => JSON.stringify(operation.outcome));
  void tx.run(
    `with recorded as (
      insert into holdfast.operations (tenant_id, id, idempotency_key, kind, caller, input, outcome, created_at, seal)
      select $1::int, id, idempotency_key, kind, caller, input::json, outcome::json, created_at, decode(seal, 'hex')
      from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::text[])
        as operation (id, idempotency_key, kind, caller, input, outcome, created_at, seal)
      on conflict (tenant_id, idempotency_key) do nothing returning 1)
    select holdfast.expect_rows(count(*), $10::bigint, '${KEY_RACED}') from recorded`,
    [
      String(tenantId),
      pgArray(sorted.map((operation) => operation.id)),
      pgArray(sorted.map((operation) => operation.idempotencyKey)),
      pgArray(sorted.map((operation) => operation.kind)),
      pgArray(sorted.map((operation) => operation.caller)),
      pgArray(sorted.map((operation) => operation.input)),
      pgArray(outcomes),
      pgArray(sorted.map((operation) => new Date(operation.atMs).toISOString())),
      pgArray(sorted.map((operation, at) => seal(tenantId, operation, outcomes[at] ?? ""))),
      String(sorted.length),
    ],
  );
}

/** What `verify` computes again in SQL: the row's columns in order, joined by the unit separator. */
function seal(tenantId: number, operation: Operation, outcome: string): string {
  const { id, idempotencyKey, kind, caller, input, atMs } = operation;
  return createHash("sha256")
    .update([tenantId, id, idempotencyKey, kind, caller, input, outcome, atMs].join("\x1f"))
    .digest("hex");
}
