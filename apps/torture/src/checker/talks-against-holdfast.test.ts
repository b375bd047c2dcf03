import { type AnswerOpened, connect, createFeatures } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HistoryEvent, Replied, Reply, Sent } from "../history.ts";
import { createRandom } from "../random.ts";
import { machineMs } from "../server/diary.ts";
import { createGenerator } from "../server/generator.ts";
import { TERMS } from "../terms.ts";
import { Book, service } from "../workload/book.ts";
import { conversationMakers, newConversation } from "../workload/conversation-intents.ts";
import { checkHistory } from "./check-history.ts";
import { checkTables } from "./check-tables.ts";
import { readTables } from "./tables.ts";
import { callHoldfast } from "./testing/call-holdfast.ts";
import type { Intent } from "./testing/intent.ts";

let database: TestDatabase;
let sql: postgres.Sql;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1 });
});
afterAll(async () => {
  await sql.end();
  await database.close();
});

test("conversations of Holdfast itself, on two hosts with their generators, break nothing", async () => {
  const events: HistoryEvent[] = [];
  const random = createRandom(7);
  const book = new Book([1, 2]);
  const aheadMs = machineMs() - performance.now();
  const hosts = [0, 1].map((server) => {
    const db = connect({ url: database.url, sessions: 4, features: createFeatures(TERMS) });
    const offset = (server + 1) * 1_000_000;
    const write = (event: Sent | Replied): void => {
      events.push({ ...event, attempt: event.attempt + offset, atMs: event.atMs - aheadMs });
    };
    return { server, db, answers: createGenerator({ db, diary: { write }, random: random.fork(), server }) };
  });
  let attempts = 0;

  async function send(intent: Intent): Promise<Reply> {
    const { server, db, answers } = random.pick(hosts);
    const attempt = ++attempts;
    const said = { atMs: performance.now(), server, deadlineMs: 10_000, direct: true };
    events.push({ type: "sent", attempt, ...said, ...intent });
    const reply = await callHoldfast(db, intent, 10_000);
    events.push({ type: "replied", attempt, atMs: performance.now(), reply });
    book.chats.learn(intent, reply);
    if (reply.kind !== "success" || reply.data["replayed"] === true) return reply;
    const { conversationId, answer, answerId } = reply.data;
    if (intent.procedure === "conversations.send" && answer !== null)
      answers.begin(intent.caller, `${conversationId}`, answer as AnswerOpened);
    if (intent.procedure === "conversations.stop") answers.stop(`${answerId}`);
    return reply;
  }

  for (const tenantId of book.tenants) {
    for (let at = 0; at < 12; at++) {
      const [caller, ownerId] = [service(tenantId), `user-${at}`];
      const open = { idempotencyKey: `open-${at}`, currency: "sat", ownerId };
      const opened = await send({ caller, procedure: "wallets.open", input: open });
      const id = opened.kind === "success" ? `${opened.data["walletId"]}` : "";
      book.wallets.push({ id, tenantId, ownerId, hot: at < 2, version: "0" });
      const fund = { idempotencyKey: `fund-${at}`, walletId: id, amount: at < 2 ? "60" : "900" };
      await send({ caller, procedure: "wallets.credit", input: fund });
      if (at < 3) await send(newConversation(random, tenantId, `begin-${at}`));
    }
  }
  const weights = conversationMakers.map(({ weight }) => weight);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const next = (): Intent | undefined => {
    let at = random.next() * total;
    const maker = conversationMakers.find(({ weight }) => {
      at -= weight;
      return at < 0;
    });
    return maker?.make(random, book, Date.now());
  };
  await Promise.all(
    Array.from({ length: 12 }, async () => {
      while (attempts < 1_200) {
        const intent = next();
        if (intent === undefined) continue;
        await Promise.all(random.chance(0.1) ? [send(intent), send(intent)] : [send(intent)]);
      }
    }),
  );
  await Promise.all(hosts.map(({ answers }) => answers.idle()));
  // Those that were left without a word.
  await sql`select pg_sleep_until(max(answer_lease_until)) from holdfast.conversations`;
  await hosts[0]?.db.sweep();
  await Promise.all(hosts.map(({ db }) => db.close()));

  expect(checkHistory(events, await readTables(database.url)).violations).toEqual([]);
  expect(await checkTables(database.url)).toEqual([]);
  const [left] =
    await sql`select count(*)::int as streaming from holdfast.conversations where answer_id is not null`;
  expect(left).toEqual({ streaming: 0 });
  // Whether an answer is abandoned, or one waits for its turn, is up to chance.
  const kinds =
    await sql`select distinct substr(kind, 15) as kind from holdfast.operations where kind like 'conversations.%'`;
  expect(kinds.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(["create", "importJson", "append", "send", "save", "settle", "stop"]),
  );
}, 60_000);
