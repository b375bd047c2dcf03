import { expect, test } from "vitest";
import { MAX_ATTEMPTS, pauseAfter, retryAfterMs } from "./backoff.ts";

const HOUR_MS = 3_600_000;

test("the pause doubles up to six hours, and is drawn from its upper half", () => {
  const drawn = (failures: number) => [0, 1].map((random) => pauseAfter(failures, { random }));
  expect(drawn(1)).toEqual([1_000, 2_000]);
  expect(drawn(5)).toEqual([16_000, 32_000]);
  expect(drawn(20)).toEqual([3 * HOUR_MS, 6 * HOUR_MS]);
});

test("all attempts together take three days, then there is no other", () => {
  let sumMs = 0;
  for (let failures = 1; failures < MAX_ATTEMPTS; failures++)
    sumMs += pauseAfter(failures, { random: 0.5 }) ?? 0;
  expect(sumMs / HOUR_MS / 24).toBeCloseTo(3, 0);
  expect(pauseAfter(MAX_ATTEMPTS, { random: 0.5 })).toBeUndefined();
});

test.each([
  ["longer than the pause", 1, 90_000, 90_000],
  ["shorter", 8, 1_000, 192_000],
  ["longer than a day", 1, 1e12, 24 * HOUR_MS],
])("a receiver may wish for a pause: %s", (_what, failures, wishMs, pauseMs) => {
  expect(pauseAfter(failures, { random: 0.5, wishMs })).toBe(pauseMs);
});

test.each([
  ["120", 120_000],
  ["Thu, 01 Jan 1970 00:01:00 GMT", 50_000],
  ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
  ["soon", undefined],
  [undefined, undefined],
])("Retry-After: %s", (header, ms) => {
  expect(retryAfterMs(header, 10_000)).toBe(ms);
});
