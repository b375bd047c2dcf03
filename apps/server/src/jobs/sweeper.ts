import { describeError, type Logger } from "../log.ts";
import type { Turns } from "./turns.ts";

export interface SweeperOptions {
  readonly sweep: () => Promise<unknown>;
  readonly turns: Turns;
  readonly everySeconds: number;
  readonly log: Logger;
}

export interface Sweeper {
  start(): void;
  /** Starts no sweep any more, and waits a moment for the one under way; closing the database ends it. */
  close(): Promise<void>;
}

const CLOSE_WITHIN_MS = 2_000;

/**
 * Sweeps once an interval, when it is this process' turn. Whatever happens, the next tick comes: a tick that fails is told
 * once, and then again when one has succeeded in between.
 */
export function createSweeper({ sweep, turns, everySeconds, log }: SweeperOptions): Sweeper {
  let timer: NodeJS.Timeout | undefined;
  let tick: Promise<void> = Promise.resolve();
  let alone = false;
  let failing = false;
  let closed = false;

  async function isMyTurn(): Promise<boolean> {
    if (alone) return true;
    try {
      return await turns.take();
    } catch (error) {
      if (isRefusal(error)) {
        alone = true;
        const fault = describeError(error);
        log.warn({ fault }, "no queue can be had of this database: every replica sweeps by itself");
      }
      // Nobody knows whose turn it is. Several sweeps at once are sound, none would be late.
      return true;
    }
  }

  async function sweepOnce(): Promise<void> {
    try {
      if (!(await isMyTurn()) || closed) return;
      await sweep();
      failing = false;
    } catch (error) {
      if (!failing && !closed) {
        log.warn({ fault: describeError(error) }, `sweeping failed; the next try is in ${everySeconds} s`);
      }
      failing = true;
    }
  }

  function start(): void {
    timer = setTimeout(() => {
      tick = sweepOnce().then(() => {
        if (!closed) start();
      });
    }, everySeconds * 1_000);
    timer.unref();
  }

  return {
    start,
    async close() {
      closed = true;
      clearTimeout(timer);
      let tooLong: NodeJS.Timeout | undefined;
      const waited = new Promise<void>((resolve) => {
        tooLong = setTimeout(resolve, CLOSE_WITHIN_MS);
      });
      await Promise.race([tick, waited]);
      clearTimeout(tooLong);
      turns.close();
    },
  };
}

/** The role may not create or use the queue's schema, or something of it is missing: time won't mend that. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(42|3F)/.test(String(error.code));
}
