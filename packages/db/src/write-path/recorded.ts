import { type Row, textOf } from "../statements.ts";
import type { Outcome, RecordedOperation } from "./feature.ts";

/** The columns of an operation `operation` as `recordedOf` reads them. */
export const RECORDED_COLUMNS = `operation.id::text, operation.idempotency_key, operation.kind, operation.caller,
  operation.input::text as input, operation.outcome::text as outcome,
  to_char(operation.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at`;

export function recordedOf(row: Row): RecordedOperation {
  return {
    id: textOf(row, "id"),
    idempotencyKey: textOf(row, "idempotency_key"),
    kind: textOf(row, "kind"),
    caller: textOf(row, "caller"),
    input: JSON.parse(textOf(row, "input")) as unknown,
    outcome: JSON.parse(textOf(row, "outcome")) as Outcome,
    at: textOf(row, "at"),
  };
}
