import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { faultNames } from "./schedule.ts";
import { torture } from "./torture.ts";

// A short run of the real thing, beside other tests: what depends on the time of day is judged by `pnpm torture`.
const run = { faults: true, timed: false, clients: 64, onProgress: () => {} };
/** Another run of the same tests may be under way. */
const newDirectory = () => mkdtemp(join(tmpdir(), "holdfast-torture-test-"));

test("20 seconds of every fault break nothing", async () => {
  const report = await torture({ ...run, directory: await newDirectory(), seed: 20, seconds: 20 });
  expect(report.violations).toEqual([]);
  expect(report.checked.acknowledged).toBeGreaterThan(500);
  expect(report.checked.unknownTookEffect).toBeGreaterThan(0);
  expect(report.checked.heard).toBeGreaterThan(100);
  expect(report.checked.resumed).toBeGreaterThan(0);
  const struck = report.faults.filter(({ fired }) => fired > 0).length;
  expect(struck).toBeGreaterThan(faultNames().length / 2);
  await rm(report.directory, { recursive: true });
}, 120_000);

test("a bug is noticed", async () => {
  const plant = "fingerprint-ignored";
  const report = await torture({ ...run, directory: await newDirectory(), seed: 1, seconds: 6, plant });
  expect(report.violations.map(({ invariant }) => invariant)).toContain("I3");
  await rm(report.directory, { recursive: true });
}, 120_000);
