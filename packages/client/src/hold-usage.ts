import { failure, type HoldfastFailure } from "./client-error.ts";

/** Room for what the steps append, so that no step after the hold can fail for the length of its key. */
const MAX_INTENT_KEY = 240;

/** Throws BAD_REQUEST for a key that leaves no room. */
export function checkIntentKey(intentKey: string): void {
  if (intentKey.length <= MAX_INTENT_KEY) return;
  const limit = `must have ${MAX_INTENT_KEY} characters at most, because withHold derives keys from it`;
  throw badRequest("idempotencyKey", limit, "The key is too long; nothing was sent.", intentKey);
}

/** What the work used as an amount. Throws BAD_REQUEST when it is none, HOLD_EXCEEDED when it is more than was reserved. */
export function usedAmount(used: unknown, reserved: bigint, intentKey: string): bigint {
  const amount = toAmount(used);
  if (amount === undefined) {
    const message = "The work did not tell how much it used, so nothing was captured.";
    throw badRequest("used", "must be a bigint or a decimal string, zero or positive", message, intentKey);
  }
  if (amount > reserved) {
    const message = `The work used ${amount} of a hold of ${reserved}; nothing was captured. Reserve the most that it can use.`;
    const details = { remaining: `${reserved}`, requested: `${amount}` };
    throw failure("HOLD_EXCEEDED", details, { ...info(intentKey), message, retry: "new-key" });
  }
  return amount;
}

function badRequest(path: string, rule: string, message: string, intentKey: string): HoldfastFailure {
  const details = { issues: [{ path, message: rule }] };
  return failure("BAD_REQUEST", details, { ...info(intentKey), message, retry: "never" });
}

function info(idempotencyKey: string) {
  return { status: undefined, replayed: false, unresolved: false, idempotencyKey, path: "withHold" };
}

function toAmount(used: unknown): bigint | undefined {
  if (typeof used === "bigint") return used >= 0n ? used : undefined;
  return typeof used === "string" && /^\d{1,19}$/.test(used) ? BigInt(used) : undefined;
}
