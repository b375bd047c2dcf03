const FIRST_DELAY_MS = 50;
const LONGEST_DELAY_MS = 2_000;
/** An attempt with less time than this would only add load: it could not be answered. */
const SHORTEST_ATTEMPT_MS = 50;

export interface Backoff {
  /** How many attempts have failed so far, from 1. */
  readonly failedAttempts: number;
  /** Until the call's deadline. */
  readonly remainingMs: number;
  /** What the server asked for, if it did. */
  readonly retryAfterMs: number | undefined;
  /** From 0 to 1. */
  readonly random: number;
}

/**
 * How long to wait before the next attempt, in milliseconds, or undefined when no attempt fits before the deadline.
 * Exponential with full jitter, so that callers who failed together do not come back together; on top of what the
 * server asked for, because it told all of them the same.
 */
export function nextDelayMs({
  failedAttempts,
  remainingMs,
  retryAfterMs = 0,
  random,
}: Backoff): number | undefined {
  const roomMs = remainingMs - SHORTEST_ATTEMPT_MS - retryAfterMs;
  if (roomMs < 0) return undefined;
  const ceilingMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failedAttempts - 1, 30));
  return retryAfterMs + Math.min(random * ceilingMs, roomMs);
}

/**
 * The Retry-After header in milliseconds: seconds, or a date, which is compared with the server's own Date header
 * where there is one, so that a wrong clock on this machine changes nothing.
 */
export function retryAfterMs(headers: Headers): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (!value) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1_000;
  const sentAt = Date.parse(headers.get("date") ?? "");
  const delayMs = Date.parse(value) - (Number.isNaN(sentAt) ? Date.now() : sentAt);
  return Number.isNaN(delayMs) ? undefined : Math.max(0, delayMs);
}
