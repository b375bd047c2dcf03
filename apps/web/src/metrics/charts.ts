import { formatCount, formatSeconds } from "./format.ts";
import type { Figures } from "./timeline.ts";

export type Tone = "accent" | "soft" | "refused" | "unresolved";
/** A line has a shape beside its colour. */
export type Stroke = "solid" | "dashed" | "dotted";

export interface Line {
  readonly name: string;
  readonly figure: keyof Figures;
  readonly tone: Tone;
  readonly stroke: Stroke;
}

export interface Chart {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
  /** The top of the scale when there is less to show, so that a quiet time looks quiet. */
  readonly leastTop: number;
}

export const charts: readonly Chart[] = [
  {
    id: "calls",
    title: "Calls",
    unit: "answered a second",
    lines: [
      { name: "Confirmed", figure: "confirmedPerSecond", tone: "accent", stroke: "solid" },
      { name: "Refused", figure: "refusedPerSecond", tone: "refused", stroke: "dashed" },
      { name: "Failed", figure: "failedPerSecond", tone: "unresolved", stroke: "dotted" },
    ],
    format: formatCount,
    leastTop: 1,
  },
  {
    id: "answer-time",
    title: "Answer time",
    unit: "of a call",
    lines: [
      { name: "p50", figure: "callP50", tone: "accent", stroke: "solid" },
      { name: "p99", figure: "callP99", tone: "soft", stroke: "dashed" },
    ],
    format: formatSeconds,
    leastTop: 0.01,
  },
  {
    id: "lock-wait",
    title: "Lock wait",
    unit: "of a transaction",
    lines: [
      { name: "p99", figure: "lockP99", tone: "accent", stroke: "solid" },
      { name: "All within", figure: "lockMost", tone: "soft", stroke: "dashed" },
    ],
    format: formatSeconds,
    leastTop: 0.01,
  },
  {
    id: "batch-size",
    title: "Batch size",
    unit: "calls a transaction",
    lines: [
      { name: "Mean", figure: "batchMean", tone: "accent", stroke: "solid" },
      { name: "p99", figure: "batchP99", tone: "soft", stroke: "dashed" },
    ],
    format: formatCount,
    leastTop: 4,
  },
  {
    id: "reservations",
    title: "Reservations",
    unit: "a second",
    lines: [
      { name: "Made", figure: "reservationsPerSecond", tone: "accent", stroke: "solid" },
      { name: "Conflicts", figure: "conflictsPerSecond", tone: "refused", stroke: "dashed" },
    ],
    format: formatCount,
    leastTop: 1,
  },
];
