import { z } from "zod";

/** What a run can be asked for. With the same settings the same calls are made, and the same of them repeated. */
export interface Settings {
  /** How many call at the same time. */
  readonly callers: number;
  /** All calls together. */
  readonly calls: number;
  /** How fast calls begin, all callers together; 0: as fast as they can. */
  readonly callsPerSecond: number;
  /** What network and application take between reading and writing. */
  readonly latencyMs: number;
  /** Of 100 calls, how many are delivered twice at the same moment. */
  readonly duplicatesPercent: number;
  /** Of 100 answers, how many are lost on their way, so that the caller sends the same call again. */
  readonly lostAnswersPercent: number;
  /** When calls stop to be made; those under way are answered at once, without further latency. */
  readonly seconds: number;
  /** What the draws of duplicates and lost answers come from. */
  readonly seed: number;
}

interface Limit {
  readonly min: number;
  readonly max: number;
}

/** The bounds of each setting: a run is a demonstration, and its server has others to serve. */
export const limits: Readonly<Record<keyof Settings, Limit>> = {
  callers: { min: 1, max: 50 },
  calls: { min: 1, max: 5_000 },
  callsPerSecond: { min: 0, max: 5_000 },
  latencyMs: { min: 0, max: 200 },
  duplicatesPercent: { min: 0, max: 100 },
  lostAnswersPercent: { min: 0, max: 100 },
  seconds: { min: 1, max: 20 },
  seed: { min: 0, max: 999_999_999 },
};

function within({ min, max }: Limit) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number(message).pipe(z.int(message).min(min, message).max(max, message)).optional();
}

/** Settings as a URL or a command line has them, each of which may be left out. */
export const settingsInput = z.object({
  callers: within(limits.callers),
  calls: within(limits.calls),
  callsPerSecond: within(limits.callsPerSecond),
  latencyMs: within(limits.latencyMs),
  duplicatesPercent: within(limits.duplicatesPercent),
  lostAnswersPercent: within(limits.lostAnswersPercent),
  seconds: within(limits.seconds),
  seed: within(limits.seed),
});
