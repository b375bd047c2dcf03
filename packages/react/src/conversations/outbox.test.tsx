import { type Db, getConversation, type Principal } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { startTestServer, type TestServer } from "@holdfast/server/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { answering, beginConversation } from "../testing/answering.ts";
import { act, cleanup, openPage, type PageOptions, waitFor } from "../testing/page.tsx";
import { useConversation } from "./use-conversation.ts";

let database: TestDatabase;
let server: TestServer;
let db: Db;
let owner: Principal;
let conversationId: string;
let owners = 0;
/** The keys of the sends that went out, in their order. */
let keys: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startTestServer({ databaseUrl: database.url });
  db = server.db;
});
afterAll(async () => {
  await server.close();
  await database.close();
});
beforeEach(async () => {
  owner = { tenantId: 1, subject: `writer-${owners++}`, role: "user" };
  conversationId = await beginConversation(db, owner);
  keys = [];
});
afterEach(() => {
  cleanup();
  window.localStorage.clear();
});

const isSend = (input: unknown) => String(input).includes("conversations.send");

/** What becomes of a send on its way: it passes, never leaves, or arrives and its answer is lost. */
type Fate = "pass" | "blocked" | "answer lost";

async function openTab(fate: () => Fate | Promise<Fate> = () => "pass", options: PageOptions = {}) {
  // A page of an earlier test may still be asking: what it sends is counted there.
  const sent = keys;
  const page = await openPage(server, owner, {
    ...options,
    fetch: async (input, init) => {
      if (!isSend(input)) return fetch(input, init);
      sent.push(/"idempotencyKey":"([^"]+)"/.exec(String(init?.body))?.[1] ?? "none");
      const now = await fate();
      if (now === "blocked") throw new TypeError("no route");
      const response = await fetch(input, init);
      if (now === "answer lost") throw new TypeError("the connection was lost");
      return response;
    },
  });
  const { result, unmount } = page.show(() => useConversation(conversationId));
  await waitFor(() => expect(result.current.conversation).toBeDefined());
  return {
    unmount,
    current: () => result.current,
    send(text: string, more?: Parameters<typeof result.current.send>[1]): string | undefined {
      let id: string | undefined;
      act(() => {
        id = result.current.send(text, more);
      });
      return id;
    },
    shown: () => result.current.conversation?.messages.map(({ message }) => message.parts[0]?.["text"]),
    unsent: () => result.current.outbox.map(({ status, message }) => [status, message.parts[0]?.["text"]]),
  };
}

/** The questions that the conversation has, whatever a page shows. */
async function questions() {
  const { messages } = await getConversation(db, owner, { conversationId, limit: 200 });
  return messages
    .filter(({ message }) => message.role === "user")
    .map(({ message }) => message.parts[0]?.["text"]);
}

const kept = () => window.localStorage.length;

