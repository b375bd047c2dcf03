import {
  type AnswerTerms,
  connect,
  createFeatures,
  type Db,
  DEFAULT_TERMS,
  getConversation,
  HoldfastError,
  type MessageView,
  type Principal,
  verify,
} from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createLogger } from "../log.ts";
import { createSpokenModel, type SpokenCall } from "../testing/spoken-model.ts";
import { type Answerer, createAnswerer } from "./answerer.ts";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
/** A lease that a test can outlive. */
const terms: AnswerTerms = { ...DEFAULT_TERMS, leaseSeconds: 2, maxTokens: 200 };

let database: TestDatabase;
/** Two replicas of the database's handle. */
let db: Db;
let other: Db;
let answers: Answerer;
let next: () => Promise<SpokenCall>;
let log: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  [db, other] = [connectDb(), connectDb()];
});
beforeEach(() => {
  log = [];
  ({ answers, next } = answererOn(db));
});
afterEach(() => answers.close());
afterAll(async () => {
  await db.close();
  await other.close();
  expect(await verify({ url: database.url })).toEqual([]);
  await database.close();
});

const connectDb = () => connect({ url: database.url, sessions: 4, features: createFeatures(terms) });

function answererOn(handle: Db, more: { maxSilenceMs?: number; terms?: AnswerTerms } = {}) {
  const { model, next } = createSpokenModel();
  const logger = createLogger("info", { write: (line) => log.push(line) });
  const host = { db: handle, model, terms, log: logger, maxSilenceMs: 60_000, ...more };
  return { answers: createAnswerer(host), next };
}

let keys = 0;
const key = () => ({ idempotencyKey: `answerer-${keys++}` });

async function create(): Promise<string> {
  return (await db.execute(ada, { kind: "conversations.create", ...key() })).conversationId;
}

/** Sends a question; begins its answer, as the router does, when one is opened. */
async function ask(conversationId: string, words = "why?", by: Answerer = answers) {
  const message = { id: `m-${keys++}`, role: "user" as const, parts: [{ type: "text", text: words }] };
  const command = { kind: "conversations.send", ...key(), conversationId, message } as const;
  const { answer } = await db.execute(ada, { ...command, whenBusy: "queue" });
  if (answer !== null) by.begin(ada, conversationId, answer);
  return answer?.answerId ?? "";
}

async function messages(conversationId: string): Promise<MessageView[]> {
  return (await getConversation(db, ada, { conversationId })).messages;
}
const last = async (conversationId: string): Promise<MessageView | undefined> =>
  (await messages(conversationId)).at(-1);
const wordsOf = (view: MessageView | undefined) => view?.message.parts.map(({ text }) => text ?? "").join("");
/** Waits until the last message is so. */
const until = (conversationId: string, like: object) =>
  expect.poll(() => last(conversationId), { timeout: 10_000, interval: 20 }).toMatchObject(like);
const untilSaid = (conversationId: string, words: string) =>
  expect.poll(async () => wordsOf(await last(conversationId)), { timeout: 10_000, interval: 20 }).toBe(words);

test("says an answer as it comes, reasoning and tools included, and completes it", async () => {
  const conversationId = await create();
  await ask(conversationId);
  const call = await next();
  call.tell({ type: "reasoning-start", id: "r" }, { type: "reasoning-delta", id: "r", delta: "let me see" });
  call.tell({ type: "reasoning-end", id: "r" });
  call.say("Be");
  await untilSaid(conversationId, "let me seeBe");
  expect(await last(conversationId)).toMatchObject({ status: "streaming" });
  call.say("cause", ".");
  call.tell(
    { type: "tool-input-start", id: "t", toolName: "look", dynamic: true, providerExecuted: true },
    { type: "tool-input-end", id: "t" },
  );
  call.end();
  await until(conversationId, {
    status: "complete",
    message: {
      parts: [
        { type: "step-start" },
        { type: "reasoning", text: "let me see" },
        { type: "text", text: "Because." },
        { type: "dynamic-tool", toolName: "look", state: "input-streaming" },
      ],
    },
  });
  expect(log).toEqual([]);
});

