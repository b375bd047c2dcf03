import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHoldfast } from "./create-holdfast.ts";
import { type IntentStore, type WebStorage, webStorageIntents } from "./intents.ts";
import {
  answer,
  drop,
  hang,
  refuse,
  type ScriptedServer,
  startScriptedServer,
} from "./testing/scripted-server.ts";

const boost = { fromWalletId: "a", toWalletId: "b", amount: 50n } as const;

let server: ScriptedServer;
let items: Map<string, string>;
let store: IntentStore;

beforeEach(async () => {
  server = await startScriptedServer();
  items = new Map();
  store = webStorageIntents(storage(items));
});
afterEach(() => server.close());

function storage(map: Map<string, string>): WebStorage {
  return {
    getItem: (name) => map.get(name) ?? null,
    setItem: (name, value) => void map.set(name, value),
    removeItem: (name) => void map.delete(name),
  };
}

/** A page of the application: each has a client of its own, as after a reload. */
const page = () => createHoldfast({ url: server.url, token: "t" }).intent("boost:draft-1", store);
const keys = () => server.seen.map(({ inputs }) => inputs[0]?.["idempotencyKey"]);

test("the key is kept before the call is sent, and dropped with the answer", async () => {
  let keptWhenSent: string | undefined;
  server.script((response, seen) => {
    keptWhenSent = items.get("holdfast:intent:boost:draft-1");
    answer({ replayed: false })(response, seen);
  });
  await page().wallets.boost(boost);
  expect(keys()).toEqual([keptWhenSent]);
  expect(items.size).toBe(0);
});

test("a call whose page goes away before the answer is the same call on the next page", async () => {
  const arrived = new Promise<void>((resolve) => {
    server.script(() => resolve(), answer({ replayed: true }));
  });
  const first = page().wallets.boost.safe(boost, { deadlineMs: 500 });
  await arrived;
  const second = await page().wallets.boost.safe(boost);
  expect(second).toEqual({ ok: true, data: { replayed: true } });
  expect(new Set(keys()).size).toBe(1);
  expect(items.size).toBe(0);
  expect(await first).toMatchObject({ ok: false, error: { unresolved: true, idempotencyKey: keys()[0] } });
});

test("two clicks at once are one intent", async () => {
  const { wallets } = page();
  await Promise.all([wallets.boost(boost), wallets.boost(boost)]);
  const sent = server.seen.flatMap(({ inputs }) => inputs.map((input) => input["idempotencyKey"]));
  expect(sent).toHaveLength(2);
  expect(new Set(sent).size).toBe(1);
});

describe("after a refusal, the key is", () => {
  const funds = { available: "0", required: "50", shortfall: "50" };

  test.each([
    ["dropped", "a recorded one", [refuse("INSUFFICIENT_FUNDS", funds)]],
    ["dropped", "one that will not change", [refuse("NOT_FOUND", { what: "walletId" })]],
    ["kept", "one that may pass", [refuse("OVERLOADED", { retryAfterSeconds: 60 })]],
    ["kept", "an answer that never came", [hang]],
    ["kept", "one that says nothing of the attempt before it", [drop, refuse("UNAUTHENTICATED", {})]],
    [
      "dropped",
      "a recorded one after an attempt without an answer",
      [drop, refuse("INSUFFICIENT_FUNDS", funds)],
    ],
  ])("%s: %s", async (fate, _name, steps) => {
    server.script(...steps);
    const result = await page().wallets.boost.safe(boost, { deadlineMs: 500 });
    expect(result.ok).toBe(false);
    expect([...items.values()]).toEqual(fate === "kept" ? [keys()[0]] : []);
  });

  test("kept: signed out on the next page, because the page before may have paid", async () => {
    server.script(hang, refuse("UNAUTHENTICATED", {}), answer({ replayed: true }));
    await page().wallets.boost.safe(boost, { deadlineMs: 500 });
    expect(await page().wallets.boost.safe(boost)).toMatchObject({ error: { code: "UNAUTHENTICATED" } });
    await page().wallets.boost(boost);
    expect(new Set(keys()).size).toBe(1);
    expect(items.size).toBe(0);
  });
});

test("a store that can't keep the key: nothing is sent", async () => {
  const full: IntentStore = {
    ...store,
    set: () => {
      throw new Error("QuotaExceededError");
    },
  };
  const holdfast = createHoldfast({ url: server.url, token: "t" });
  expect(await holdfast.intent("x", full).wallets.boost.safe(boost)).toMatchObject({
    ok: false,
    error: { code: "ABORTED", details: { outcome: "not_started" }, cause: new Error("QuotaExceededError") },
  });
  expect(server.seen).toEqual([]);
});

test("a store that can't drop the key does not take the answer away", async () => {
  const stuck: IntentStore = {
    ...store,
    delete: () => {
      throw new Error("SecurityError");
    },
  };
  server.script(answer({ replayed: false }));
  const holdfast = createHoldfast({ url: server.url, token: "t" });
  expect(await holdfast.intent("x", stuck).wallets.boost(boost)).toEqual({ replayed: false });
});
