import type { Principal } from "@holdfast/db";
import { verify } from "@holdfast/db";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLogger } from "../log.ts";
import { createTalker, type Talker, userMessage, wordsOf } from "../testing/conversations.ts";
import { dataOf, readReply, startTestServer, type TestServer } from "../testing/index.ts";
import { type ModelServer, startModelServer } from "../testing/model-server.ts";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
const KEY = "the key of the provider's account";

let model: ModelServer;
let server: TestServer;
let talker: Talker;
const log: string[] = [];

beforeAll(async () => {
  model = await startModelServer();
  server = await startTestServer({
    log: createLogger("info", { write: (line) => log.push(line) }),
    config: {
      answers: {
        model: { url: model.url, name: "scripted", key: KEY },
        // Two sat a token.
        pricePer1000Tokens: 2_000n,
        maxTokens: 100,
        leaseSeconds: 15,
      },
    },
  });
  talker = createTalker(server.url, await server.token(ada));
});
afterAll(async () => {
  expect(await verify({ url: server.databaseUrl })).toEqual([]);
  await server.close();
  await model.close();
});

let keys = 0;
const key = () => `provider-${keys++}`;

async function send(words: string, more: { walletId?: string } = {}) {
  const { conversationId } = dataOf(await talker.mutate("create", { idempotencyKey: key() }));
  const message = userMessage(words, key());
  const sent = await talker.mutate("send", { idempotencyKey: key(), conversationId, message, ...more });
  return { conversationId, sent };
}
const last = async (conversationId: string) =>
  dataOf(await talker.query("get", { conversationId, limit: 1 })).messages[0];
const until = (conversationId: string, like: object) =>
  expect.poll(() => last(conversationId), { timeout: 15_000 }).toMatchObject(like);
const untilSaid = (conversationId: string, words: string) =>
  expect.poll(async () => wordsOf((await last(conversationId))?.message), { timeout: 10_000 }).toBe(words);

describe("an OpenAI-compatible endpoint", () => {
  test("is asked with its key, for a stream, and for no more than may be paid for", async () => {
    const { conversationId } = await send("why?");
    const call = await model.next();
    expect(call.authorization).toBe(`Bearer ${KEY}`);
    expect(call.body).toMatchObject({
      model: "scripted",
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: "user", content: "why?" }],
    });
    // Four characters and the message around them.
    expect(call.body.max_tokens).toBe(95);
    call.say("Be", "cause.");
    call.end();
    await until(conversationId, { status: "complete" });
    expect(wordsOf((await last(conversationId))?.message)).toBe("Because.");
  });

  test.each([
    [401, 1, "The model refused the request."],
    [429, 2, "The model is busy. Ask again later."],
    [500, 2, "The model failed."],
  ])("that answers %i is asked %i times, and its words are told to nobody", async (status, times, error) => {
    const { conversationId } = await send("a private question");
    for (let at = 0; at < times; at++) (await model.next()).refuse(status);
    await until(conversationId, { status: "failed", error });
    expect(JSON.stringify(await last(conversationId))).not.toContain("secret");
  });

  test("that breaks off leaves what it has said", async () => {
    const { conversationId } = await send("why?");
    const call = await model.next();
    call.say("It is bec");
    await untilSaid(conversationId, "It is bec");
    call.cut();
    await until(conversationId, { status: "failed", error: "The model failed." });
    expect(wordsOf((await last(conversationId))?.message)).toBe("It is bec");
  });

  test("that hangs is hung up on when somebody stops it", async () => {
    const { conversationId, sent } = await send("why?");
    const call = await model.next();
    const answerId = dataOf(sent).answer?.answerId ?? "";
    dataOf(await talker.mutate("stop", { idempotencyKey: key(), conversationId, answerId }));
    await call.hungUp;
    expect(await last(conversationId)).toMatchObject({ status: "stopped" });
  });

  test("and what it was asked and has said is in no line of the log", () => {
    expect(log.length).toBeGreaterThan(3);
    expect(log.join("")).not.toMatch(/private|secret|It is bec|account/);
  });
});

