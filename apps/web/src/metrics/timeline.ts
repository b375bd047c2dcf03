import { boundOf, quantile, since } from "./exposition.ts";
import type { Reading } from "./reading.ts";

/** What is plotted of one moment; undefined where nothing happened that could have a value. */
export interface Point {
  readonly atMs: number;
  readonly figures: Figures | undefined;
}

export interface Figures {
  readonly confirmedPerSecond: number;
  readonly refusedPerSecond: number;
  readonly failedPerSecond: number;
  readonly callP50: number | undefined;
  readonly callP99: number | undefined;
  readonly lockP99: number | undefined;
  /** One stuck row among thousands of free ones is beyond any p99. */
  readonly lockMost: number | undefined;
  readonly batchMean: number | undefined;
  readonly batchP99: number | undefined;
  readonly reservationsPerSecond: number;
  readonly conflictsPerSecond: number;
}

export interface Timeline {
  /** The latest of one process, without a break, as long as `WINDOW_MS`. */
  readonly readings: readonly Reading[];
  readonly points: readonly Point[];
}

export const EVERY_MS = 2_000;
/** Every point tells of the time before it, so long: a lone call is a gentle step and not a spike. */
export const WINDOW_MS = 10_000;
export const SHOWN_MS = 300_000;
/** Readings further apart have a time between them that nobody looked at. */
const BREAK_MS = 3 * EVERY_MS;

export function append(timeline: Timeline | undefined, reading: Reading): Timeline {
  const { readings: before = [], points: told = [] } = timeline ?? {};
  const last = before.at(-1);
  const goesOn =
    last !== undefined &&
    last.processStart === reading.processStart &&
    reading.atMs - last.atMs <= BREAK_MS &&
    reading.atMs > last.atMs;
  const readings = [
    ...(goesOn ? before.filter(({ atMs }) => atMs >= reading.atMs - WINDOW_MS) : []),
    reading,
  ];
  const base = readings[0];
  const figures = goesOn && base !== undefined ? figuresBetween(base, reading) : undefined;
  const shown = ({ atMs }: Point) => atMs > reading.atMs - SHOWN_MS && atMs < reading.atMs;
  return { readings, points: [...told.filter(shown), { atMs: reading.atMs, figures }] };
}

function figuresBetween(before: Reading, after: Reading): Figures {
  const seconds = (after.atMs - before.atMs) / 1_000;
  const perSecond = (of: (reading: Reading) => number) => (of(after) - of(before)) / seconds;
  const calls = since(before.callSeconds, after.callSeconds);
  const locks = since(before.lockSeconds, after.lockSeconds);
  const batches = since(before.batchSize, after.batchSize);
  return {
    confirmedPerSecond: perSecond(({ confirmed }) => confirmed),
    refusedPerSecond: perSecond(({ refused }) => refused),
    failedPerSecond: perSecond(({ failed }) => failed),
    callP50: quantile(calls, 0.5),
    callP99: quantile(calls, 0.99),
    lockP99: quantile(locks, 0.99),
    lockMost: boundOf(locks, 1),
    batchMean: batches.count > 0 ? batches.sum / batches.count : undefined,
    // Between two whole numbers there is nothing to interpolate.
    batchP99: boundOf(batches, 0.99),
    reservationsPerSecond: perSecond(({ reservations }) => reservations),
    conflictsPerSecond: perSecond(({ conflicts }) => conflicts),
  };
}
