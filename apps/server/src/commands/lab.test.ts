import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { stories } from "@holdfast/race-lab/stories";
import { runCommand } from "citty";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { EXIT_FINDINGS } from "../cli/failure.ts";
import { lab } from "./lab.ts";

let database: TestDatabase;
let printed: string;

beforeAll(async () => {
  database = await createTestDatabase();
  vi.stubEnv("DATABASE_URL", database.url);
});
beforeEach(() => {
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  // What a command found is the test's own business.
  process.exitCode = undefined;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await database.close();
});

async function run(...rawArgs: string[]): Promise<{ lines: string[]; code: typeof process.exitCode }> {
  printed = "";
  await runCommand(lab, { rawArgs });
  return { lines: printed.trimEnd().split("\n"), code: process.exitCode };
}

test("one run is shown moment by moment, then what became of it", async () => {
  const { lines, code } = await run("--story", "two-boosts", "--strategy", "naive");
  expect(lines[0]).toBe("Two boosts on 75 sats. Read, check, write back.");
  expect(lines).toContainEqual(expect.stringMatching(/^T\d+ +[\d.]+ ms {2}listener \d {2}reads balance 75$/));
  expect(lines).toContainEqual(
    expect.stringMatching(/^T\d+ +[\d.]+ ms {2}listener \d {2}writes balance 25$/),
  );
  expect(lines).toContainEqual(expect.stringMatching(/^Broken: \d+ boosts? paid with sats/));
  expect(lines.at(-1)).toMatch(/^updates +\d+ lost, 0 doubled, in \d\.\d\d s$/);
  expect(code).toBeUndefined();
});

test("a table has a row for each strategy of a story", async () => {
  const { lines, code } = await run("--story", "seat-sold-twice", "--all", "--times", "2");
  expect(lines[0]).toMatch(/^story +strategy +runs +held +lost +doubled +s +said to$/);
  expect(lines[1]).toMatch(/^seat-sold-twice +naive +2 +0 +0 +\d+ +\d\.\d\d +lose$/);
  expect(lines[7]).toMatch(/^seat-sold-twice +holdfast +2 +2 +0 +0 +\d\.\d\d +hold$/);
  expect(lines.slice(8)).toEqual(["", "All 7 did in every run what is said of them."]);
  expect(code).toBeUndefined();
});

test("without options naive and Holdfast are run, in every story", async () => {
  const { lines } = await run("--json");
  const tallies = JSON.parse(lines.join("\n")) as { story: string; strategy: string; asSaid: boolean }[];
  expect(tallies.map(({ story, strategy }) => `${story} ${strategy}`)).toEqual(
    stories.flatMap(({ id }) => [`${id} naive`, `${id} holdfast`]),
  );
  expect(tallies.every(({ asSaid }) => asSaid)).toBe(true);
});

test("a strategy that does not do what is said of it is told, with exit code 1", async () => {
  const naive = stories[0]?.strategies[0];
  const said = Object.getOwnPropertyDescriptor(naive, "holds") ?? {};
  Object.defineProperty(naive, "holds", { ...said, value: true });
  try {
    const { lines, code } = await run("--story", "two-boosts");
    expect(lines[1]).toMatch(/^two-boosts +naive .* hold {2}NOT SO$/);
    expect(lines.at(-1)).toBe("1 of 2 did not do what is said of them.");
    expect(code).toBe(EXIT_FINDINGS);
  } finally {
    Object.defineProperty(naive, "holds", said);
  }
});

test("at other settings nothing is said, so nothing is wrong", async () => {
  const { lines, code } = await run(
    ...["--story", "chat-overwrite", "--strategy", "jsonb-append", "--times", "1"],
    ...["--lost-answers-percent", "100", "--calls", "4"],
  );
  expect(lines[1]).toMatch(/^chat-overwrite +jsonb-append +1 +0 +0 +12 +\d\.\d\d$/);
  expect(lines.at(-1)).toBe("At settings of your own nothing is said of what holds.");
  expect(code).toBeUndefined();
});

test.each<[string[], RegExp]>([
  [["--story", "nothing"], /^--story must be one of two-boosts, credit-twice/],
  [["--strategy", "naive"], /^--strategy needs --story <id>/],
  [["--story", "two-boosts", "--strategy", "hope"], /^--strategy must be one of naive, conditional-update/],
  [["--story", "two-boosts", "--strategy", "naive", "--all"], /^give either --strategy or --all$/],
  [["--callers", "51"], /^--callers must be a whole number from 1 to 50$/],
  [["--lost-answers-percent", "x"], /^--lost-answers-percent must be a whole number from 0 to 100$/],
  [["--times", "0"], /^--times must be a whole number from 1 to 1000$/],
  [["--caller", "2"], /^lab has no option --caller; see --help$/],
])("lab %j is refused in a sentence", async (rawArgs, message) => {
  await expect(runCommand(lab, { rawArgs })).rejects.toThrow(message);
});
