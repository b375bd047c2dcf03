import { describe, expect, it } from "vitest";
import type { IntentError, IntentResult } from "./intent.ts";
import { createIntentController, RESUME_WITHIN_MS } from "./intent-controller.ts";
import { createIntentStorage } from "./intent-storage.ts";

type Result = IntentResult<string, IntentError>;

const done: Result = { ok: true, data: "done" };
const refused: Result = {
  ok: false,
  error: { code: "INSUFFICIENT_FUNDS", retry: "new-key", message: "too little", unresolved: false },
};
const timeout: Result = {
  ok: false,
  error: { code: "TIMEOUT", retry: "same-key", message: "no answer", unresolved: true },
};

/** A server that answers in the given order and notes the keys it saw; a page that can be reloaded. */
function setUp(...answers: (Result | Error)[]) {
  const items = fakeLocalStorage();
  const keys: string[] = [];
  let clock = Date.parse("2026-11-03T10:00:00Z");
  const openPage = (identity = "1:ada") =>
    createIntentController<string, string, IntentError>({
      slot: "boost:w1",
      storage: createIntentStorage(identity, items),
      now: () => clock,
      send: async (_input, { idempotencyKey }) => {
        keys.push(idempotencyKey);
        const answer = answers.shift();
        if (!answer || answer instanceof Error) throw answer ?? new Error("no more answers");
        return answer;
      },
    });
  return { openPage, keys, items, pass: (ms: number) => (clock += ms) };
}

describe("an intent in a page", () => {
  it("keeps one key through attempts and reloads, and drops it on the outcome", async () => {
    const { openPage, keys, items } = setUp(timeout, new Error("connection lost"), done);
    const page = openPage();
    await page.submit("50 sat to bob");
    expect(page.getState().status).toBe("unresolved");
    await expect(page.check()).rejects.toThrow("connection lost");
    expect(page.getState().status).toBe("unresolved");
    expect(items.length).toBe(1);

    const reloaded = openPage();
    reloaded.resume();
    expect(reloaded.getState()).toMatchObject({ status: "pending", checking: true });
    await settled(reloaded);
    expect(reloaded.getState()).toMatchObject({ status: "confirmed", data: "done" });
    expect(new Set(keys).size).toBe(1);
    expect(keys).toHaveLength(3);
    expect(items.length).toBe(0);
  });

  it("is on disk before it is sent", async () => {
    const { openPage, items } = setUp(refused);
    const answer = openPage().submit("50 sat to bob");
    expect(items.length).toBe(1);
    expect(await answer).toBe(refused);
    expect(items.length).toBe(0);
  });

  it("refuses a second intent while the first is undecided, and gives the next one a new key", async () => {
    const { openPage, keys } = setUp(timeout, done, done);
    const page = openPage();
    await page.submit("50 sat to bob");
    await expect(page.submit("50 sat to bob")).rejects.toThrow("undecided");
    await page.check();
    await page.submit("50 sat to bob");
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).not.toBe(keys[1]);
  });

  it("shows an old undecided intent without sending it", async () => {
    const { openPage, keys, pass } = setUp(timeout, done);
    await openPage().submit("50 sat to bob");
    pass(RESUME_WITHIN_MS);
    const later = openPage();
    later.resume();
    expect(later.getState().status).toBe("unresolved");
    expect(keys).toHaveLength(1);
  });

  it("does not revive what another tab gave up", async () => {
    const { openPage, keys } = setUp(timeout, timeout, done);
    const first = openPage();
    await first.submit("50 sat to bob");
    const second = openPage();
    second.resume();
    await settled(second);
    first.dismiss();
    second.resume();
    expect(second.getState().status).toBe("idle");
    expect(keys).toHaveLength(2);
  });

  it("is not taken up by someone else", async () => {
    const { openPage } = setUp(timeout);
    await openPage("1:ada").submit("50 sat to bob");
    const bob = openPage("1:bob");
    bob.resume();
    expect(bob.getState().status).toBe("idle");
  });

  it("survives storage that is broken or full of rubbish", async () => {
    const { openPage, items } = setUp(timeout, done);
    items.setItem("holdfast:intent:1:ada:boost:w1#x", "{not json");
    items.setItem = () => {
      throw new Error("QuotaExceededError");
    };
    const page = openPage();
    page.resume();
    expect(page.getState().status).toBe("idle");
    await page.submit("50 sat to bob");
    page.resume();
    await settled(page);
    expect(page.getState().status).toBe("confirmed");
  });
});

async function settled(page: {
  getState: () => { status: string };
  subscribe: (f: () => void) => () => void;
}) {
  while (page.getState().status === "pending") {
    await new Promise<void>((resolve) => {
      const stop = page.subscribe(() => {
        stop();
        resolve();
      });
    });
  }
}

function fakeLocalStorage() {
  const map = new Map<string, string>();
  return {
    get length() {
      return map.size;
    },
    key: (index: number) => [...map.keys()][index] ?? null,
    getItem: (name: string) => map.get(name) ?? null,
    setItem: (name: string, value: string) => void map.set(name, value),
    removeItem: (name: string) => void map.delete(name),
  };
}
