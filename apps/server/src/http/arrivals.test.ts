import { setImmediate as nextLook, setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { watchArrivals } from "./arrivals.ts";

function clock() {
  const at = { ms: 1_000 };
  return { at, arrivedMs: watchArrivals(() => at.ms) };
}

test("who is found after a rest has just arrived", async () => {
  const { at, arrivedMs } = clock();
  expect(arrivedMs()).toBe(1_000);
  await nextLook();
  at.ms = 1_050;
  expect(arrivedMs()).toBe(1_050);
});

test("all who are found together have arrived before the first was read", async () => {
  const { at, arrivedMs } = clock();
  arrivedMs();
  at.ms += 150;
  expect(arrivedMs()).toBe(1_000);
});

test("who is found right after a busy time may have arrived at its beginning", async () => {
  const { at, arrivedMs } = clock();
  arrivedMs();
  at.ms += 150;
  await nextLook();
  await pause(0);
  at.ms += 1;
  expect(arrivedMs()).toBe(1_000);
  await nextLook();
  at.ms += 1;
  expect(arrivedMs()).toBe(1_151);
});
