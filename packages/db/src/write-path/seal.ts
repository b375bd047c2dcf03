/**
 * The SHA-256 of an operation's columns in order, joined by the unit separator, as SQL: written with the operation, here and in the
 * function `write_known_wallets`, and computed again by `verify`. `atMs` yields its time in epoch milliseconds.
 */
export function seal(atMs: string): string {
  return `sha256(convert_to(concat_ws(E'\\x1f', tenant_id, id, idempotency_key, kind, caller, input, outcome, ${atMs}), 'UTF8'))`;
}
