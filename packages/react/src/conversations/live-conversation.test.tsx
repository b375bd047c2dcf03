import { randomUUID } from "node:crypto";
import { type Db, getConversation, type Principal } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { startTestServer, type TestServer } from "@holdfast/server/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { answering, beginConversation } from "../testing/answering.ts";
import { act, cleanup, openPage, type Page, waitFor } from "../testing/page.tsx";
import { useConversation } from "./use-conversation.ts";
import { useConversations } from "./use-conversations.ts";
import { useCreateConversation } from "./use-create-conversation.ts";

let database: TestDatabase;
/** Replicas: one that the page speaks to, one that everybody else does. */
let server: TestServer;
let other: TestServer;
let db: Db;
let owner: Principal;
let owners = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startTestServer({ databaseUrl: database.url });
  other = await startTestServer({ databaseUrl: database.url });
  db = other.db;
});
afterAll(async () => {
  await server.close();
  await other.close();
  await database.close();
});
beforeEach(() => {
  owner = { tenantId: 1, subject: `talker-${owners++}`, role: "user" };
});
afterEach(() => {
  cleanup();
  window.localStorage.clear();
});

const append = (conversationId: string, words: readonly string[]) =>
  db.execute(owner, {
    kind: "conversations.append",
    idempotencyKey: randomUUID(),
    conversationId,
    messages: words.map((text) => ({ id: randomUUID(), role: "user", parts: [{ type: "text", text }] })),
  });

async function open(conversationId: string, page?: Page) {
  const { result, unmount } = (page ?? (await openPage(server, owner))).show(() =>
    useConversation(conversationId),
  );
  await waitFor(() => expect(result.current.freshness).toBe("live"));
  const words = () =>
    result.current.conversation?.messages.map(({ message }) =>
      message.parts.map(({ text }) => text ?? "").join(""),
    );
  const last = () => result.current.conversation?.messages.at(-1);
  const current = () => result.current;
  return { current, words, last, unmount };
}

/** Sends and waits until its answer has been opened. */
async function ask(chat: Awaited<ReturnType<typeof open>>, conversationId: string, text: string) {
  act(() => void chat.current().send(text));
  await waitFor(() => expect(chat.current().answerId).toBeDefined());
  return answering(db, conversationId, chat.current().answerId as string);
}

