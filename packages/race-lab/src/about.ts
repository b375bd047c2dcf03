import type { Settings } from "./settings.ts";

/** A story as it is told: what happened to somebody, and what must never happen. */
export interface StoryAbout {
  readonly id: string;
  readonly title: string;
  /** What the report said, in a few sentences. */
  readonly tale: string;
  /** What must hold in the final rows, in one sentence. */
  readonly rule: string;
  /** What a caller is called, such as "buyer". */
  readonly caller: string;
  readonly defaults: Settings;
  readonly strategies: readonly StrategyAbout[];
}

/** A way to write the same update, and what comes of it. */
export interface StrategyAbout {
  readonly id: string;
  readonly name: string;
  /** Whether the rule holds at the story's default settings. Runs are judged by their rows; tests compare the two. */
  readonly holds: boolean;
  /** Why, in a sentence. */
  readonly because: string;
}

export const DEFAULTS: Settings = {
  callers: 2,
  calls: 20,
  callsPerSecond: 0,
  latencyMs: 25,
  duplicatesPercent: 0,
  lostAnswersPercent: 0,
  seconds: 10,
  seed: 1,
};
