import { afterSteps, type Part, type Principal, verify } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signToken } from "./auth/tokens.ts";
import { createTalker, type Talker, type ToldChange, userMessage, wordsOf } from "./testing/conversations.ts";
import { dataOf, type Spawned, spawnHoldfast, TEST_SECRET } from "./testing/index.ts";
import { type ModelServer, startModelServer } from "./testing/model-server.ts";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };

let database: TestDatabase;
let model: ModelServer;
let token: string;
/** Ada at two processes on the one database. */
let pair: [Talker, Talker];
const running: Spawned[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  model = await startModelServer();
  token = await signToken({ secret: TEST_SECRET }, ada, 3600);
  pair = (await Promise.all([serve(), serve()].map(talker))) as [Talker, Talker];
});
afterAll(async () => {
  for (const spawned of running) {
    spawned.child.kill("SIGKILL");
    await spawned.ended;
  }
  await model.close();
  expect(await verify({ url: database.url })).toEqual([]);
  await database.close();
});

function serve(): Spawned {
  const spawned = spawnHoldfast(["serve"], {
    DATABASE_URL: database.url,
    HOLDFAST_JWT_SECRET: TEST_SECRET,
    // Not what is tested here, and a busy machine may need longer than the default.
    HOLDFAST_CALL_DEADLINE_MS: "60000",
    HOLDFAST_ANSWER_LEASE_SECONDS: "6",
    HOLDFAST_SWEEP_SECONDS: "1",
    HOLDFAST_MODEL_URL: model.url,
    HOLDFAST_MODEL: "scripted",
    PORT: "0",
  });
  running.push(spawned);
  return spawned;
}
const talker = async (spawned: Spawned) => createTalker(await spawned.ready, token);

let keys = 0;
const key = () => `conversations-${keys++}`;

async function create(): Promise<string> {
  return dataOf(await pair[0].mutate("create", { idempotencyKey: key() })).conversationId;
}

/** A question at one of the servers, and the call of the model that it leads to. */
async function ask(at: Talker, conversationId: string, words = "why?") {
  const message = userMessage(words, key());
  const sent = dataOf(await at.mutate("send", { idempotencyKey: key(), conversationId, message }));
  return { answerId: sent.answer?.answerId ?? "", call: await model.next() };
}

async function last(at: Talker, conversationId: string) {
  return dataOf(await at.query("get", { conversationId, limit: 1 })).messages[0];
}

/** What a watcher hears until something; then it hangs up. */
async function hear(
  heard: AsyncGenerator<ToldChange>,
  enough: (told: ToldChange, all: readonly ToldChange[]) => boolean,
): Promise<ToldChange[]> {
  const all: ToldChange[] = [];
  for await (const told of heard) {
    all.push(told);
    if (enough(told, all)) break;
  }
  return all;
}
const isSettled = ({ change }: ToldChange) => change.kind === "settled";
const says = (words: string) => (_: ToldChange, all: readonly ToldChange[]) => wordsHeard(all) === words;

/** The answer put together from what was heard of it. */
function wordsHeard(all: readonly ToldChange[]): string {
  let parts: Part[] = [];
  for (const { change } of all) if (change.kind !== "message") parts = afterSteps(parts, change.steps);
  return wordsOf({ id: "", role: "assistant", parts });
}

