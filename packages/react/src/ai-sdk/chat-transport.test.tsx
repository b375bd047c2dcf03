import "../testing/dom.ts";
import { useChat } from "@ai-sdk/react";
import { createHoldfast } from "@holdfast/client";
import { type Db, getConversation, type Principal } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { startTestServer, type TestServer } from "@holdfast/server/testing";
import { act, cleanup, configure, renderHook, waitFor } from "@testing-library/react";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { answering, beginConversation } from "../testing/answering.ts";
import { createChatTransport } from "./index.ts";

// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 10_000 });

const owner: Principal = { tenantId: 1, subject: "chatter", role: "user" };
let database: TestDatabase;
let server: TestServer;
let db: Db;
let conversationId: string;

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
  conversationId = await beginConversation(db, owner);
});
afterEach(async () => {
  cleanup();
});

/** A page with `useChat`, whose first messages are those that the conversation has. */
async function openChat() {
  const client = createHoldfast({ url: server.url, token: await server.token(owner) });
  const { messages } = await client.conversations.get({ conversationId });
  const sending = createChatTransport(client);
  let resumed: ReturnType<typeof sending.reconnectToStream> | undefined;
  const transport: typeof sending = {
    ...sending,
    reconnectToStream: (options) => {
      resumed = sending.reconnectToStream(options);
      return resumed;
    },
  };
  const { result, unmount } = renderHook(() =>
    useChat({
      id: conversationId,
      messages: messages.map(({ message }) => message as never),
      resume: true,
      transport,
    }),
  );
  // That nothing is there to be resumed makes a chat "ready": also one that has begun to send meanwhile.
  await waitFor(() => expect(resumed).toBeDefined());
  await act(async () => void (await resumed));
  const texts = () =>
    result.current.messages.map(({ parts }) =>
      parts.map((part) => ("text" in part ? part.text : "")).join(""),
    );
  return { chat: () => result.current, texts, unmount };
}

const underWay = async () => {
  const { answerId } = await getConversation(db, owner, { conversationId });
  if (answerId === null) throw new Error("no answer is under way");
  return answering(db, conversationId, answerId);
};

describe("useChat over a conversation", () => {
  test("sends a message, and shows its answer as it is said", async () => {
    const { chat, texts } = await openChat();
    void chat().sendMessage({ text: "why?" });
    await waitFor(() => expect(chat().messages).toHaveLength(2));
    const model = await underWay();
    await model.say("Be");
    await waitFor(() => expect(texts()).toEqual(["why?", "Be"]));
    expect(chat().status).toBe("streaming");
    await model.say("cause");
    await waitFor(() => expect(texts()).toEqual(["why?", "Because"]));
    await model.end({ status: "complete", steps: [{ at: 0, append: "." }] });
    await waitFor(() => expect(chat().status).toBe("ready"));
    expect(texts()).toEqual(["why?", "Because."]);
    const kept = await getConversation(db, owner, { conversationId });
    expect(kept.messages.map(({ message }) => message.id)).toEqual(chat().messages.map(({ id }) => id));
  });

  test("goes on with an answer after a reload, and repeats nothing", async () => {
    const before = await openChat();
    void before.chat().sendMessage({ text: "why?" });
    await waitFor(() => expect(before.chat().messages).toHaveLength(2));
    const model = await underWay();
    await model.say("Be");
    await waitFor(() => expect(before.texts()).toEqual(["why?", "Be"]));
    before.unmount();
    await model.say("cau");

    const after = await openChat();
    await waitFor(() => expect(after.chat().status).toBe("streaming"));
    await model.say("se");
    await waitFor(() => expect(after.texts()).toEqual(["why?", "Because"]));
    await model.end();
    await waitFor(() => expect(after.chat().status).toBe("ready"));
    expect(after.texts()).toEqual(["why?", "Because"]);
    expect(after.chat().messages).toHaveLength(2);
  });

  test("stops the answer for everybody, and says why one has failed", async () => {
    const { chat, texts } = await openChat();
    void chat().sendMessage({ text: "go on" });
    await waitFor(() => expect(chat().messages).toHaveLength(2));
    await (await underWay()).say("and on");
    await waitFor(() => expect(texts()).toEqual(["go on", "and on"]));
    await chat().stop();
    const last = async () => (await getConversation(db, owner, { conversationId })).messages.at(-1);
    await waitFor(async () => expect(await last()).toMatchObject({ seq: "2", status: "stopped" }));
    await waitFor(() => expect(chat().status).toBe("ready"));

    void chat().sendMessage({ text: "once more" });
    await waitFor(() => expect(chat().messages).toHaveLength(4));
    await (await underWay()).end({ status: "failed", error: "the model is away" });
    await waitFor(() => expect(chat().error?.message).toBe("the model is away"));
  });

  test("shows reasoning, steps, tools and data as the AI SDK does", async () => {
    const { chat } = await openChat();
    void chat().sendMessage({ text: "look it up" });
    await waitFor(() => expect(chat().messages).toHaveLength(2));
    const model = await underWay();
    const call = { type: "tool-search", toolCallId: "1", input: { q: "kelp" } };
    await model.say("", {
      steps: [
        { at: 0, part: { type: "step-start" } },
        { at: 1, part: { type: "reasoning", text: "I should " } },
        { at: 1, append: "search." },
        { at: 2, part: { ...call, state: "input-available" } },
      ],
    });
    await model.say("", {
      steps: [
        { at: 2, part: { ...call, state: "output-available", output: ["holdfast"] } },
        { at: 3, part: { type: "data-note", id: "n", data: { found: 1 } } },
        { at: 4, append: "A holdfast." },
      ],
    });
    await model.end();
    await waitFor(() => expect(chat().status).toBe("ready"));
    expect(chat().messages.at(-1)?.parts).toMatchObject([
      { type: "step-start" },
      { type: "reasoning", text: "I should search.", state: "done" },
      { type: "tool-search", state: "output-available", input: { q: "kelp" }, output: ["holdfast"] },
      { type: "data-note", data: { found: 1 } },
      { type: "text", text: "A holdfast.", state: "done" },
    ]);
  });
});
