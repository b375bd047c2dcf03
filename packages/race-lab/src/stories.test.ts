import { readFileSync } from "node:fs";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCatalogue, readOrder, runLab } from "./index.ts";
import { type LabEvent, labEvent, stories } from "./stories.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

async function run(story: string, strategy: string, settings: object = {}) {
  const read = readOrder({ story, strategy, ...settings });
  if ("issues" in read) throw new Error(JSON.stringify(read.issues));
  const events: LabEvent[] = [];
  for await (const event of runLab({ ...read.order, url: database.url })) events.push(labEvent.parse(event));
  const last = events.at(-1);
  if (last?.type !== "verdict") throw new Error("a run ends with its verdict");
  return { events, verdict: last };
}

const pairs = stories.flatMap((story) =>
  story.strategies.map((strategy) => ({ story: story.id, strategy: strategy.id, holds: strategy.holds })),
);

test.each(pairs)("$story, $strategy: holds is $holds, in every run", async ({ story, strategy, holds }) => {
  for (const seed of [1, 2]) {
    const { verdict } = await run(story, strategy, { seed });
    expect(verdict).toMatchObject({
      holds,
      sentence: expect.stringMatching(holds ? /^Holds: / : /^Broken: /),
    });
    expect(verdict.applied + verdict.refused).toBe(verdict.asked);
    expect(verdict.lost + verdict.doubled > 0).toBe(!holds);
  }
});

test.each(stories.map(({ id }) => id))(
  "%s: Holdfast holds also with every call doubled and answers lost",
  async (story) => {
    const { verdict } = await run(story, "holdfast", { duplicatesPercent: 100, lostAnswersPercent: 50 });
    expect(verdict).toMatchObject({ holds: true, lost: 0, doubled: 0 });
    expect(verdict.replayed).toBeGreaterThan(0);
  },
);

test("history || $1 holds, until an answer is lost", async () => {
  const { verdict } = await run("chat-overwrite", "jsonb-append", { lostAnswersPercent: 50 });
  expect(verdict).toMatchObject({ holds: false, lost: 0 });
  expect(verdict.doubled).toBeGreaterThan(0);
});

test("a run tells what was locked and written, by whom, in the order in which it happened", async () => {
  const { events } = await run("two-boosts", "for-update", { calls: 2 });
  const steps = events.flatMap((event) => (event.type === "steps" ? event.steps : []));
  const of = (name: string) =>
    steps.filter(({ caller }) => caller === name).map(({ does, what }) => `${does} ${what}`.trim());
  expect([of("listener 1"), of("listener 2")].sort((a, b) => b.length - a.length)).toEqual([
    ["waits for the row", "locks balance 75", "writes balance 25", "commits", "is answered done"],
    ["waits for the row", "locks balance 25", "commits", "is refused insufficient funds"],
  ]);
  expect(steps.map(({ atMs }) => atMs)).toEqual(steps.map(({ atMs }) => atMs).sort((a, b) => a - b));
});

test("calls stop to be made when the time is over, and those under way are answered", async () => {
  const { verdict } = await run("two-boosts", "holdfast", { calls: 5_000, latencyMs: 50, seconds: 1 });
  expect(verdict.holds).toBe(true);
  expect(verdict.asked).toBeGreaterThan(0);
  expect(verdict.asked).toBeLessThan(5_000);
  expect(verdict.applied + verdict.refused).toBe(verdict.asked);
});

test("calls begin no faster than they are asked to", async () => {
  const { verdict } = await run("chat-overwrite", "holdfast", { callers: 2, calls: 10, callsPerSecond: 20 });
  // The fifth pair begins four pairs after the first, at ten pairs a second.
  expect(verdict.seconds).toBeGreaterThanOrEqual(0.4);
  expect(verdict).toMatchObject({ holds: true, asked: 10 });
});

test("docs/race-lab.md has a row for every strategy, and says of it what is said here", () => {
  const page = readFileSync(new URL("../../../docs/race-lab.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^([\w-]+) +([\w-]+) +20 +(0|20) .* (hold|lose)$/gm)];
  expect(rows.map(([, story, strategy, held, said]) => [story, strategy, held, said].join(" "))).toEqual(
    pairs.map(({ story, strategy, holds }) => `${story} ${strategy} ${holds ? "20 hold" : "0 lose"}`),
  );
});

test("the catalogue shows the code that runs", async () => {
  const { stories: told } = await readCatalogue();
  const naive = told[0]?.strategies[0];
  expect(naive?.file).toBe("packages/race-lab/src/two-boosts/naive.ts");
  expect(naive?.code).toContain("export const naive: Strategy<Boost>");
});