test("20 tabs, 50 messages each, two servers, retries and doubles: 1,000 messages, each once, in one order", async () => {
  const conversationId = await create();
  let doubled = 0;
  const tab = async (name: number): Promise<void> => {
    for (let at = 0; at < 50; at++) {
      const id = `tab-${name}-${at}`;
      const input = { idempotencyKey: id, conversationId, messages: [userMessage(id, id)] };
      const append = () => (pair[Math.random() < 0.5 ? 0 : 1] as Talker).mutate("append", input);
      // A click that is made twice, a reply that nobody waits for, and a retry under another key.
      const copies = Math.random() < 0.3 ? [append(), append()] : [append()];
      const seqs = (await Promise.all(copies)).map((reply) => dataOf(reply).messages[0]?.seq);
      if (Math.random() < 0.2) {
        const again = await pair[1].mutate("append", { ...input, idempotencyKey: `again-${id}` });
        seqs.push(dataOf(again).messages[0]?.seq);
      }
      doubled += seqs.length - 1;
      expect(new Set(seqs).size).toBe(1);
    }
  };
  const watched = pair.map((each) => hear(each.watch(conversationId, "0"), (_, all) => all.length === 1_000));
  await Promise.all(Array.from({ length: 20 }, (_, name) => tab(name)));
  expect(doubled).toBeGreaterThan(100);

  const readers = await Promise.all(
    pair.map(async (each) => dataOf(await each.query("exportJson", { conversationId })).map(({ id }) => id)),
  );
  const [order = []] = readers;
  expect(readers[1]).toEqual(order);
  expect([...order].sort()).toEqual(
    Array.from({ length: 1_000 }, (_, at) => `tab-${Math.floor(at / 50)}-${at % 50}`).sort(),
  );
  // Each tab's own messages are in the order in which it sent them.
  for (let name = 0; name < 20; name++) {
    const own = order.filter((id) => id.startsWith(`tab-${name}-`));
    expect(own).toEqual(own.map((_, at) => `tab-${name}-${at}`));
  }
  for (const heard of await Promise.all(watched)) {
    expect(heard.map(({ change }) => change.seq)).toEqual(order.map((_, at) => `${at + 1}`));
    expect(heard.map(({ change }) => change.kind === "message" && change.message.id)).toEqual(order);
  }
  let seqs: string[] = [];
  for (let before: `${bigint}` | undefined; ; ) {
    const page = await pair[0].query("messages", { conversationId, limit: 200, ...(before && { before }) });
    const { messages, next } = dataOf(page);
    seqs = [...messages.map(({ seq }) => seq), ...seqs];
    if (next === null) break;
    before = next as `${bigint}`;
  }
  expect(seqs).toEqual(order.map((_, at) => `${at + 1}`));
}, 120_000);

test("a server killed in the middle of an answer: the partial stays, marked, watchers elsewhere hear it, the next send works", async () => {
  const conversationId = await create();
  const doomed = serve();
  const { call } = await ask(await talker(doomed), conversationId);
  call.say("It is bec");
  await hear(pair[0].watch(conversationId, "0"), says("It is bec"));
  const told = hear(pair[0].watch(conversationId, "0"), isSettled);
  doomed.child.kill("SIGKILL");
  await doomed.ended;
  await call.hungUp;
  const heard = await told;
  expect(heard.at(-1)?.change).toMatchObject({ kind: "settled", status: "failed", error: "interrupted" });
  expect(wordsHeard(heard)).toBe("It is bec");
  const partial = await last(pair[1], conversationId);
  expect(partial).toMatchObject({ status: "failed", error: "interrupted" });
  expect(wordsOf(partial?.message)).toBe("It is bec");

  const again = await ask(pair[1], conversationId, "go on");
  expect(again.call.body.messages.map(({ content }) => content)).toEqual(["why?", "It is bec", "go on"]);
  again.call.say("ause of that.");
  again.call.end();
  await expect
    .poll(() => last(pair[0], conversationId), { timeout: 10_000 })
    .toMatchObject({ status: "complete" });
}, 60_000);

test("an answer watched across cuts, at one server and the other, is whole, and nothing is told twice", async () => {
  const conversationId = await create();
  const { call } = await ask(pair[0], conversationId);
  const heard: ToldChange[] = [];
  let said = "";
  for (let at = 0; at < 12; at++) {
    said += `word-${at} `;
    call.say(`word-${at} `);
    const watcher = pair[at % 2] as Talker;
    const known = heard.at(-1);
    const more = watcher.watch(conversationId, "0", known?.lastEventId);
    heard.push(...(await hear(more, (_, all) => wordsHeard([...heard, ...all]) === said)));
  }
  call.end({ input: 3, output: 24 });
  heard.push(...(await hear(pair[1].watch(conversationId, "0", heard.at(-1)?.lastEventId), isSettled)));
  expect(heard.map(({ version }) => version)).toEqual(heard.map((_, at) => `${at + 1}`));
  const final = await last(pair[1], conversationId);
  expect(final).toMatchObject({ status: "complete" });
  expect(wordsHeard(heard)).toBe(wordsOf(final?.message));
  expect(wordsOf(final?.message)).toBe(said);
}, 60_000);

