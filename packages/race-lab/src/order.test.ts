import { expect, test } from "vitest";
import { readOrder } from "./order.ts";
import { planOf } from "./plan.ts";
import { limits, stories } from "./stories.ts";

const ASKED = { story: "two-boosts", strategy: "naive" };

test("what is left out is the story's default; numbers may be texts, as in a URL", () => {
  expect(readOrder({ ...ASKED, callers: "3", seed: 9 })).toEqual({
    order: { ...ASKED, settings: { ...stories[0]?.defaults, callers: 3, seed: 9 } },
  });
});

test.each(
  Object.entries(limits).flatMap(([name, { min, max }]) => [
    [name, min - 1],
    [name, max + 1],
    [name, min + 0.5],
  ]),
)("%s of %s is refused, and the limits are told", (name, value) => {
  const { min, max } = limits[name as keyof typeof limits];
  expect(readOrder({ ...ASKED, [name as string]: value })).toEqual({
    issues: [{ path: name, message: `must be a whole number from ${min} to ${max}` }],
  });
});

test.each(
  Object.entries(limits).flatMap(([name, { min, max }]) => [
    [name, min],
    [name, max],
  ]),
)("%s of %s is accepted", (name, value) => {
  expect(readOrder({ ...ASKED, [name as string]: value })).toHaveProperty("order");
});

test("the defaults of every story are within the limits", () => {
  for (const { id, defaults, strategies } of stories)
    expect(readOrder({ story: id, strategy: strategies[0]?.id, ...defaults }), id).toHaveProperty("order");
});

test("the seed decides which calls are repeated, and nothing else does", () => {
  const settings = { callers: 4, calls: 100, callsPerSecond: 0, latencyMs: 0, seconds: 1 };
  const draws = { duplicatesPercent: 50, lostAnswersPercent: 50 };
  const plan = (seed: number, percent = draws) =>
    planOf({ ...settings, ...percent, seed }, "caller", ({ number }) => number);
  expect(plan(1)).toEqual(plan(1));
  expect(plan(1)).not.toEqual(plan(2));
  const deliveries = plan(1).flat(2);
  expect(new Set(deliveries.map(({ number }) => number)).size).toBe(100);
  expect(deliveries.length).toBeGreaterThan(100);
  expect(deliveries.some(({ lostAnswers }) => lostAnswers > 0)).toBe(true);
  const quiet = plan(1, { duplicatesPercent: 0, lostAnswersPercent: 0 }).flat(2);
  expect(quiet.map(({ lostAnswers }) => lostAnswers)).toEqual(Array.from({ length: 100 }, () => 0));
});
