/** The SHA-256 of an operation's columns in order, joined by the unit separator: `verify` computes it again. */
export const SEAL = `sha256(convert_to(concat_ws(E'\\x1f', tenant_id, id, idempotency_key, kind, caller, input, outcome,
  floor(extract(epoch from created_at) * 1000)::bigint), 'UTF8'))`;
