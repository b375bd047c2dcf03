import { expect, test } from "vitest";
import { medians } from "./figures.ts";
import { ratios } from "./ratios.ts";
import type { Outcome } from "./run-scenario.ts";

const figures = (operationsPerSecond: number) => ({
  operationsPerSecond,
  p50Ms: 1,
  p99Ms: 2,
  p999Ms: 3,
  postgresCpuUs: undefined,
  nodeCpuUs: undefined,
  walBytes: undefined,
});

function outcome(scenario: string, contender: string, perSecond: number): Outcome {
  const median = figures(perSecond);
  return { scenario, contender, callers: 64, median, rounds: [median], costs: undefined, wrong: [] };
}

test("a ratio needs both of its sides, and says whether it is enough", () => {
  const told = ratios([outcome("uniform", "holdfast", 1_000), outcome("uniform", "sql-function", 400)]);
  expect(told).toEqual([
    { name: "uniform: holdfast / sql-function", value: 2.5, target: 2, want: "at least", met: true },
  ]);
  const [short] = ratios([outcome("uniform", "holdfast", 100), outcome("uniform", "sql-function", 400)]);
  expect(short?.met).toBe(false);
});

test("medians are taken figure by figure, and an absent one stays absent", () => {
  const median = medians([figures(3), figures(1), figures(2)]);
  expect(median.operationsPerSecond).toBe(2);
  expect(median.walBytes).toBeUndefined();
});
