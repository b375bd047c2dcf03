/** Longer than any timer can wait; past it `setTimeout` would fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

export type Over = "deadline" | "aborted";

/** The time that one call may take, over all its attempts and waits. */
export interface Deadline {
  /** Aborts when the time is up or the caller gives up. */
  readonly signal: AbortSignal;
  /** Milliseconds left, on a clock that nobody can set. */
  remainingMs(): number;
  /** What the work gives, or why it was not waited for. The work must not reject. */
  race<T>(work: Promise<T>): Promise<T | Over>;
  /** Waits; undefined when the whole delay passed. */
  wait(delayMs: number): Promise<Over | undefined>;
  /** Ends the timers; a deadline that was stopped never fires. */
  stop(): void;
}

/** Starts the clock of one call. */
export function startDeadline(deadlineMs: number, callerSignal: AbortSignal | undefined): Deadline {
  const endsAt = performance.now() + deadlineMs;
  const controller = new AbortController();
  let finish: (reason: Over) => void = () => {};
  const over = new Promise<Over>((resolve) => {
    finish = (reason) => {
      resolve(reason);
      controller.abort();
    };
  });
  const giveUp = () => finish("aborted");
  const timer = setTimeout(() => finish("deadline"), Math.min(deadlineMs, LONGEST_TIMER_MS));
  if (callerSignal?.aborted) giveUp();
  else callerSignal?.addEventListener("abort", giveUp, { once: true });

  return {
    signal: controller.signal,
    remainingMs: () => endsAt - performance.now(),
    race: (work) => Promise.race([over, work]),
    async wait(delayMs) {
      let delay: ReturnType<typeof setTimeout> | undefined;
      const waited = new Promise<undefined>((resolve) => {
        delay = setTimeout(resolve, delayMs, undefined);
      });
      const first = await Promise.race([over, waited]);
      clearTimeout(delay);
      return first;
    },
    stop() {
      clearTimeout(timer);
      callerSignal?.removeEventListener("abort", giveUp);
    },
  };
}
