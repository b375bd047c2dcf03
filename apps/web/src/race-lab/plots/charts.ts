import type { Sample } from "@holdfast/race-lab/stories";
import { formatCount, formatSeconds } from "../../metrics/format.ts";
import type { Race } from "../race.ts";

export interface RaceChart {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly figureOf: (sample: Sample) => number;
  readonly format: (value: number) => string;
  /** The whole run in a figure or two. */
  readonly said: (race: Race) => string;
}

export const charts: readonly RaceChart[] = [
  {
    id: "throughput",
    title: "Throughput",
    unit: "calls a second",
    figureOf: ({ perSecond }) => perSecond,
    format: formatCount,
    said: ({ verdict }) =>
      verdict && verdict.seconds > 0 ? `${formatCount(verdict.asked / verdict.seconds)} a second` : "–",
  },
  {
    id: "latency",
    title: "Answer time",
    unit: "of 99 in 100 calls",
    figureOf: ({ p99Ms }) => p99Ms / 1_000,
    format: formatSeconds,
    said: ({ samples }) => {
      const last = samples.at(-1);
      return last
        ? `p50 ${formatSeconds(last.p50Ms / 1_000)}, p99 ${formatSeconds(last.p99Ms / 1_000)}`
        : "–";
    },
  },
];