test("tells the model the words of the newest messages that fit, and the instruction at the beginning", async () => {
  const conversationId = await create();
  const file = { type: "file", url: "http://127.0.0.1:1/private", mediaType: "image/png" };
  const say = (role: "system" | "user" | "assistant", text: string, id: string) =>
    ({
      id,
      role,
      parts: [{ type: "text", text, providerMetadata: { model: { forged: 1 } } }, file],
    }) as const;
  const older = Array.from({ length: 40 }, (_, at) =>
    say(at % 2 ? "assistant" : "user", `old ${at}`, `o${at}`),
  );
  await db.execute(ada, {
    ...{ kind: "conversations.append", ...key(), conversationId },
    messages: [say("system", "Be brief.", "s"), ...older],
  });
  await ask(conversationId, "why?");
  const call = await next();
  const { prompt, maxOutputTokens = 0 } = call.options;
  expect(prompt[0]).toEqual({ role: "system", content: "Be brief.", providerOptions: undefined });
  expect(prompt.at(-1)).toMatchObject({ role: "user", content: [{ type: "text", text: "why?" }] });
  expect(prompt.at(-2)).toMatchObject({ role: "assistant", content: [{ type: "text", text: "old 39" }] });
  expect(JSON.stringify(prompt)).not.toMatch(/forged|private|"old 0"/);
  // Half of what may be used is for the history, and the rest for the answer.
  expect(prompt.length).toBeGreaterThan(10);
  expect(maxOutputTokens).toBeGreaterThanOrEqual(90);
  expect(maxOutputTokens).toBeLessThanOrEqual(120);
  call.say("Short.");
  call.end();
  await until(conversationId, { status: "complete" });
});

describe("an answer that fails", () => {
  test("keeps what was said, tells why in our words, and its log names nothing but ids", async () => {
    const conversationId = await create();
    const answerId = await ask(conversationId, "a private question");
    const call = await next();
    call.say("It is bec");
    await untilSaid(conversationId, "It is bec");
    call.say("au");
    call.fail(new Error("the account sk-secret has no credit"));
    await until(conversationId, { status: "failed", error: "The model failed." });
    expect(wordsOf(await last(conversationId))).toBe("It is becau");
    expect(log).toHaveLength(1);
    expect(JSON.parse(log[0] ?? "")).toMatchObject({ tenantId: 1, conversationId, answerId });
    expect(log[0]).not.toMatch(/secret|private|It is/);
  });

  test("because the question alone is too long, without asking the model", async () => {
    const conversationId = await create();
    await ask(conversationId, "x".repeat(900));
    await until(conversationId, { status: "failed", error: "The question is too long for one answer." });
  });

  test("because the model falls silent", async () => {
    const impatient = answererOn(db, { maxSilenceMs: 300 });
    const conversationId = await create();
    await ask(conversationId, "why?", impatient.answers);
    const call = await impatient.next();
    call.say("Well");
    await until(conversationId, { status: "failed", error: "The model has fallen silent." });
    expect(wordsOf(await last(conversationId))).toBe("Well");
    await call.aborted;
  });
});

test("a model that says more than may be paid for is cut off", async () => {
  const conversationId = await create();
  await ask(conversationId);
  const call = await next();
  call.say("x".repeat(400));
  await untilSaid(conversationId, "x".repeat(400));
  call.say("y".repeat(600));
  call.say("z");
  await until(conversationId, { status: "complete" });
  await call.aborted;
  expect(wordsOf(await last(conversationId))).toBe("x".repeat(400) + "y".repeat(600));
});

test("a model that is silent for longer than the lease keeps it", async () => {
  const conversationId = await create();
  await ask(conversationId);
  const call = await next();
  const [opened] = await leases(conversationId);
  // By the database's clock, so that no save can have come too early.
  await expect.poll(() => leases(conversationId), { timeout: 10_000 }).not.toEqual([opened]);
  await expect
    .poll(
      async () =>
        (
          await db.read(ada, (tx) =>
            tx.run("select clock_timestamp() > $1::timestamptz as over", [opened ?? ""]),
          )
        )[0]?.["over"],
      { timeout: 10_000 },
    )
    .toBe(true);
  call.say("Now I know.");
  call.end();
  await until(conversationId, { status: "complete" });
});

async function leases(conversationId: string): Promise<string[]> {
  const rows = await db.read(ada, (tx) =>
    tx.run(
      "select answer_lease_until::text as until from holdfast.conversations where tenant_id = 1 and id = $1::uuid",
      [conversationId],
    ),
  );
  return rows.map(({ until }) => String(until));
}

