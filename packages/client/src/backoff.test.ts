import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextDelayMs, retryAfterMs } from "./backoff.ts";

const backoff = {
  failedAttempts: fc.integer({ min: 1, max: 10_000 }),
  remainingMs: fc.double({ min: -1_000, max: 100_000, noNaN: true }),
  retryAfterMs: fc.option(fc.double({ min: 0, max: 100_000, noNaN: true }), { nil: undefined }),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
};

describe("nextDelayMs", () => {
  test("never reaches the deadline, never comes before the server asked, and gives up when both can't be", () => {
    fc.assert(
      fc.property(fc.record(backoff), (given) => {
        const delayMs = nextDelayMs(given);
        const askedMs = given.retryAfterMs ?? 0;
        if (delayMs === undefined) {
          expect(askedMs + 50).toBeGreaterThan(given.remainingMs);
          return;
        }
        // The floating-point sum may be off by less than a nanosecond.
        expect(delayMs).toBeLessThanOrEqual(given.remainingMs - 50 + 1e-6);
        expect(delayMs).toBeGreaterThanOrEqual(askedMs);
        expect(delayMs).toBeLessThanOrEqual(askedMs + 2_000);
      }),
    );
  });

  test("a whole call's waits stay within its deadline, whatever its attempts take", () => {
    const attemptsMs = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(
        attemptsMs,
        fc.integer({ min: 1, max: 30_000 }),
        backoff.random,
        (attempts, deadlineMs, random) => {
          let nowMs = 0;
          for (const [index, attemptMs] of attempts.entries()) {
            nowMs += attemptMs;
            const remainingMs = deadlineMs - nowMs;
            const delayMs = nextDelayMs({
              failedAttempts: index + 1,
              remainingMs,
              retryAfterMs: undefined,
              random,
            });
            if (delayMs === undefined) return;
            nowMs += delayMs;
            expect(nowMs).toBeLessThan(deadlineMs);
          }
        },
      ),
    );
  });

  test.each([
    [1, 0, 0],
    [1, 0.5, 25],
    [2, 0.5, 50],
    [3, 0.5, 100],
    [7, 0.5, 1_000],
    [500, 0.5, 1_000],
  ])("after %i failures, at %f of the jitter: %i ms", (failedAttempts, random, expected) => {
    expect(nextDelayMs({ failedAttempts, remainingMs: 60_000, retryAfterMs: undefined, random })).toBe(
      expected,
    );
  });
});

describe("retryAfterMs", () => {
  const date = "Sat, 22 Nov 2026 10:00:00 GMT";

  test.each([
    ["nothing", {}, undefined],
    ["seconds", { "retry-after": "3" }, 3_000],
    ["zero", { "retry-after": "0" }, 0],
    ["a date, by the server's clock", { "retry-after": "Sat, 22 Nov 2026 10:00:07 GMT", date }, 7_000],
    ["a date in the past", { "retry-after": "Sat, 22 Nov 2026 09:00:00 GMT", date }, 0],
    ["nonsense", { "retry-after": "soon" }, undefined],
    ["a negative number", { "retry-after": "-5", date }, 0],
  ])("%s", (_name, headers, expected) => {
    expect(retryAfterMs(new Headers(headers as Record<string, string>))).toBe(expected);
  });

  test("a date without the server's clock counts from this one", () => {
    const delayMs = retryAfterMs(new Headers({ "retry-after": new Date(Date.now() + 60_000).toUTCString() }));
    expect(delayMs).toBeGreaterThan(58_000);
    expect(delayMs).toBeLessThanOrEqual(60_000);
  });
});
