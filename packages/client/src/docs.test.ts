import { readFileSync } from "node:fs";
import type { Principal } from "@holdfast/db";
import { startTestServer, type TestServer } from "@holdfast/server/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHoldfast, webStorageIntents } from "./index.ts";

const examplesOf = (page: string) => {
  const doc = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), "utf8");
  return [...doc.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] ?? "");
};
const examples = examplesOf("client.md");
const concepts = examplesOf("concepts.md");
const shop: Principal = { tenantId: 1, subject: "shop", role: "service" };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** Runs one example of the page as it is printed, its imports and free names given as parameters; tells what it logged. */
async function run(example: string): Promise<unknown[]> {
  const token = await server.token(shop);
  const logged: unknown[] = [];
  const items = new Map<string, string>();
  const given = {
    createHoldfast,
    webStorageIntents,
    url: server.url,
    token,
    fromWalletId: await server.wallet("ada", "75"),
    toWalletId: await server.wallet("bob", "0"),
    jobId: 7,
    generate: async () => ({ text: "an answer", tokens: 30n }),
    console: { log: (...values: unknown[]) => logged.push(...values) },
    localStorage: {
      getItem: (name: string) => items.get(name) ?? null,
      setItem: (name: string, value: string) => items.set(name, value),
      removeItem: (name: string) => items.delete(name),
    },
    ...(example.includes("createHoldfast") ? {} : { holdfast: createHoldfast({ url: server.url, token }) }),
  };
  const body = `return async () => {${example.replaceAll(/^import .*$/gm, "")}}`;
  await new Function(...Object.keys(given), body)(...Object.values(given))();
  expect(items.size).toBe(0);
  return logged;
}

test("the pages have their examples", () => {
  expect([examples.length, concepts.length]).toEqual([6, 2]);
});

test.each([
  ["a boost", 0, ["25"]],
  ["safe", 1, ["25"]],
  ["an unresolved call", 2, []],
  ["withHold", 3, ["an answer", "45"]],
  ["an intent", 4, []],
  ["a watch", 5, ["connecting", "live", "change", "1"]],
])("%s", async (_name, index, logged) => {
  expect(await run(examples[index] ?? "")).toEqual(logged);
});

test("two boosts of 50 on 75 have two answers, as docs/concepts.md says", async () => {
  const logged = await run(concepts[0] ?? "");
  expect(logged.toSorted()).toEqual(["25", "INSUFFICIENT_FUNDS"]);
});

test("one key has one effect, as docs/concepts.md says", async () => {
  expect(await run(concepts[1] ?? "")).toEqual([false, true, true, "25"]);
});
