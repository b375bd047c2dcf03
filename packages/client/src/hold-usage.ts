import { failure } from "./client-error.ts";

/** What the work used as an amount. Throws BAD_REQUEST when it is none, HOLD_EXCEEDED when it is more than was reserved. */
export function usedAmount(used: unknown, reserved: bigint, intentKey: string): bigint {
  const amount = toAmount(used);
  const info = {
    status: undefined,
    replayed: false,
    unresolved: false,
    idempotencyKey: intentKey,
    path: "wallets.capture",
  };
  if (amount === undefined) {
    const issue = { path: "used", message: "must be a bigint or a decimal string, zero or positive" };
    const message = "The work did not tell how much it used, so nothing was captured.";
    throw failure("BAD_REQUEST", { issues: [issue] }, { ...info, message, retry: "never" });
  }
  if (amount > reserved) {
    const message = `The work used ${amount} of a hold of ${reserved}; nothing was captured. Reserve the most that it can use.`;
    const details = { remaining: String(reserved), requested: String(amount) };
    throw failure("HOLD_EXCEEDED", details, { ...info, message, retry: "new-key" });
  }
  return amount;
}

function toAmount(used: unknown): bigint | undefined {
  if (typeof used === "bigint") return used >= 0n ? used : undefined;
  return typeof used === "string" && /^\d{1,19}$/.test(used) ? BigInt(used) : undefined;
}
