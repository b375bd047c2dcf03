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
/** No request is taken for older than that: after a longer stall it may as well be fresh. */
const MAX_WAIT_MS = 1_000;

/** When what has just been found can have arrived at the earliest, in milliseconds of `performance.now()`. */
export interface Arrivals {
  /** A request of a connection that is known. */
  requestMs(): number;
  /** A connection, and with it the first request on it. */
  connectionMs(): number;
}

/**
 * A process that was busy finds requests that have waited, unseen, since it last looked; a deadline that ran from the
 * moment of finding them would be kept too late: by 150 ms, measured, after a restart. Of new connections Node finds one
 * a look (libuv 1.45 and later), so the last of forty has waited for forty looks: 400 ms, measured under load.
 */
export function watchArrivals({ nowMs, sleptMs }: Clock = processClock): Arrivals {
  /** When the process was done with what it had found the last time, and how much it had slept until then. */
  let doneMs = nowMs();
  let sleptThenMs = sleptMs();
  /** When it looked, at the earliest. */
  let lookedMs = doneMs;
  let arrivedMs = doneMs;
  let reading = false;
  /** Since when connections may have been waiting: a look that finds none proves that none is left. */
  let queueingMs: number | undefined;
  let accepted = false;

  function found(): number {
    if (reading) return arrivedMs;
    reading = true;
    const sinceMs = sleptMs() - sleptThenMs;
    const beforeMs = lookedMs;
    // Whatever it did since, it did after it looked.
    lookedMs = doneMs + sinceMs;
    arrivedMs = sinceMs > SLEEP_MS ? lookedMs : beforeMs;
    setImmediate(done);
    return arrivedMs;
  }

  function done(): void {
    doneMs = nowMs();
    sleptThenMs = sleptMs();
    reading = false;
  }

  function afterLook(): void {
    done();
    if (accepted) setImmediate(afterLook);
    else queueingMs = undefined;
    accepted = false;
  }

  return {
    requestMs: () => Math.max(found(), nowMs() - MAX_WAIT_MS),
    connectionMs() {
      accepted = true;
      const foundMs = found();
      if (queueingMs === undefined) {
        queueingMs = foundMs;
        setImmediate(afterLook);
      }
      return Math.max(queueingMs, nowMs() - MAX_WAIT_MS);
    },
  };
}
