import type { Check } from "../verify.ts";

export const operationChecks: readonly Check[] = [
  {
    invariant: "I1",
    table: "operations",
    sql: `
      select tenant_id || '/' || id as row_key, 'differs from what was recorded: its seal does not fit' as message
      from holdfast.operations
      where seal <> sha256(convert_to(concat_ws(E'\\x1f', tenant_id, id, idempotency_key, kind, caller, input::text,
        outcome::text, floor(extract(epoch from created_at) * 1000)::bigint), 'UTF8'))`,
  },
];
