import { type Exposition, type Histogram, histogramOf, parseExposition, sumOf } from "./exposition.ts";

/** What one look at `/metrics` told, as far as the room shows it. Counts are since the process began. */
export interface Reading {
  readonly atMs: number;
  /** Tells one server process from another, and from itself after a restart. */
  readonly processStart: number;
  readonly confirmed: number;
  readonly refused: number;
  readonly failed: number;
  readonly callSeconds: Histogram;
  readonly lockSeconds: Histogram;
  readonly batchSize: Histogram;
  readonly reservations: number;
  readonly conflicts: number;
  readonly now: {
    readonly waiting: number;
    readonly sessions: number;
    readonly watchers: number;
    readonly loopLagSeconds: number;
    readonly memoryBytes: number;
  };
}

/** Codes that are no answer to what was asked: the same call with the same key may get one later. */
const FAILURES = new Set(["TIMEOUT", "OVERLOADED", "UNAVAILABLE", "INTERNAL", "TRANSACTION_CONFLICT"]);

/** @throws Error, for a person to read, when the text is not that of a Holdfast. */
export function readingOf(text: string, atMs: number): Reading {
  const told = parseExposition(text);
  if (!told.has("holdfast_batch_size_count")) throw new Error("What answered at /metrics is not Holdfast.");
  const calls = (matches: (code: string) => boolean) =>
    sumOf(told, "holdfast_calls_total", ({ code = "" }) => matches(code));
  return {
    atMs,
    processStart: sumOf(told, "holdfast_process_start_time_seconds"),
    confirmed: calls((code) => code === "OK"),
    refused: calls((code) => code !== "OK" && !FAILURES.has(code)),
    failed: calls((code) => FAILURES.has(code)),
    callSeconds: histogramOf(told, "holdfast_call_seconds"),
    lockSeconds: histogramOf(told, "holdfast_lock_wait_seconds"),
    batchSize: histogramOf(told, "holdfast_batch_size"),
    reservations: reservationsOf(told),
    conflicts: sumOf(told, "reservation_conflicts_total"),
    now: {
      waiting: sumOf(told, "holdfast_waiting_calls"),
      sessions: sumOf(told, "holdfast_sessions_in_use"),
      watchers: sumOf(told, "holdfast_watchers"),
      loopLagSeconds: sumOf(told, "holdfast_nodejs_eventloop_lag_p99_seconds"),
      memoryBytes: sumOf(told, "holdfast_process_resident_memory_bytes"),
    },
  };
}

function reservationsOf(told: Exposition): number {
  return sumOf(told, "holdfast_calls_total", ({ kind, code }) => kind === "seats.reserve" && code === "OK");
}
