import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type Db } from "../connect.ts";
import { createFeatures } from "../features.ts";
import { withBlocker } from "../testing/blocker.ts";
import { append, createConversation, send, text, wordsOf } from "../testing/conversations.ts";
import { ada, countOutcomes, holdings, newKey, openWallet, settle, shop } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { verify } from "../verify.ts";
import { exportConversation, getConversation, listMessages } from "./queries.ts";

/** Races on one conversation between servers: each has a coalescer and sessions of its own, so only its lock keeps them apart. */

let database: TestDatabase;
let sql: postgres.Sql;
/** With one caller at each, batches are of one, which no split hides when they collide. */
let servers: readonly Db[];
/** A sat a token. */
const features = createFeatures({ pricePer1000Tokens: 1_000n, maxTokens: 50, leaseSeconds: 60 });
const SERVERS = 8;

const range = (length: number) => Array.from({ length }, (_, at) => at);

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1 });
  servers = range(SERVERS).map(() => connect({ url: database.url, sessions: 1, features }));
});
afterAll(async () => {
  expect(await verify({ url: database.url })).toEqual([]);
  for (const db of servers) await db.close();
  await sql.end();
  await database.close();
});

const server = (at: number): Db => servers[at % SERVERS] as Db;
/** All at the same moment, each at a server of its own. */
const atOnce = <T>(work: (db: Db, at: number) => Promise<T>) =>
  Promise.all(servers.map((db, at) => settle(work(db, at))));

type Answer = { readonly conversationId: string; readonly answerId: string };
const named = <K extends "save" | "settle" | "stop" | "answer">(kind: K) => ({
  kind: `conversations.${kind}` as const,
  idempotencyKey: newKey(),
});

async function ask(db: Db, more: { walletId?: string } = {}): Promise<Answer> {
  const conversationId = await createConversation(db);
  const { answer } = await send(db, ada, conversationId, { message: text("why?"), ...more });
  return { conversationId, answerId: answer?.answerId ?? "" };
}

describe("appends", () => {
  test("of eight servers lose nothing: one order, no gap, as each caller was told", async () => {
    const conversationId = await createConversation(server(0));
    const told = new Map<string, string>();
    const writing = servers.map(async (db, at) => {
      for (const round of range(15)) {
        const messages = [text(`${at}/${round} a`), text(`${at}/${round} b`)];
        const appended = await append(db, ada, conversationId, { messages });
        for (const { messageId, seq } of appended.messages) told.set(messageId, seq);
      }
    });
    await Promise.all(writing);
    const count = SERVERS * 15 * 2;
    const pages = await Promise.all(
      servers.map((db) => listMessages(db, ada, { conversationId, after: "0", limit: 200 })),
    );
    const rest = await listMessages(server(1), ada, { conversationId, after: "200", limit: 200 });
    const [page] = pages;
    for (const other of pages) expect(other).toEqual(page);
    const all = [...(page?.messages ?? []), ...rest.messages];
    expect(all.map(({ seq }) => Number(seq))).toEqual(range(count).map((at) => at + 1));
    expect(new Map(all.map(({ seq, message }) => [message.id, seq]))).toEqual(told);
    const own = (at: number) =>
      all.map(({ message }) => wordsOf(message)).filter((words) => words.startsWith(`${at}/`));
    for (const at of range(SERVERS))
      expect(own(at)).toEqual(range(15).flatMap((round) => [`${at}/${round} a`, `${at}/${round} b`]));
  });

  test("of one message id: it is there once, and whoever says something else by it is refused", async () => {
    const conversationId = await createConversation(server(0));
    for (const round of range(30)) {
      const id = `message ${round}`;
      const settled = await atOnce((db, at) =>
        append(db, ada, conversationId, { messages: [text(at % 2 === 0 ? "even" : "odd", id)] }),
      );
      expect(countOutcomes(settled)).toEqual({ ok: SERVERS / 2, MESSAGE_ID_REUSED: SERVERS / 2 });
      const seq = `${round + 1}`;
      const stand = settled.flatMap((one) => (one.ok ? one.answer.messages : []));
      expect(stand.map((one) => one.seq)).toEqual(stand.map(() => seq));
      expect(stand.filter(({ alreadyThere }) => alreadyThere)).toHaveLength(SERVERS / 2 - 1);
      for (const one of settled) if (!one.ok) expect(one.details).toEqual({ messageId: id, seq });
    }
    expect((await getConversation(server(1), ada, { conversationId })).lastSeq).toBe("30");
  });

  test("that expect a seq: one of eight wins each, and the others hear how far it is", async () => {
    const conversationId = await createConversation(server(0));
    for (const round of range(40)) {
      const settled = await atOnce((db, at) =>
        append(db, ada, conversationId, { messages: [text(`${at}`)], expectedSeq: BigInt(round) }),
      );
      expect(countOutcomes(settled)).toEqual({ ok: 1, SEQ_CONFLICT: SERVERS - 1 });
      const [won] = settled.flatMap((one, at) => (one.ok ? [{ at, seq: one.answer.lastSeq }] : []));
      expect(won?.seq).toBe(`${round + 1}`);
      const details = { expected: `${round}`, actual: `${round + 1}` };
      for (const one of settled) if (!one.ok) expect(one.details).toEqual(details);
      const { messages } = await getConversation(server(round), ada, { conversationId, limit: 1 });
      expect(messages.map(({ message }) => wordsOf(message))).toEqual([`${won?.at}`]);
    }
  });
});