describe("the outbox", () => {
  test("has a message on disk when `send` returns, and drops it when the server has confirmed it", async () => {
    let go: (fate: Fate) => void = () => undefined;
    const tab = await openTab(() => new Promise<Fate>((resolve) => (go = resolve)));
    const id = tab.send("hello");
    expect(id).toBeDefined();
    expect(kept()).toBe(1);
    expect(tab.unsent()).toEqual([["pending", "hello"]]);
    expect(tab.current().isSending).toBe(true);
    expect(tab.shown()).toEqual([]);
    await waitFor(() => expect(keys).toHaveLength(1));
    act(() => go("pass"));
    await waitFor(() => expect(tab.shown()).toEqual(["hello", undefined]));
    await waitFor(() => expect(kept()).toBe(0));
    expect(tab.unsent()).toEqual([]);
    expect(tab.current().isSending).toBe(false);
    expect(tab.current().conversation?.messages[0]?.message.id).toBe(id);
  });

  test("sends in the order of writing, and says nothing when there is nothing to say", async () => {
    const tab = await openTab();
    expect(tab.send("  \n ")).toBeUndefined();
    const words = Array.from({ length: 12 }, (_, at) => `message ${at + 1}`);
    for (const word of words) tab.send(word);
    await waitFor(() => expect(tab.unsent()).toEqual([]), { timeout: 5_000 });
    await waitFor(async () => expect(await questions()).toEqual(words));
    expect(new Set(keys).size).toBe(words.length);
  });

  test("asks again with the same key when the answer is lost, and the message is there once", async () => {
    let lost = 2;
    const tab = await openTab(() => (lost-- > 0 ? "answer lost" : "pass"));
    tab.send("only once");
    await waitFor(() => expect(kept()).toBe(0), { timeout: 10_000 });
    expect(keys.length).toBe(3);
    expect(new Set(keys).size).toBe(1);
    expect(await questions()).toEqual(["only once"]);
  });

  test("keeps what could not be sent through a reload, and sends it with its key and its id", async () => {
    let isAway = true;
    const tab = await openTab(() => (isAway ? "answer lost" : "pass"));
    const first = tab.send("before");
    tab.send("after");
    await waitFor(() => expect(keys.length).toBeGreaterThan(0));
    tab.unmount();
    expect(kept()).toBe(2);

    isAway = false;
    const reloaded = await openTab(() => "pass");
    expect(reloaded.shown()?.[0]).toBe("before");
    await waitFor(() => expect(kept()).toBe(0), { timeout: 10_000 });
    await waitFor(() => expect(reloaded.shown()).toContain("after"));
    expect(await questions()).toEqual(["before", "after"]);
    expect(reloaded.current().conversation?.messages[0]?.message.id).toBe(first);
    expect(new Set(keys).size).toBe(2);
  });

  test("is sent by another tab with the same key when both have it", async () => {
    let isAway = true;
    const one = await openTab(() => (isAway ? "answer lost" : "pass"));
    one.send("from one");
    await waitFor(() => expect(keys.length).toBeGreaterThan(0));
    const two = await openTab(() => "pass");
    two.send("from two");
    isAway = false;
    await waitFor(() => expect(kept()).toBe(0), { timeout: 10_000 });
    for (const tab of [one, two]) {
      await waitFor(() =>
        expect(tab.shown()?.filter((text) => text !== undefined)).toEqual(["from one", "from two"]),
      );
      await waitFor(() => expect(tab.unsent()).toEqual([]));
    }
    expect(await questions()).toEqual(["from one", "from two"]);
    expect(new Set(keys).size).toBe(2);
  });

  test("tells a tab of what another one keeps", async () => {
    const one = await openTab(() => "blocked");
    const two = await openTab();
    one.send("from one");
    // happy-dom has one window; a browser tells every other of the same origin.
    act(() => {
      const key = window.localStorage.key(0);
      window.dispatchEvent(Object.assign(new window.Event("storage"), { key }));
    });
    expect(two.unsent()).toEqual([["pending", "from one"]]);
  });

  test("shows a refused message as failed, also after a reload; retry has a new key and the same id", async () => {
    const tab = await openTab();
    tab.send("one");
    await waitFor(() => expect(tab.current().answerId).toBeDefined());
    const id = tab.send("two", { whenBusy: "refuse" });
    await waitFor(() => expect(tab.unsent()).toEqual([["failed", "two"]]));
    expect(tab.current().outbox[0]?.error).toMatchObject({ code: "ANSWER_UNDER_WAY", retry: "new-key" });
    expect(tab.current().isSending).toBe(false);
    tab.unmount();

    const reloaded = await openTab();
    expect(reloaded.unsent()).toEqual([["failed", "two"]]);
    const before = [...keys];
    await answering(db, conversationId, reloaded.current().answerId ?? "").end();
    act(() => reloaded.current().retry(id ?? ""));
    await waitFor(() => expect(reloaded.unsent()).toEqual([]));
    await waitFor(() => expect(reloaded.shown()).toContain("two"));
    expect(keys).toHaveLength(before.length + 1);
    expect(before).not.toContain(keys.at(-1));
    const two = reloaded.current().conversation?.messages.find(({ message }) => message.id === id);
    expect(two?.seq).toBe("3");
    expect(kept()).toBe(0);
  });

  test("a failed message does not hold up the next one, and is gone when it is discarded", async () => {
    const tab = await openTab();
    tab.send("one");
    await waitFor(() => expect(tab.current().answerId).toBeDefined());
    const id = tab.send("two", { whenBusy: "refuse" });
    tab.send("three", { whenBusy: "queue" });
    await waitFor(() => expect(tab.shown()).toContain("three"));
    expect(tab.unsent()).toEqual([["failed", "two"]]);
    act(() => tab.current().discard(id ?? ""));
    expect(tab.unsent()).toEqual([]);
    expect(kept()).toBe(0);
    expect(await questions()).toEqual(["one", "three"]);
  });

  test("says why a message is waiting, and sends it once when the database is back", {
    timeout: 60_000,
  }, async () => {
    let isAway = true;
    const page = await openPage(server, owner, {
      fetch: (input, init) =>
        isAway && isSend(input)
          ? Promise.resolve(Response.json([{ error: unavailable }], { status: 503 }))
          : fetch(input, init),
    });
    const { result } = page.show(() => useConversation(conversationId));
    await waitFor(() => expect(result.current.freshness).toBe("live"));
    act(() => void result.current.send("patience"));
    await waitFor(() => expect(result.current.outbox[0]).toMatchObject({ status: "waiting" }), {
      timeout: 15_000,
    });
    expect(result.current.outbox[0]?.error?.retry).toBe("same-key");
    expect(kept()).toBe(1);
    isAway = false;
    await waitFor(() => expect(kept()).toBe(0), { timeout: 15_000 });
    expect(await questions()).toEqual(["patience"]);
  });

  test("the same message handed over twice is one", async () => {
    const tab = await openTab();
    const message = { id: "draft-1", role: "user" as const, parts: [{ type: "text", text: "once" }] };
    act(() => {
      tab.current().send(message);
      tab.current().send(message);
    });
    await waitFor(() => expect(tab.shown()).toEqual(["once", undefined]));
    act(() => void tab.current().send({ ...message, parts: [{ type: "text", text: "other words" }] }));
    await waitFor(() => expect(tab.unsent()).toEqual([["failed", "other words"]]));
    expect(tab.current().outbox[0]?.error?.code).toBe("MESSAGE_ID_REUSED");
    expect(await questions()).toEqual(["once"]);
  });
});

/** As a server says that its database is away (docs/errors.md). */
const unavailable = {
  message: "The database can't be reached.",
  code: -32603,
  data: {
    code: "UNAVAILABLE",
    httpStatus: 503,
    details: { retryAfterSeconds: 1 },
    retry: "same-key",
    replayed: false,
  },
};