describe("stopped", () => {
  const stop = (by: Db, conversationId: string, answerId: string) =>
    by.execute(ada, { kind: "conversations.stop", ...key(), conversationId, answerId });

  test("here: the model hears it at once, and nothing follows", async () => {
    const conversationId = await create();
    const answerId = await ask(conversationId);
    const call = await next();
    call.say("One ");
    await untilSaid(conversationId, "One ");
    await stop(db, conversationId, answerId);
    answers.stop(answerId);
    await call.aborted;
    call.say("two");
    await answers.close();
    expect(await last(conversationId)).toMatchObject({ status: "stopped" });
    expect(wordsOf(await last(conversationId))).toBe("One ");
  });

  test("at another replica, while the model is silent: it hears within a second, long before it would save", async () => {
    const patient = answererOn(db, { terms: { ...terms, leaseSeconds: 60 } });
    const conversationId = await create();
    const answerId = await ask(conversationId, "why?", patient.answers);
    const call = await patient.next();
    // The first save is made, so that the next would be that of a silent model.
    call.say("One ");
    await untilSaid(conversationId, "One ");
    const started = performance.now();
    await stop(other, conversationId, answerId);
    await call.aborted;
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(await last(conversationId)).toMatchObject({ status: "stopped" });
    expect(log).toEqual([]);
  });

  test("with a question behind it: that is answered next", async () => {
    const conversationId = await create();
    const answerId = await ask(conversationId);
    const call = await next();
    await ask(conversationId, "and?");
    await stop(other, conversationId, answerId);
    await call.aborted;
    const second = await next();
    second.say("Because of that.");
    second.end();
    await until(conversationId, { status: "complete", seq: "4" });
  });
});

test("a reply of the database that gets lost, again and again, doubles nothing and loses nothing", async () => {
  let calls = 0;
  const lossy: Db = Object.create(db, {
    execute: {
      value: async (...call: Parameters<Db["execute"]>) => {
        const answer = await db.execute(...call);
        // Executed, and nobody hears of it, two times of three.
        if (calls++ % 3 < 2) throw new HoldfastError("TIMEOUT", { outcome: "unknown" });
        return answer;
      },
    },
  }) as Db;
  const lost = answererOn(lossy);
  const conversationId = await create();
  await ask(conversationId, "why?", lost.answers);
  await ask(conversationId, "and?", lost.answers);
  let said = "";
  const first = await lost.next();
  for (const word of ["one ", "two ", "three "]) {
    first.say(word);
    said += word;
    await expect
      .poll(async () => wordsOf((await messages(conversationId))[1]), { timeout: 10_000 })
      .toBe(said);
  }
  first.end();
  const second = await lost.next();
  second.say("four");
  second.end();
  await until(conversationId, { status: "complete", seq: "4" });
  expect(wordsOf((await messages(conversationId))[1])).toBe("one two three ");
  expect(wordsOf(await last(conversationId))).toBe("four");
  expect(calls).toBeGreaterThan(9);
});

test("two questions, one behind the other, are answered in their order", async () => {
  const conversationId = await create();
  await ask(conversationId, "one?");
  const first = await next();
  await ask(conversationId, "two?");
  await ask(conversationId, "three?");
  first.say("1");
  first.end();
  const second = await next();
  expect(second.options.prompt.map(({ content }) => (content as { text: string }[])[0]?.text)).toEqual([
    ...["one?", "1", "two?", "three?"],
  ]);
  second.say("2 and 3");
  second.end();
  await until(conversationId, { status: "complete", seq: "5" });
  expect((await messages(conversationId)).map(wordsOf)).toEqual(["one?", "1", "two?", "three?", "2 and 3"]);
});

test("what waits when a server dies is taken up once, however many look", async () => {
  const conversationId = await create();
  const message = (id: string) => ({ id, role: "user" as const, parts: [{ type: "text", text: id }] });
  const send = (id: string) =>
    db.execute(ada, {
      ...{ kind: "conversations.send", ...key(), conversationId, message: message(id) },
      whenBusy: "queue",
    } as const);
  const { answer } = await send("one");
  await send("two");
  // Who should say it is no more; its lease runs out.
  const two = answererOn(other);
  const sweeps = async () => {
    await db.sweep();
    await Promise.all([answers.takeUpWaiting(), two.answers.takeUpWaiting()]);
    return (await messages(conversationId)).length;
  };
  await expect.poll(sweeps, { timeout: 10_000, interval: 100 }).toBe(4);
  const call = await Promise.race([next(), two.next()]);
  call.say("Both.");
  call.end();
  await until(conversationId, { status: "complete", seq: "4" });
  expect((await messages(conversationId))[1]).toMatchObject({
    message: { id: answer?.answerId },
    ...{ status: "failed", error: "interrupted" },
  });
  await two.answers.close();
});

test("closing ends what goes on as interrupted, and keeps what was said", async () => {
  const conversationId = await create();
  await ask(conversationId);
  const call = await next();
  call.say("As I was say");
  await untilSaid(conversationId, "As I was say");
  call.say("ing");
  await answers.close();
  await call.aborted;
  expect(await last(conversationId)).toMatchObject({ status: "failed", error: "interrupted" });
  expect(wordsOf(await last(conversationId))).toBe("As I was saying");
  // A question that was still on its way.
  await ask(conversationId, "hello?");
  await answers.close();
  expect(await last(conversationId)).toMatchObject({ status: "failed", error: "interrupted", seq: "4" });
});