describe("an answer that a wallet pays for", () => {
  const stateOf = async (walletId: string) => {
    const { balance, held } = dataOf(await (await server.as(ada)).query("get", { walletId }));
    return [balance, held];
  };

  test("costs what the model says that it has used", async () => {
    const walletId = await server.wallet("ada", "1000");
    const { conversationId, sent } = await send("why?", { walletId });
    expect(dataOf(sent).wallet).toMatchObject({ step: "hold", amount: "200", balance: "1000", held: "200" });
    const call = await model.next();
    call.say("Be");
    await untilSaid(conversationId, "Be");
    // While it has not told, what is estimated: five tokens to ask, one to answer.
    expect(await stateOf(walletId)).toEqual(["988", "188"]);
    call.say("cause.");
    call.end({ input: 11, output: 9 });
    await until(conversationId, { status: "complete" });
    expect(await stateOf(walletId)).toEqual(["960", "0"]);
  });

  test("that is stopped pays for what was said", async () => {
    const walletId = await server.wallet("ada", "1000");
    const { conversationId, sent } = await send("why?", { walletId });
    const call = await model.next();
    call.say("x".repeat(40));
    await untilSaid(conversationId, "x".repeat(40));
    const answerId = dataOf(sent).answer?.answerId ?? "";
    const stopped = await talker.mutate("stop", { idempotencyKey: key(), conversationId, answerId });
    expect(dataOf(stopped).wallet).toMatchObject({
      step: "release",
      captured: "30",
      balance: "970",
      held: "0",
    });
    await call.hungUp;
    expect(await stateOf(walletId)).toEqual(["970", "0"]);
  });

  test("that fails pays for what was said, and nothing when nothing was", async () => {
    const walletId = await server.wallet("ada", "1000");
    const silent = await send("why?", { walletId });
    (await model.next()).refuse(400);
    await until(silent.conversationId, { status: "failed" });
    expect(await stateOf(walletId)).toEqual(["1000", "0"]);
    const { conversationId } = await send("why?", { walletId });
    const call = await model.next();
    call.say("y".repeat(20));
    await untilSaid(conversationId, "y".repeat(20));
    call.cut();
    await until(conversationId, { status: "failed" });
    expect(await stateOf(walletId)).toEqual(["980", "0"]);
  });

  test("is refused at once when the wallet can't cover it, and nothing is written", async () => {
    const walletId = await server.wallet("ada", "199");
    const { conversationId, sent } = await send("why?", { walletId });
    expect(sent).toMatchObject({
      ...{ ok: false, status: 402 },
      error: { data: { code: "INSUFFICIENT_FUNDS", details: { required: "200", shortfall: "1" } } },
    });
    expect(dataOf(await talker.query("get", { conversationId }))).toMatchObject({
      lastSeq: "0",
      messages: [],
    });
    expect(await stateOf(walletId)).toEqual(["199", "0"]);
  });
});

describe("a history of a few megabytes", () => {
  const post = async (procedure: string, body: object) =>
    readReply<{ lastSeq: string }>(
      await fetch(`${server.url}/trpc/${procedure}`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${await server.token(ada)}` },
        body: JSON.stringify(body),
      }),
    );
  const messages = (count: number, size: number) =>
    Array.from({ length: count }, (_, at) => ({
      role: at % 2 ? "assistant" : "user",
      content: "x".repeat(size),
    }));

  test("moves in with one call; other calls have the limit that they had", async () => {
    const moved = await post("conversations.importJson", {
      idempotencyKey: key(),
      messages: messages(7_000, 500),
    });
    expect(dataOf(moved)).toMatchObject({ lastSeq: "7000" });
    const tooMuch = { ok: false, status: 413, error: { data: { code: "PAYLOAD_TOO_LARGE" } } };
    expect(
      await post("conversations.importJson", { idempotencyKey: key(), messages: messages(900, 5_000) }),
    ).toMatchObject(tooMuch);
    const { conversationId } = dataOf(await talker.mutate("create", { idempotencyKey: key() }));
    const append = { idempotencyKey: key(), conversationId, messages: messages(100, 12_000) };
    expect(await post("conversations.append", append)).toMatchObject(tooMuch);
  });
});
