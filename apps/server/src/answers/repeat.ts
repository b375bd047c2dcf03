import { setTimeout as sleep } from "node:timers/promises";
import { HoldfastError } from "@holdfast/db";

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Makes a call, and the same again after a failure after which its outcome is not known or has not come about, until `withinMs`
 * have passed. The call has the same key each time, so that it takes effect once.
 *
 * @throws what the call has failed with for good, or at last.
 */
export async function repeat<T>(call: () => Promise<T>, withinMs: number): Promise<T> {
  const endMs = Date.now() + withinMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await call();
    } catch (error) {
      const mayRepeat = error instanceof HoldfastError && error.retry === "same-key";
      if (!mayRepeat || Date.now() + pauseMs > endMs) throw error;
      await sleep(pauseMs);
    }
  }
}
