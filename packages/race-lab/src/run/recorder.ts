import type { LabEvent, Step } from "../events.ts";

/** Collects what happens in a run, and tells it a few times a second. */
export interface Recorder {
  /** Milliseconds since the first call. */
  readonly atMs: number;
  note(step: Omit<Step, "atMs">): void;
  /** A delivery has ended that took so long. */
  ended(ms: number): void;
  /** Tells the rest. */
  stop(): void;
}

const TELL_EVERY_MS = 100;
const SAMPLE_EVERY_TICKS = 2;
/** Nobody reads more; a long run tells its figures all the same. */
const MAX_STEPS = 600;

export function createRecorder(tell: (event: LabEvent) => void): Recorder {
  const startMs = performance.now();
  const elapsed = (): number => Math.round((performance.now() - startMs) * 10) / 10;
  let steps: Step[] = [];
  let left = MAX_STEPS;
  let durations: number[] = [];
  let done = 0;
  let ticks = 0;
  let sampledMs = 0;

  const tellSteps = (): void => {
    if (steps.length > 0) tell({ type: "steps", steps });
    steps = [];
  };
  const tellSample = (): void => {
    if (durations.length === 0) return;
    const atMs = elapsed();
    const perSecond = (durations.length * 1_000) / Math.max(1, atMs - sampledMs);
    durations.sort((a, b) => a - b);
    const [p50Ms, p99Ms] = [percentile(durations, 0.5), percentile(durations, 0.99)];
    tell({ type: "sample", atMs, done, perSecond: Math.round(perSecond), p50Ms, p99Ms });
    sampledMs = atMs;
    durations = [];
  };
  const ticking = setInterval(() => {
    tellSteps();
    if (++ticks % SAMPLE_EVERY_TICKS === 0) tellSample();
  }, TELL_EVERY_MS);

  return {
    get atMs() {
      return elapsed();
    },
    note(step) {
      if (left-- > 0) steps.push({ atMs: elapsed(), ...step });
    },
    ended(ms) {
      done++;
      durations.push(ms);
    },
    stop() {
      clearInterval(ticking);
      tellSteps();
      tellSample();
    },
  };
}

function percentile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return Math.round(value * 10) / 10;
}
