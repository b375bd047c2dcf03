import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bench } from "./bench.ts";

// That every contender does what it says, and that its tables are looked at. How fast is for `pnpm bench`.

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-bench-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test("contenders take turns in every kind of scenario, and their tables are right", {
  timeout: 120_000,
}, async () => {
  const told: string[] = [];
  const report = await bench({
    directory,
    scenarios: ["hot", "holds", "http"],
    contenders: undefined,
    seconds: 0.5,
    rounds: 1,
    callers: 4,
    pgledgerFile: undefined,
    grownOperations: 1,
    memoryCalls: 1,
    onProgress: () => {},
    onResult: (text) => told.push(text),
  });
  const tookPart = (scenario: string) =>
    report.outcomes.filter((outcome) => outcome.scenario === scenario).map(({ contender }) => contender);
  expect(tookPart("hot")).toEqual(["holdfast", "textbook", "sql-function", "bulk"]);
  expect(tookPart("holds")).toEqual(["holdfast", "textbook", "sql-function"]);
  expect(tookPart("http")).toEqual(["holdfast", "textbook", "lean-no-op", "stock-no-op"]);
  for (const { wrong } of report.outcomes) expect(wrong).toEqual([]);
  expect(told.join("\n")).toContain("hot: holdfast / textbook");
});
