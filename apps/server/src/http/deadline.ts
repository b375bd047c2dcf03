import { badRequest } from "@holdfast/api";
import { MAX_CALL_DEADLINE_MS } from "../config.ts";

export const DEADLINE_HEADER = "holdfast-deadline-ms";

/**
 * Milliseconds that a request may still take: what its header asks for, 60 s at most, or else the default, less what
 * reading and authenticating it took.
 */
export function remainingMs(
  header: string | string[] | undefined,
  defaultMs: number,
  elapsedMs: number,
): number {
  const askedMs = header === undefined ? defaultMs : parseDeadline(header);
  return Math.max(1, Math.floor(Math.min(askedMs, MAX_CALL_DEADLINE_MS) - elapsedMs));
}

function parseDeadline(header: string | string[]): number {
  if (typeof header !== "string" || !/^[1-9]\d{0,8}$/.test(header)) {
    throw badRequest([
      { path: DEADLINE_HEADER, message: "must be a whole number of milliseconds, 1 at least" },
    ]);
  }
  return Number(header);
}