describe("a conversation", () => {
  test("shows what others write, in its order, and older messages on demand", async () => {
    const conversationId = await beginConversation(db, owner);
    await append(
      conversationId,
      Array.from({ length: 70 }, (_, at) => `${at + 1}`),
    );
    const chat = await open(conversationId);
    expect(chat.words()).toEqual(Array.from({ length: 50 }, (_, at) => `${at + 21}`));
    expect(chat.current().hasOlder).toBe(true);
    await append(conversationId, ["71", "72"]);
    await waitFor(() => expect(chat.last()?.seq).toBe("72"));
    await act(() => chat.current().loadOlder());
    await waitFor(() => expect(chat.words()).toEqual(Array.from({ length: 72 }, (_, at) => `${at + 1}`)));
    expect(chat.current().hasOlder).toBe(false);
    await append(conversationId, ["73"]);
    await waitFor(() => expect(chat.words()).toHaveLength(73));
  });

  test("shows an answer as it is said, and in a page that is opened meanwhile goes on where it is", async () => {
    const conversationId = await beginConversation(db, owner);
    const chat = await open(conversationId);
    const model = await ask(chat, conversationId, "why?");
    expect(chat.last()).toMatchObject({ seq: "2", status: "streaming" });
    await model.say("Be");
    await waitFor(() => expect(chat.words()).toEqual(["why?", "Be"]));
    chat.unmount();

    const again = await open(conversationId);
    expect(again.words()).toEqual(["why?", "Be"]);
    await model.say("cause");
    await waitFor(() => expect(again.words()).toEqual(["why?", "Because"]));
    await model.end({ status: "complete", steps: [{ at: 0, append: "." }] });
    await waitFor(() => expect(again.last()?.status).toBe("complete"));
    expect(again.words()).toEqual(["why?", "Because."]);
    expect(again.current().answerId).toBeUndefined();
  });

  test("does not lose or repeat what is said while it is read", async () => {
    const conversationId = await beginConversation(db, owner);
    const first = await open(conversationId);
    const model = await ask(first, conversationId, "count");
    let isSaying = true;
    let said = "";
    const saying = (async () => {
      for (let word = 1; isSaying; word += 1) {
        said += `${word} `;
        await model.say(`${word} `);
      }
    })();
    // A network on which a read takes longer than the pause between two words.
    const page = await openPage(server, owner, {
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        if (String(input).includes("conversations.get")) await new Promise((go) => setTimeout(go, 120));
        return response;
      },
    });
    const late = await open(conversationId, page);
    await waitFor(() => expect(late.words()?.[1]).toMatch(/^1 2 3 /));
    isSaying = false;
    await saying;
    await model.end();
    await waitFor(() => expect(late.last()?.status).toBe("complete"));
    expect(late.words()).toEqual(["count", said]);
    expect(first.words()).toEqual(["count", said]);
  });

  test("stops an answer: what was said stays, and the next question is answered", async () => {
    const conversationId = await beginConversation(db, owner);
    const chat = await open(conversationId);
    const model = await ask(chat, conversationId, "go on");
    await model.say("and on");
    await waitFor(() => expect(chat.words()).toEqual(["go on", "and on"]));
    await act(() => chat.current().stop());
    await waitFor(() => expect(chat.last()?.status).toBe("stopped"));
    expect(chat.words()).toEqual(["go on", "and on"]);
    expect(chat.current().isStopping).toBe(false);
    await ask(chat, conversationId, "again");
    expect(chat.last()).toMatchObject({ seq: "4", status: "streaming" });
  });

  test("says that an answer was interrupted when nobody goes on with it", { timeout: 60_000 }, async () => {
    const conversationId = await beginConversation(db, owner);
    const chat = await open(conversationId);
    const model = await ask(chat, conversationId, "hello?");
    await model.say("Hel");
    // Nothing sweeps here, so nobody tells: the page asks when it hears nothing.
    await waitFor(() => expect(chat.last()).toMatchObject({ status: "failed", error: "interrupted" }), {
      timeout: 40_000,
    });
    expect(chat.words()).toEqual(["hello?", "Hel"]);
    await ask(chat, conversationId, "are you there?");
    expect(chat.last()).toMatchObject({ seq: "4", status: "streaming" });
  });

  test("lets a question wait while another is answered, and says so", async () => {
    const conversationId = await beginConversation(db, owner);
    const chat = await open(conversationId);
    const model = await ask(chat, conversationId, "one");
    act(() => void chat.current().send("two"));
    await waitFor(() => expect(chat.words()).toEqual(["one", "", "two"]));
    await waitFor(() => expect(chat.current().conversation?.waiting).toBe(true));
    await model.end({ status: "complete", steps: [{ at: 0, append: "first" }] });
    const service: Principal = { tenantId: 1, subject: "model", role: "service" };
    const idempotencyKey = randomUUID();
    await db.execute(service, { kind: "conversations.answer", idempotencyKey, conversationId });
    await waitFor(() => expect(chat.last()).toMatchObject({ seq: "4", status: "streaming" }));
    expect(chat.current().conversation?.waiting).toBe(false);
  });

  test("is read anew when the feed has left something out", async () => {
    const replica = await startTestServer({ databaseUrl: database.url });
    const conversationId = await beginConversation(db, owner);
    const chat = await open(conversationId, await openPage(replica, owner));
    await replica.close();
    await waitFor(() => expect(chat.current().freshness).not.toBe("live"));
    for (let batch = 0; batch < 52; batch += 1)
      await append(
        conversationId,
        Array.from({ length: 100 }, (_, at) => `${batch * 100 + at + 1}`),
      );
    const port = Number(new URL(replica.url).port);
    const back = await startTestServer({ databaseUrl: database.url, config: { port } });
    await waitFor(() => expect(chat.last()?.seq).toBe("5200"), { timeout: 15_000 });
    expect(chat.words()).toEqual(Array.from({ length: 50 }, (_, at) => `${at + 5151}`));
    cleanup();
    await back.close();
  });
});

test("the list is live, and a double click begins one conversation", async () => {
  const first = await beginConversation(db, owner, "First");
  const page = await openPage(server, owner);
  const { result } = page.show(() => ({ list: useConversations(), create: useCreateConversation() }));
  await waitFor(() => expect(result.current.list.data).toHaveLength(1));
  await append(first, ["hello"]);
  await waitFor(() =>
    expect(result.current.list.data?.[0]).toMatchObject({ preview: "hello", lastSeq: "1" }),
  );
  await act(async () => {
    const clicks = [result.current.create.submit({}), result.current.create.submit({})];
    expect((await Promise.allSettled(clicks)).map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  });
  await waitFor(() => expect(result.current.list.data).toHaveLength(2));
  expect(result.current.list.data?.[1]?.conversationId).toBe(first);
  const asked = await db.execute(owner, {
    kind: "conversations.send",
    idempotencyKey: randomUUID(),
    conversationId: first,
    message: { id: randomUUID(), role: "user", parts: [{ type: "text", text: "why?" }] },
  });
  await waitFor(() => expect(result.current.list.data?.[1]).toMatchObject({ answering: true }));
  const { end } = answering(db, first, asked.answer?.answerId ?? "");
  await end({ status: "complete", steps: [{ at: 0, append: "Because." }] });
  await waitFor(() =>
    expect(result.current.list.data?.[1]).toMatchObject({ answering: false, preview: "Because." }),
  );
  expect((await getConversation(db, owner, { conversationId: first })).lastSeq).toBe("3");
});
