import { expect, test } from "vitest";
import { Buckets } from "./buckets.ts";
import { networkOf } from "./strangers.ts";

test("ten seconds' worth at once, then as much as time brings, and the wait is told", () => {
  const buckets = new Buckets(100);
  expect(buckets.take("ada", 1_000, 0)).toBe(0);
  expect(buckets.take("ada", 1, 0)).toBeCloseTo(0.01);
  expect(buckets.take("ada", 50, 250)).toBeCloseTo(0.25);
  expect(buckets.take("ada", 50, 500)).toBe(0);
  expect(buckets.take("ada", 1, 500)).toBeGreaterThan(0);
  expect(buckets.take("bob", 1_000, 500)).toBe(0);
});

test("what is refused takes nothing, and what was given back can be taken", () => {
  const buckets = new Buckets(1);
  buckets.take("ada", 9, 0);
  expect(buckets.take("ada", 2, 0)).toBe(1);
  expect(buckets.take("ada", 1, 0)).toBe(0);
  buckets.giveBack("ada", 1);
  expect(buckets.take("ada", 1, 0)).toBe(0);
});

test("more than a bucket holds is had from a full one, and paid for afterwards", () => {
  const buckets = new Buckets(10);
  expect(buckets.take("ada", 1_000, 0)).toBe(0);
  expect(buckets.take("ada", 1, 0)).toBeCloseTo(90.1);
  expect(buckets.take("ada", 1, 90_000)).toBeCloseTo(0.1);
  expect(buckets.take("ada", 1, 90_200)).toBe(0);
});

test("a crowd of names takes no more memory than there is room for", () => {
  const buckets = new Buckets(1);
  buckets.take("ada", 10, 0);
  for (let at = 0; at < 19_999; at++) buckets.take(`name ${at}`, 1, 0);
  expect(buckets.take("ada", 10, 0)).toBeGreaterThan(0);
  for (let at = 0; at < 30_000; at++) buckets.take(`other ${at}`, 1, 0);
  expect(buckets.size).toBe(20_000);
  expect(buckets.take("ada", 10, 0)).toBe(0);
});

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["::ffff:203.0.113.7", "::ffff:203.0.113.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
  ["2001:db8::1", "2001:db8:0:0"],
  ["2001::1:2:3:4:5", "2001:0:0:1"],
  ["::1", "0:0:0:0"],
  ["x".repeat(1_000), "x".repeat(64)],
])("the network of %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});
