import { setTimeout as pause } from "node:timers/promises";
import type { Delivery, Turn } from "../plan.ts";
import type { Settings } from "../settings.ts";
import type { Asked } from "../story.ts";
import type { Answer } from "../strategy.ts";

export interface CallsOptions<Call> {
  readonly rounds: readonly (readonly Turn<Call>[])[];
  readonly together: boolean;
  readonly settings: Settings;
  /** When no more calls begin, by `performance.now()`. */
  readonly endMs: number;
  readonly signal: AbortSignal;
  readonly deliver: (delivery: Delivery<Call>, signal: AbortSignal) => Promise<Answer>;
}

export interface CallsMade<Call> {
  /** In the order in which they ended. */
  readonly asked: readonly Asked<Call>[];
  /** Answers that an earlier delivery had been given. */
  readonly replayed: number;
}

/**
 * Makes the calls of a plan until they are all answered, or no more may begin.
 *
 * @throws the first failure of a delivery, after every other one has ended; or the signal's reason.
 */
export async function makeCalls<Call>(options: CallsOptions<Call>): Promise<CallsMade<Call>> {
  const { rounds, together, settings, endMs, deliver } = options;
  const { callers, callsPerSecond } = settings;
  const startMs = performance.now();
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const asked: Asked<Call>[] = [];
  let replayed = 0;

  const isOver = (): boolean => signal.aborted || performance.now() >= endMs;
  /** Resolves when the round's time has come. */
  const due = async (round: number): Promise<void> => {
    if (callsPerSecond === 0) return;
    const dueMs = startMs + (round * callers * 1_000) / callsPerSecond;
    await pause(Math.max(0, Math.min(dueMs, endMs) - performance.now()), undefined, { signal });
  };
  /** The first that fails stops the others. */
  const watched = (delivery: Delivery<Call>): Promise<Answer> =>
    deliver(delivery, signal).catch((error: unknown) => {
      failed.abort(error);
      throw error;
    });
  const take = async (turn: Turn<Call>): Promise<void> => {
    const [first] = turn;
    if (first === undefined || isOver()) return;
    const answers = await all(turn.map(watched));
    replayed += answers.filter(({ before }) => before).length;
    asked.push({ call: first.call, told: answers.some((answer) => answer.done) ? "done" : "refused" });
  };
  /** Every one of them ends before the failure of one is told: what they use is taken away then. */
  const all = async <T>(works: readonly Promise<T>[]): Promise<T[]> => {
    const settled = await Promise.allSettled(works);
    signal.throwIfAborted();
    return settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  };

  if (together) {
    for (const [at, round] of rounds.entries()) {
      await due(at);
      await all(round.map(take));
    }
  } else {
    const oneAfterTheOther = async (place: number): Promise<void> => {
      for (const [at, round] of rounds.entries()) {
        await due(at);
        await take(round[place] ?? []);
      }
    };
    await all(Array.from({ length: callers }, (_, place) => oneAfterTheOther(place)));
  }
  signal.throwIfAborted();
  return { asked, replayed };
}
