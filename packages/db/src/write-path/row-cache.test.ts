import { describe, expect, test } from "vitest";
import { RowCache } from "./row-cache.ts";

const need = (key: string) => ({ feature: "wallets", key });

describe("rows", () => {
  test("are each tenant's own, and gone when they are forgotten", () => {
    const cache = new RowCache(10);
    cache.keep(1, need("a"), "one");
    cache.keep(2, need("a"), "two");
    expect([cache.find(1, need("a")), cache.find(2, need("a")), cache.find(1, need("b"))]).toEqual([
      "one",
      "two",
      undefined,
    ]);
    cache.keep(1, need("a"), undefined);
    expect([cache.find(1, need("a")), cache.find(2, need("a"))]).toEqual([undefined, "two"]);
  });

  test("make room for others: the latest are kept, as many as told at least and no more than twice as many", () => {
    const cache = new RowCache(50);
    for (let at = 0; at < 1_000; at++) {
      cache.keep(1, need("used"), at);
      cache.keep(1, need(`row ${at}`), at);
    }
    const kept = Array.from({ length: 1_000 }, (_, at) => cache.find(1, need(`row ${at}`)) ?? -1).filter(
      (row) => row !== -1,
    );
    expect(kept.slice(-49)).toEqual(Array.from({ length: 49 }, (_, at) => 951 + at));
    expect(kept.length).toBeLessThanOrEqual(100);
    expect(cache.find(1, need("used"))).toBe(999);
  });

  test("are not kept at all where none may be", () => {
    const cache = new RowCache(0);
    cache.keep(1, need("a"), 1);
    expect(cache.find(1, need("a"))).toBeUndefined();
  });
});

test("keys are each tenant's own, and the latest are remembered", () => {
  const cache = new RowCache(10);
  for (let at = 0; at < 30_000; at++) cache.keepKey(1, `key ${at}`);
  expect([0, 20_001, 29_999].map((at) => cache.hasKey(1, `key ${at}`))).toEqual([false, true, true]);
  expect(cache.hasKey(2, "key 29999")).toBe(false);
});

describe("trust", () => {
  /** How many batches of the tenant go without before one may try again. */
  function batchesWithout(cache: RowCache, tenantId: number): number {
    let without = 0;
    while (!cache.isTrusted(tenantId)) without++;
    return without;
  }

  test("a tenant whose rows others keep changing goes without for longer each time; others don't", () => {
    const cache = new RowCache(10);
    expect(batchesWithout(cache, 1)).toBe(0);
    const without = [1, 2, 3, 4, 5].map(() => {
      cache.disappointed(1);
      return batchesWithout(cache, 1);
    });
    expect(without).toEqual([1, 8, 64, 256, 256]);
    expect(batchesWithout(cache, 2)).toBe(0);
  });

  test("comes back when the guesses are right, more slowly than it went", () => {
    const cache = new RowCache(10);
    cache.disappointed(1);
    expect(batchesWithout(cache, 1)).toBe(1);
    for (const _ of [1, 2, 3]) cache.verified(1);
    cache.disappointed(1);
    expect(batchesWithout(cache, 1)).toBe(1);
    cache.verified(1);
    cache.disappointed(1);
    expect(batchesWithout(cache, 1)).toBe(4);
  });
});
