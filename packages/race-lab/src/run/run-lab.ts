import { chatOverwrite } from "../chat-overwrite/story.ts";
import { creditTwice } from "../credit-twice/story.ts";
import type { LabEvent } from "../events.ts";
import type { Order } from "../order.ts";
import { retryAfterTimeout } from "../retry-after-timeout/story.ts";
import { seatSoldTwice } from "../seat-sold-twice/story.ts";
import { twoBoosts } from "../two-boosts/story.ts";
import { createChannel } from "./channel.ts";
import { type Race, raceOf } from "./race.ts";

const races: Readonly<Record<string, Race>> = {
  "two-boosts": raceOf(twoBoosts),
  "credit-twice": raceOf(creditTwice),
  "retry-after-timeout": raceOf(retryAfterTimeout),
  "chat-overwrite": raceOf(chatOverwrite),
  "seat-sold-twice": raceOf(seatSoldTwice),
};

export interface RunOptions extends Order {
  /** A database of the server that the race runs on, as a role that may create databases. */
  readonly url: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs one strategy of one story, and tells what happens until the verdict. Whoever stops listening, or aborts, stops the run;
 * it ends when its database is removed.
 *
 * @throws the signal's reason when it was aborted, and whatever the database said when it failed.
 */
export async function* runLab({ signal, ...options }: RunOptions): AsyncGenerator<LabEvent, void, undefined> {
  const race = races[options.story];
  if (race === undefined) throw new RangeError(`there is no story "${options.story}"`);
  const left = new AbortController();
  const stop = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]);
  const channel = createChannel<LabEvent>();
  const running = race({ ...options, signal: stop }, channel.put).finally(channel.end);
  // Awaited below; until then whoever listens is told what happened before.
  running.catch(() => {});
  let heard = false;
  try {
    yield* channel.items;
    heard = true;
  } finally {
    if (!heard) {
      left.abort();
      await running.catch(() => {});
    }
  }
  await running;
}
