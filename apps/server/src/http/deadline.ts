import type { IncomingMessage } from "node:http";
import { badRequest } from "@holdfast/api";
import { MAX_CALL_DEADLINE_MS } from "../config.ts";

export const DEADLINE_HEADER = "holdfast-deadline-ms";

/** Kept back for the reply, which a busy machine may delay: a twentieth of the deadline, and so much at most. */
const REPLY_MS = 50;

/**
 * Milliseconds that a request may still take: what its header asks for, 60 s at most, or else the default, less what
 * reading and authenticating it took and what the reply may take.
 */
export function remainingMs(
  header: string | string[] | undefined,
  defaultMs: number,
  elapsedMs: number,
): number {
  const askedMs = header === undefined ? defaultMs : parseDeadline(header);
  const wholeMs = Math.min(askedMs, MAX_CALL_DEADLINE_MS);
  return Math.max(1, Math.floor(wholeMs - Math.min(REPLY_MS, wholeMs / 20) - elapsedMs));
}

/** Milliseconds that a caller waits, as far as that can be told before a request is looked at: a wrong header is told later. */
export function waitMsOf({ headers }: Pick<IncomingMessage, "headers">, defaultMs: number): number {
  try {
    return remainingMs(headers[DEADLINE_HEADER], defaultMs, 0);
  } catch {
    return defaultMs;
  }
}

function parseDeadline(header: string | string[]): number {
  if (typeof header !== "string" || !/^[1-9]\d{0,8}$/.test(header)) {
    throw badRequest([
      { path: DEADLINE_HEADER, message: "must be a whole number of milliseconds, 1 at least" },
    ]);
  }
  return Number(header);
}
