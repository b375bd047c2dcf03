/** A loop that goes on after so little time has not slept: bytes may have been waiting for it. */
const NO_SLEEP_MS = 2;

/**
 * Answers a function that tells when, in milliseconds of `performance.now()`, the request whose reading has just begun can
 * have arrived at the earliest. A process that was busy finds requests that have waited, unseen, since it last looked;
 * a deadline that ran from the moment of finding them would be kept too late.
 */
export function watchArrivals(now: () => number = () => performance.now()): () => number {
  /** When the loop looked this time and the time before, and when it was done with what it had found. */
  let lookedMs = 0;
  let doneMs = 0;
  let arrivedMs = 0;
  let looking = false;
  return () => {
    if (looking) return arrivedMs;
    looking = true;
    const nowMs = now();
    arrivedMs = nowMs - doneMs <= NO_SLEEP_MS ? lookedMs : nowMs;
    lookedMs = nowMs;
    setImmediate(() => {
      doneMs = now();
      looking = false;
    });
    return arrivedMs;
  };
}
