import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { redisIsInstalled } from "@holdfast/server/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BenchOptions, bench } from "./bench.ts";

// That every contender does what it says, and that its tables are looked at. How fast is for `pnpm bench`.

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-bench-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const small: Omit<BenchOptions, "directory" | "scenarios" | "onResult"> = {
  contenders: undefined,
  seconds: 0.5,
  rounds: 1,
  callers: 4,
  pgledgerFile: undefined,
  grownOperations: 1,
  memoryCalls: 1,
  buyers: 200,
  seats: 60,
  watchers: 30,
  histories: [10],
  onProgress: () => {},
};

test("contenders take turns in every kind of scenario, and their tables are right", {
  timeout: 120_000,
}, async () => {
  const told: string[] = [];
  const scenarios = ["hot", "holds", "http"];
  const onResult = (text: string) => told.push(text);
  // Of 13 turns, and four that are six times as long.
  const report = await bench({ ...small, seconds: 0.2, directory, scenarios, onResult });
  const tookPart = (scenario: string) =>
    report.outcomes.filter((outcome) => outcome.scenario === scenario).map(({ contender }) => contender);
  const withRedis = redisIsInstalled() ? ["holdfast-redis"] : [];
  expect(tookPart("hot")).toEqual([
    "holdfast",
    "holdfast-locked",
    ...withRedis,
    "textbook",
    "sql-function",
    "bulk",
  ]);
  expect(tookPart("holds")).toEqual(["holdfast", "textbook", "sql-function"]);
  expect(tookPart("http")).toEqual(["holdfast", "textbook", "lean-no-op", "stock-no-op"]);
  for (const { wrong } of report.outcomes) expect(wrong).toEqual([]);
  expect(told.join("\n")).toContain("hot: holdfast / textbook");
});

test("watchers are told every version once and in its order, many as well as few", {
  timeout: 120_000,
}, async () => {
  const told: string[] = [];
  const onResult = (text: string) => told.push(text);
  const { outcomes, ratios } = await bench({ ...small, directory, scenarios: ["watchers"], onResult });
  expect(outcomes.map(({ contender, callers, wrong }) => [contender, callers, wrong])).toEqual([
    ["many", 30, []],
    ["few", 20, []],
  ]);
  for (const { median } of outcomes) {
    expect(median.eventsPerSecond).toBeGreaterThan(0);
    expect(median.queriesPerSecond).toBeGreaterThan(0);
    expect(median.bytesAnEvent).toBeGreaterThan(0);
  }
  expect(ratios.map(({ name }) => name)).toEqual(["watchers: queries a second for many / for few"]);
  expect(told.join("\n")).toContain("events/s");
});

test("a contender that nobody knows is told, not left out", async () => {
  const options = { ...small, directory, scenarios: ["onsale"], onResult: () => {} };
  await expect(bench({ ...options, contenders: ["holdfast", "nobody"] })).rejects.toThrow(
    "no contender nobody",
  );
});
