import { expect, test } from "vitest";
import { fuzz } from "./fuzz.ts";
import { plants } from "./plants.ts";

// Beside other tests, so how long the process was silent says nothing: `pnpm fuzz` judges that.
const run = { timed: false, onProgress: () => {} };

test("of 4,000 hostile requests none breaks, learns or changes anything", async () => {
  const report = await fuzz({ ...run, requests: 4_000, seed: 7 });
  expect(report.findings).toEqual([]);
  expect(report.requests).toBe(4_000);
  // What is only ever refused at the door proves little: whatever can be called must have been called with success.
  expect(report.withoutSchema).toEqual([]);
  expect(report.codes["accepted"]).toBeGreaterThan(400);
  expect(report.neverAccepted.length).toBeLessThan(6);
  expect(report.codes["BAD_REQUEST"]).toBeGreaterThan(1_000);
}, 300_000);

test.each(plants)(
  "a bug is found: $bug",
  async (plant) => {
    // Ends with the first finding: the rarest of these bugs shows in one of some 5,000 requests.
    const report = await fuzz({ ...run, requests: 12_000, seed: 1, plant, enough: 1 });
    expect(report.findings.map(({ rule }) => rule)).toContain(plant.breaks);
  },
  300_000,
);
