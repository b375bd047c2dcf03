import type { Figures } from "../figures.ts";
import { percentile } from "../load.ts";
import { type ArriveReport, type PeakReport, SLICE_SECONDS, type Slice } from "./orders.ts";

/** A slice is normal again when its p99 is so many times that of the calm before, at most, and nobody was refused. */
const NORMAL = 2;
/** So many slices in a row. */
const STEADY = 3;

const NOT_MEASURED = {
  p999Ms: undefined,
  postgresCpuUs: undefined,
  nodeCpuUs: undefined,
  walBytes: undefined,
};

/** The mean of what was measured before and after: machines become faster and slower meanwhile. */
export function figuresOfPeak(reports: readonly PeakReport[], callsPerRequest: number): Figures {
  const goodMs = together(reports.map((report) => report.goodMs));
  const sum = reports.reduce((all, { requestsPerSecond }) => all + requestsPerSecond, 0);
  return {
    ...NOT_MEASURED,
    operationsPerSecond: (sum / reports.length) * callsPerRequest,
    p50Ms: percentile(goodMs, 0.5),
    p99Ms: percentile(goodMs, 0.99),
  };
}

/** Of three phases: calm, ten times too much, calm again; `memory` was looked at from the first to the last. */
export function figuresOfArrivals(
  { phases: [before = [], flood = [], after = []] }: ArriveReport,
  memory: readonly number[],
  callsPerRequest: number,
): Figures {
  const seconds = flood.length * SLICE_SECONDS;
  const aSecond = (of: (slice: Slice) => number): number =>
    (flood.reduce((sum, slice) => sum + of(slice), 0) * callsPerRequest) / seconds;
  const goodMs = together(flood.map((slice) => slice.goodMs));
  const refusedMs = together(flood.map((slice) => slice.refusedMs));
  const all = before.length + flood.length + after.length;
  const share = (from: number, to: number): number =>
    Math.max(...memory.slice(Math.floor(memory.length * from), Math.ceil(memory.length * to)));
  const [begins, ends] = [before.length / all, (before.length + flood.length) / all];
  const quarter = (ends - begins) / 4;
  return {
    ...NOT_MEASURED,
    operationsPerSecond: aSecond(({ good }) => good),
    offeredPerSecond: aSecond(({ due }) => due),
    sentPerSecond: aSecond(({ sent }) => sent),
    refusedPerSecond: aSecond(({ refused }) => refused),
    failedPerSecond: aSecond(({ failed }) => failed),
    p50Ms: percentile(goodMs, 0.5),
    p99Ms: percentile(goodMs, 0.99),
    refusalP50Ms: percentile(refusedMs, 0.5),
    refusalP99Ms: refusedMs.length === 0 ? undefined : percentile(refusedMs, 0.99),
    normalAgainSeconds: normalAgain(before, after),
    lagP99Ms: percentile(together(flood.map((slice) => slice.lagMs)), 0.99),
    serverMemoryBytes: share(begins, ends),
    memoryGrowth: share(ends - quarter, ends) / share(begins, begins + quarter),
  };
}

/** From the end of the flood; as long as was looked, when it never was. */
function normalAgain(before: readonly Slice[], after: readonly Slice[]): number {
  const p99 = ({ goodMs }: Slice): number => percentile(goodMs, 0.99);
  const most = NORMAL * Math.max(...before.map(p99));
  const isNormal = (slice: Slice): boolean => slice.refused + slice.failed === 0 && p99(slice) <= most;
  const at = after.findIndex((_, first) => {
    const next = after.slice(first, first + STEADY);
    return next.length === STEADY && next.every(isNormal);
  });
  return (at < 0 ? after.length : at) * SLICE_SECONDS;
}

function together(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all.sort();
}
