import { performance } from "node:perf_hooks";

/** The time, and how much of it the process has slept in all, waiting for something to happen; in milliseconds. */
export interface Clock {
  nowMs(): number;
  sleptMs(): number;
}

const processClock: Clock = {
  nowMs: () => performance.now(),
  sleptMs: () => performance.eventLoopUtilization().idle,
};

/** So short a sleep is no sign that nothing was waiting. */
const SLEEP_MS = 0.5;
/** No request is taken for older than that. */
const MAX_WAIT_MS = 250;

/**
 * Answers a function that tells when, in milliseconds of `performance.now()`, the request whose reading has just begun can
 * have arrived at the earliest. A process that was busy finds requests that have waited, unseen, since it last looked;
 * a deadline that ran from the moment of finding them would be kept too late: by 150 ms, measured, after a restart.
 */
export function watchArrivals({ nowMs, sleptMs }: Clock = processClock): () => number {
  /** When the process was done with what it had found the last time, and how much it had slept until then. */
  let doneMs = nowMs();
  let sleptThenMs = sleptMs();
  /** When it looked, at the earliest. */
  let lookedMs = doneMs;
  let arrivedMs = doneMs;
  let reading = false;
  return () => {
    if (reading) return arrivedMs;
    reading = true;
    const sinceMs = sleptMs() - sleptThenMs;
    const beforeMs = lookedMs;
    // Whatever it did since, it did after it looked.
    lookedMs = doneMs + sinceMs;
    arrivedMs = Math.max(sinceMs > SLEEP_MS ? lookedMs : beforeMs, nowMs() - MAX_WAIT_MS);
    setImmediate(() => {
      doneMs = nowMs();
      sleptThenMs = sleptMs();
      reading = false;
    });
    return arrivedMs;
  };
}