test("stopped at the other server: the model is hung up on, and nothing is said any more", async () => {
  const conversationId = await create();
  const { answerId, call } = await ask(pair[0], conversationId);
  call.say("One ");
  await hear(pair[1].watch(conversationId, "0"), says("One "));
  const stopped = await pair[1].mutate("stop", { idempotencyKey: key(), conversationId, answerId });
  expect(dataOf(stopped)).toMatchObject({ status: "stopped" });
  const started = performance.now();
  await call.hungUp;
  // Nor would its next save have come so soon.
  expect(performance.now() - started).toBeLessThan(1_500);
  const after = await last(pair[0], conversationId);
  expect(after).toMatchObject({ status: "stopped" });
  expect(wordsOf(after?.message)).toBe("One ");
  const again = await ask(pair[0], conversationId, "and?");
  again.call.end();
}, 60_000);

test("whoever asked may leave: the answer goes on", async () => {
  const conversationId = await create();
  const leave = new AbortController();
  const message = userMessage("why?", key());
  const sent = pair[0].mutate("send", { idempotencyKey: key(), conversationId, message }, leave.signal);
  const gone = sent.catch(() => "gone");
  const call = await model.next();
  leave.abort();
  await gone;
  // Nobody watches, either.
  call.say("All ", "the ", "same.");
  call.end();
  await expect
    .poll(() => last(pair[1], conversationId), { timeout: 10_000 })
    .toMatchObject({ status: "complete" });
  expect(wordsOf((await last(pair[1], conversationId))?.message)).toBe("All the same.");
}, 60_000);

test("two questions, one of them queued at the other server: two answers, in order", async () => {
  const conversationId = await create();
  const first = await ask(pair[0], conversationId, "one?");
  const message = userMessage("two?", key());
  const queued = await pair[1].mutate("send", {
    idempotencyKey: key(),
    conversationId,
    message,
    whenBusy: "queue",
  });
  expect(dataOf(queued)).toMatchObject({ answer: null });
  const busy = userMessage("three?", key());
  const refused = await pair[1].mutate("send", { idempotencyKey: key(), conversationId, message: busy });
  expect(refused).toMatchObject({ ok: false, status: 409, error: { data: { code: "ANSWER_UNDER_WAY" } } });
  first.call.say("1");
  first.call.end();
  const second = await model.next();
  expect(second.body.messages.map(({ content }) => content)).toEqual(["one?", "1", "two?"]);
  second.say("2");
  second.end();
  await expect
    .poll(async () => dataOf(await pair[0].query("exportJson", { conversationId })).map(wordsOf), {
      timeout: 10_000,
    })
    .toEqual(["one?", "1", "two?", "2"]);
}, 60_000);

test("SIGTERM: an answer that ends soon is completed, another is marked, a queue is taken up elsewhere, exit code 0", async () => {
  const [soon, late] = [await create(), await create()];
  const spawned = serve();
  const at = await talker(spawned);
  const [quick, slow] = [await ask(at, soon), await ask(at, late)];
  const message = userMessage("anybody?", key());
  await at.mutate("send", { idempotencyKey: key(), conversationId: late, message, whenBusy: "queue" });
  slow.call.say("Well, ");
  await hear(pair[0].watch(late, "0"), says("Well, "));
  spawned.child.kill("SIGTERM");
  quick.call.say("Yes.");
  quick.call.end();
  await slow.call.hungUp;
  expect(await spawned.ended).toMatchObject({ code: 0, stderr: "" });
  expect(await last(pair[0], soon)).toMatchObject({ status: "complete" });
  const next = await model.next();
  expect(next.body.messages.map(({ content }) => content)).toEqual(["why?", "Well, ", "anybody?"]);
  next.say("Here.");
  next.end();
  await expect
    .poll(() => last(pair[0], late), { timeout: 10_000 })
    .toMatchObject({ status: "complete", seq: "4" });
  const { messages } = dataOf(await pair[1].query("get", { conversationId: late }));
  expect(messages[1]).toMatchObject({ status: "failed", error: "interrupted" });
}, 60_000);
