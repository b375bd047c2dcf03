import { setImmediate as nextLook } from "node:timers/promises";
import { expect, test } from "vitest";
import { watchArrivals } from "./arrivals.ts";

/** A process whose time passes when it is told to. */
function start() {
  let nowMs = 1_000;
  let sleptMs = 0;
  const { requestMs: arrivedMs, connectionMs } = watchArrivals({
    nowMs: () => nowMs,
    sleptMs: () => sleptMs,
  });
  return {
    arrivedMs,
    connectionMs,
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

test("of connections that are found one after the other the last may have come with the first", async () => {
  const { arrivedMs, connectionMs, sleep, work } = start();
  sleep(50);
  for (let looks = 0; looks < 5; looks++) {
    expect(connectionMs()).toBe(1_050);
    work(100);
    await nextLook();
  }
  expect(arrivedMs()).toBe(1_450);
});

test("a look that finds no connection proves that none was waiting", async () => {
  const { connectionMs, sleep, work } = start();
  sleep(50);
  expect(connectionMs()).toBe(1_050);
  await nextLook();
  work(200);
  await nextLook();
  await nextLook();
  sleep(50);
  expect(connectionMs()).toBe(1_300);
});

test("nobody is taken for older than a second", () => {
  const { arrivedMs, connectionMs, sleep, work } = start();
  sleep(50);
  work(2_000);
  expect(arrivedMs()).toBe(2_050);
  expect(connectionMs()).toBe(2_050);
});

test("the clock of this process tells sleep from work", async () => {
  const { requestMs } = watchArrivals();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const nowMs = performance.now();
  expect(nowMs - requestMs()).toBeLessThan(200);
});
