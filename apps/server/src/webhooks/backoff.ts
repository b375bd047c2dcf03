/** Attempts before a webhook is disabled: with the pauses below they take three days. */
export const MAX_ATTEMPTS = 30;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 6 * 3_600_000;
/** A receiver that asks for more is asked again after a day. */
const LONGEST_WISH_MS = 24 * 3_600_000;

/**
 * How long to wait after so many failures, or undefined when there were enough: the pause doubles up to six hours, and is drawn
 * from its upper half, so that those who failed together don't come back together. A receiver may wish for a longer one.
 */
export function pauseAfter(
  failures: number,
  { random, wishMs = 0 }: { random: number; wishMs?: number | undefined },
): number | undefined {
  if (failures >= MAX_ATTEMPTS) return undefined;
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
  return Math.max(longest * (0.5 + random / 2), Math.min(wishMs, LONGEST_WISH_MS));
}

/** What `Retry-After` asks for, in milliseconds: it holds seconds or a date. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
