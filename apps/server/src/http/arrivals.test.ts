import { setImmediate as nextLook } from "node:timers/promises";
import { expect, test } from "vitest";
import { watchArrivals } from "./arrivals.ts";

/** A process whose time passes when it is told to. */
function start() {
  let nowMs = 1_000;
  let sleptMs = 0;
  const arrivedMs = watchArrivals({ nowMs: () => nowMs, sleptMs: () => sleptMs });
  return {
    arrivedMs,
    sleep(ms: number) {
      nowMs += ms;
      sleptMs += ms;
    },
    work(ms: number) {
      nowMs += ms;
    },
  };
}

test("who ends a sleep has just arrived", async () => {
  const { arrivedMs, sleep } = start();
  sleep(50);
  expect(arrivedMs()).toBe(1_050);
  await nextLook();
  sleep(50);
  expect(arrivedMs()).toBe(1_100);
});

test("all who are found together have arrived before the first was read", () => {
  const { arrivedMs, sleep, work } = start();
  sleep(50);
  arrivedMs();
  work(150);
  expect(arrivedMs()).toBe(1_050);
});

test("who is read after other work has arrived before it", () => {
  const { arrivedMs, sleep, work } = start();
  sleep(50);
  work(80);
  expect(arrivedMs()).toBe(1_050);
});

test("who is found after a busy time may have arrived at its beginning", async () => {
  const { arrivedMs, sleep, work } = start();
  sleep(50);
  arrivedMs();
  work(150);
  await nextLook();
  work(20);
  expect(arrivedMs()).toBe(1_050);
  await nextLook();
  expect(arrivedMs()).toBe(1_200);
});

test("nobody is taken for older than a quarter of a second", () => {
  const { arrivedMs, sleep, work } = start();
  sleep(50);
  work(900);
  expect(arrivedMs()).toBe(1_700);
});

test("the clock of this process tells sleep from work", async () => {
  const arrivedMs = watchArrivals();
  await new Promise((resolve) => setTimeout(resolve, 60));
  const nowMs = performance.now();
  expect(nowMs - arrivedMs()).toBeLessThan(40);
});
