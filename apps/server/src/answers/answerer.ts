import type { Answers } from "@holdfast/api";
import { describeError } from "../log.ts";
import { ENDED_ELSEWHERE, GenerationStopped, INTERRUPTED } from "./ending.ts";
import type { Job } from "./job.ts";
import { openAllWaiting, openNext, openWaiting } from "./next.ts";
import { type AnswerHost, runAnswer } from "./run-answer.ts";

/** Models that think before they speak may take their time. */
export const MAX_SILENCE_MS = 120_000;
/** At the end of the process: how long answers may go on, and how long it may take to end those that do. */
const GRACE_MS = 4_000;
const SETTLE_MS = 3_000;

export interface Answerer extends Answers {
  /** Goes on with questions that wait in conversations in which nobody answers, because a server has died. */
  takeUpWaiting(): Promise<void>;
  /** Lets the answers under way end for a moment, ends them then, and says no more. Calling it again waits for late ones. */
  close(): Promise<void>;
}

interface Running {
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/** Generates answers in this process. What matters of them is in the database: another process needs nothing from here. */
export function createAnswerer(host: AnswerHost): Answerer {
  const running = new Map<string, Running>();
  let closing = false;

  function begin(job: Job): void {
    if (running.has(job.answerId)) return;
    const stop = new AbortController();
    if (closing) stop.abort(new GenerationStopped(INTERRUPTED));
    const done = answer(job, stop).finally(() => running.delete(job.answerId));
    running.set(job.answerId, { stop, done });
  }

  async function answer(job: Job, stop: AbortController): Promise<void> {
    const { tenantId, conversationId, answerId } = job;
    try {
      const waiting = await runAnswer(host, job, stop);
      // Another server takes up what waits when this one ends.
      if (closing || waiting === undefined) return;
      const next =
        waiting === "unknown"
          ? await openWaiting(host.db, tenantId, conversationId)
          : await openNext(host.db, tenantId, conversationId, waiting.walletId);
      if (next !== undefined) begin(next);
    } catch (error) {
      const ids = { tenantId, conversationId, answerId };
      host.log.error({ ...ids, fault: describeError(error) }, "an answer was given up; its lease ends it");
    }
  }

  /** Waits for all that runs, and whatever begins meanwhile, but not longer than this. */
  async function untilIdle(ms: number): Promise<void> {
    let tooLong = false;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        tooLong = true;
        resolve();
      }, ms);
    });
    while (running.size > 0 && !tooLong)
      await Promise.race([late, Promise.all([...running.values()].map(({ done }) => done))]);
    clearTimeout(timer);
  }

  return {
    begin: ({ tenantId }, conversationId, opened) => begin({ tenantId, conversationId, ...opened }),
    stop: (answerId) => running.get(answerId)?.stop.abort(new GenerationStopped(ENDED_ELSEWHERE)),

    async takeUpWaiting() {
      if (closing) return;
      for await (const job of openAllWaiting(host.db)) {
        begin(job);
        if (closing) return;
      }
    },

    async close() {
      closing = true;
      await untilIdle(GRACE_MS);
      for (const { stop } of running.values()) stop.abort(new GenerationStopped(INTERRUPTED));
      await untilIdle(SETTLE_MS);
    },
  };
}
