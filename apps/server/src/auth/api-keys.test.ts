import type { Principal } from "@holdfast/db";
import { expect, test } from "vitest";
import { createApiKeyFinder } from "./api-keys.ts";
import { createExpiringCache } from "./expiring-cache.ts";

const jobs: Principal = { tenantId: 1, subject: "jobs", role: "service" };
const apiKey = "hf_1_0197a000-0000-7000-8000-000000000000_secretsecret";

test("callers that come at once share one look-up, and the next finds it remembered", async () => {
  let lookUps = 0;
  const find = createApiKeyFinder(async () => {
    lookUps += 1;
    return jobs;
  });
  expect(await Promise.all(Array.from({ length: 50 }, () => find(apiKey)))).toEqual(Array(50).fill(jobs));
  expect(await find(apiKey)).toEqual(jobs);
  expect(lookUps).toBe(1);
});

test("a key that was revoked ends within half a minute, in a process that has just seen it", async () => {
  let nowMs = 0;
  let revoked = false;
  const find = createApiKeyFinder(
    async () => (revoked ? undefined : jobs),
    () => nowMs,
  );
  expect(await find(apiKey)).toEqual(jobs);
  revoked = true;
  nowMs = 29_999;
  expect(await find(apiKey)).toEqual(jobs);
  nowMs = 30_000;
  expect(await find(apiKey)).toBeUndefined();
});

test("a look-up that failed is not remembered", async () => {
  let fails = true;
  const find = createApiKeyFinder(async () => {
    if (fails) throw new Error("no database");
    return jobs;
  });
  await expect(find(apiKey)).rejects.toThrow("no database");
  fails = false;
  expect(await find(apiKey)).toEqual(jobs);
});

test("what is no key of ours costs no look-up", async () => {
  const find = createApiKeyFinder(() => Promise.reject(new Error("looked up")));
  expect(await find("hf_1_short")).toBeUndefined();
});

test("the cache holds its bound, dropping the oldest", () => {
  const cache = createExpiringCache<number>(3);
  for (const at of [1, 2, 3, 4]) cache.set(`${at}`, at, 1000);
  expect([1, 2, 3, 4].map((at) => cache.get(`${at}`))).toEqual([undefined, 2, 3, 4]);
  cache.set("2", 22, -1);
  expect(cache.get("2")).toBeUndefined();
});
