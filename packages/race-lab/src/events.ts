import { z } from "zod";

/** What is told of a run while it goes on, and in the end. */

const count = z.int().min(0);
const milliseconds = z.number().min(0);

const settings = z.object({
  callers: count,
  calls: count,
  callsPerSecond: count,
  latencyMs: count,
  duplicatesPercent: count,
  lostAnswersPercent: count,
  seconds: count,
  seed: count,
});

/** What a caller did at a moment, as the database answered it. */
const step = z.object({
  /** Since the first call. */
  atMs: milliseconds,
  /** Who, such as "buyer 2"; the second delivery of a call is somebody of its own, such as "buyer 2, again". */
  caller: z.string(),
  /** Calls of one round race for the same thing, or for the same turn; counted from 1. A timeline shows one round. */
  round: z.int().min(1),
  /** Which of all calls, counted from 1. Both deliveries of a call bear its number. */
  call: z.int().min(1),
  /** How often this delivery has been sent by now: 2 after its first answer was lost. */
  attempt: z.int().min(1),
  does: z.enum([
    "reads",
    "waits",
    "locks",
    "decides",
    "writes",
    "commits",
    "rolls back",
    "retries",
    "is answered",
    "is refused",
    "loses the answer",
  ]),
  /** In words, with the figures that were there: "balance 75". */
  what: z.string(),
});

const started = z.object({
  type: z.literal("started"),
  story: z.string(),
  strategy: z.string(),
  settings,
});
const steps = z.object({ type: z.literal("steps"), steps: z.array(step).min(1) });
const sample = z.object({
  type: z.literal("sample"),
  atMs: milliseconds,
  /** Calls that have ended. */
  done: count,
  /** Since the sample before. */
  perSecond: z.number().min(0),
  p50Ms: milliseconds,
  p99Ms: milliseconds,
});
const verdict = z.object({
  type: z.literal("verdict"),
  holds: z.boolean(),
  sentence: z.string(),
  /** Calls that were made; a repetition is not another one. */
  asked: count,
  /** Calls whose caller was told that it was done, and that it was not. */
  applied: count,
  refused: count,
  /** Answers that told what an earlier delivery of the same call had come to. */
  replayed: count,
  /** Updates that callers were promised and that the final rows do not have. */
  lost: count,
  /** Updates that the final rows have once too often. */
  doubled: count,
  expected: z.string(),
  found: z.string(),
  seconds: z.number().min(0),
});
const failed = z.object({ type: z.literal("failed"), code: z.string(), message: z.string() });

export const labEvent = z.discriminatedUnion("type", [started, steps, sample, verdict, failed]);

export type LabEvent = z.output<typeof labEvent>;
export type Step = z.output<typeof step>;
export type Does = Step["does"];
export type Sample = z.output<typeof sample>;
export type Verdict = z.output<typeof verdict>;
