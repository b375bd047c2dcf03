import type { Case } from "./case.ts";
import { countWhile } from "./count-while.ts";

/**
 * What the database's clock can have shown at a moment of the clients', without comparing the two: operations that somebody
 * had been told of were recorded before, and those that nobody had asked for yet were recorded after.
 */
export interface Clock {
  earliest(atMs: number): number;
  latest(atMs: number): number;
}

/** Before and after all that a run can see. */
const NEVER_MS = { before: 0, after: Date.UTC(2200, 0, 1) };

export function readClock({ operations }: Case): Clock {
  const stories = [...operations.values()];
  const told = running(
    stories.map(({ toldMs, operation }) => ({ atMs: toldMs, timeMs: operation.createdAtMs })),
    Math.max,
  );
  const asked = running(
    stories.map(({ firstSentMs, operation }) => ({ atMs: -firstSentMs, timeMs: operation.createdAtMs })),
    Math.min,
  );
  return {
    earliest: (atMs) => before(told, atMs)?.timeMs ?? NEVER_MS.before,
    latest: (atMs) => before(asked, -atMs)?.timeMs ?? NEVER_MS.after,
  };
}

interface Reading {
  readonly atMs: number;
  readonly timeMs: number;
}

/** In the order of the clients' clock, each with the most extreme time up to it. */
function running(readings: readonly Reading[], extreme: (a: number, b: number) => number): Reading[] {
  const sorted = readings
    .filter(({ atMs }) => Number.isFinite(atMs))
    .sort((a, b) => a.atMs - b.atMs)
    .map((reading) => ({ ...reading }));
  for (const [at, reading] of sorted.entries()) {
    const last = sorted[at - 1];
    if (last !== undefined) reading.timeMs = extreme(last.timeMs, reading.timeMs);
  }
  return sorted;
}

function before(readings: readonly Reading[], atMs: number): Reading | undefined {
  return readings[countWhile(readings.length, (at) => (readings[at]?.atMs ?? 0) < atMs) - 1];
}