describe("answers", () => {
  test("one of eight questions at once opens one; the others are refused, or wait for the next one", async () => {
    for (const round of range(20)) {
      // A wallet has a lock of its own, which would do: so every other time nobody pays.
      const walletId = round % 2 === 0 ? undefined : await openWallet(server(round), 400n);
      const paid = walletId === undefined ? {} : { walletId };
      const held = async () => walletId && (await holdings(database.url)).wallet(walletId).held;
      const conversationId = await createConversation(server(round));
      const settled = await atOnce((db, at) => {
        const busy = at % 2 === 0 ? {} : { whenBusy: "queue" as const };
        return send(db, ada, conversationId, { message: text(`${at}`), ...paid, ...busy });
      });
      const opened = settled.flatMap((one) => (one.ok && one.answer.answer ? [one.answer.answer] : []));
      expect(opened).toHaveLength(1);
      const refused = settled.filter((one) => !one.ok && one.code === "ANSWER_UNDER_WAY").length;
      expect(countOutcomes(settled)).toEqual({ ok: SERVERS - refused, ANSWER_UNDER_WAY: refused });
      expect(refused).toBeOneOf([3, 4]);
      expect(await held()).toBe(walletId && 50n);

      const { answerId = "" } = opened[0] ?? {};
      const end = { ...named("settle"), conversationId, answerId, status: "complete" } as const;
      const ended = await server(round).execute(shop, end);
      expect(ended.waiting).toEqual({ walletId: walletId ?? null });
      const next = await atOnce((db) => db.execute(shop, { ...named("answer"), conversationId, ...paid }));
      expect(countOutcomes(next)).toEqual({ ok: 1, ANSWER_UNDER_WAY: SERVERS - 1 });
      const { messages, lastSeq, waiting } = await getConversation(server(0), ada, { conversationId });
      expect([lastSeq, waiting]).toEqual([`${SERVERS - refused + 2}`, false]);
      expect(messages.filter(({ status }) => status === "streaming")).toHaveLength(1);
      expect(await held()).toBe(walletId && 50n);
    }
  });

  test("stopped, settled and saved at once: it ends once, with all that was told to be saved, and costs that", async () => {
    for (const round of range(40)) {
      const walletId = round % 2 === 0 ? undefined : await openWallet(server(round), 100n);
      const asked = await ask(server(round), walletId === undefined ? {} : { walletId });
      const say = (words: string, tokens: number) => ({ tokens, steps: [{ at: 0, append: words }] });
      await server(round).execute(shop, { ...named("save"), ...asked, ...say("one ", 1) });
      const settled = await Promise.all(
        [
          (db: Db) => db.execute(ada, { ...named("stop"), ...asked }),
          (db: Db) =>
            db.execute(shop, { ...named("settle"), ...asked, ...say("end", 9), status: "complete" }),
          (db: Db) => db.execute(shop, { ...named("save"), ...asked, ...say("two ", 5) }),
          (db: Db) => db.execute(shop, { ...named("settle"), ...asked, status: "failed", error: "away" }),
        ].map((call, at) => settle<{ status: string }>(call(server(round + at)))),
      );
      const done = settled.flatMap((one) => (one.ok ? [one.answer] : []));
      const ends = done.filter(({ status }) => status !== "streaming");
      expect(ends).toHaveLength(1);
      const late = 4 - done.length;
      expect(countOutcomes(settled)).toEqual({ ok: done.length, ANSWER_ENDED: late });
      const isSaved = settled[2]?.ok === true;
      const status = ends[0]?.status;
      const { conversationId } = asked;
      const { messages, answering, version } = await getConversation(server(0), ada, { conversationId });
      const last = messages.at(-1);
      const words = `one ${isSaved ? "two " : ""}${status === "complete" ? "end" : ""}`;
      expect([last?.status, wordsOf(last?.message ?? text(""))]).toEqual([status, words]);
      expect([answering, version]).toEqual([false, isSaved ? "5" : "4"]);
      if (walletId === undefined) continue;
      const cost = status === "complete" ? 9n : isSaved ? 5n : 1n;
      const { balance, held } = (await holdings(database.url)).wallet(walletId);
      expect([balance, held]).toEqual([100n - cost, 0n]);
    }
  });

  test("saves of one answer at once are all kept, each once, in the order of their versions", async () => {
    const asked = await ask(server(0));
    const saving = servers.map(async (db, at) => {
      for (const round of range(10))
        await db.execute(shop, { ...named("save"), ...asked, steps: [{ at: 0, append: `${at}/${round} ` }] });
    });
    await Promise.all(saving);
    await server(3).execute(shop, { ...named("settle"), ...asked, status: "complete" });
    const [, answer] = await exportConversation(server(1), ada, { conversationId: asked.conversationId });
    const said = wordsOf(answer ?? text(""))
      .trim()
      .split(" ");
    expect(said.toSorted()).toEqual(
      range(SERVERS)
        .flatMap((at) => range(10).map((n) => `${at}/${n}`))
        .sort(),
    );
    for (const at of range(SERVERS))
      expect(said.filter((one) => one.startsWith(`${at}/`))).toEqual(range(10).map((n) => `${at}/${n}`));
    expect((await getConversation(server(2), ada, { conversationId: asked.conversationId })).version).toBe(
      `${2 + SERVERS * 10 + 1}`,
    );
  });

  test("saves, questions and the sweeper meet when the lease runs out: it goes on, or it has ended, for all of them", async () => {
    const seen = new Set<boolean>();
    for (const round of range(30)) {
      const asked = await ask(server(round));
      const { conversationId, answerId } = asked;
      // It runs out before they come, while they are at it, or long after.
      const leftMs = round % 10 === 9 ? 60_000 : 2 * (round % 10);
      await sql`update holdfast.conversations
        set answer_lease_until = clock_timestamp() + ${leftMs} * interval '1 millisecond' where id = ${conversationId}`;
      const half = servers.slice(0, SERVERS / 2);
      const saves = half.map((db) =>
        settle(db.execute(shop, { ...named("save"), ...asked, steps: [{ at: 0, append: "on " }] })),
      );
      const questions = half.map((db, at) =>
        settle(send(db, ada, conversationId, { message: text(`well ${at}?`) })),
      );
      const sweeps = servers.slice(SERVERS / 2).map((db) => db.sweep());
      const [saved, sent] = await Promise.all([Promise.all(saves), Promise.all(questions), ...sweeps]);
      const goesOn = saved.some(({ ok }) => ok);
      seen.add(goesOn);
      const count = half.length;
      expect(countOutcomes(saved)).toEqual(goesOn ? { ok: count } : { ANSWER_ENDED: count });
      const opened = sent.filter(({ ok }) => ok).length;
      // A question may have come before the end, and the saves after it.
      expect(opened).toBeOneOf(goesOn ? [0] : [0, 1]);
      const refused = { ANSWER_UNDER_WAY: count - opened };
      expect(countOutcomes(sent)).toEqual(opened === 0 ? refused : { ok: opened, ...refused });
      const kept = await sql`select status from holdfast.answer_steps
        where conversation_id = ${conversationId} and seq = 2 order by version`;
      expect(kept.map(({ status }) => status)).toEqual(goesOn ? Array(count).fill(null) : ["failed"]);
      const { messages } = await getConversation(server(1), ada, { conversationId });
      expect(messages[1]?.message.id).toBe(answerId);
      expect(messages.map(({ message }) => wordsOf(message))).toEqual([
        ...["why?", goesOn ? "on ".repeat(count) : ""],
        ...(opened === 0 ? [] : [expect.stringMatching(/^well/), ""]),
      ]);
    }
    expect(seen.size).toBe(2);
  });
});

test("a conversation that somebody else's transaction holds delays its own callers, and nobody else", async () => {
  const [held, free] = await Promise.all([createConversation(server(0)), createConversation(server(1))]);
  const call = (db: Db, id: string) => append(db, ada, id, { messages: [text("hello")] });
  const waiting = await withBlocker(database.url, async (blocker) => {
    await blocker.run("select id from holdfast.conversations where id = $1::uuid for update", [held]);
    const others = range(2).map(() => connect({ url: database.url, sessions: 4, features }));
    const stuck = others.map((db) => call(db, held));
    await blocker.untilWaiting(2);
    for (const db of others) await call(db, free);
    const opened = await send(others[0] as Db, ada, free, { message: text("?") });
    expect(opened.lastSeq).toBe("4");
    // In an object: a bare array of promises would be awaited here, while the conversation is still held.
    return { stuck, others };
  });
  expect((await Promise.all(waiting.stuck)).map(({ lastSeq }) => lastSeq).sort()).toEqual(["1", "2"]);
  for (const db of waiting.others) await db.close();
});
