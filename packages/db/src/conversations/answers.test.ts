import postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { connect, type Db } from "../connect.ts";
import { createFeatures } from "../features.ts";
import { append, createConversation, send, text } from "../testing/conversations.ts";
import { ada, bob, holdings, newKey, openWallet, settle, shop } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { verify } from "../verify.ts";
import type { ConversationInput } from "./commands.ts";
import { getConversation } from "./queries.ts";

// Two sat a token; a lease that a test can wait for.
const features = createFeatures({ pricePer1000Tokens: 2_000n, maxTokens: 50, leaseSeconds: 1 });

let database: TestDatabase;
let sql: postgres.Sql;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1 });
});
beforeEach(() => {
  db = connect({ url: database.url, sessions: 4, features });
});
afterEach(async () => {
  await db.close();
  expect(await verify({ url: database.url })).toEqual([]);
});
afterAll(async () => {
  await sql.end();
  await database.close();
});

type Said = Omit<ConversationInput<"conversations.save">, "idempotencyKey" | "conversationId" | "answerId">;
type Ended = Omit<
  ConversationInput<"conversations.settle">,
  "idempotencyKey" | "conversationId" | "answerId"
>;
const save = (conversationId: string, answerId: string, said: Said) =>
  db.execute(shop, {
    kind: "conversations.save",
    idempotencyKey: newKey(),
    conversationId,
    answerId,
    ...said,
  });
const end = (conversationId: string, answerId: string, ended: Ended) =>
  db.execute(shop, {
    kind: "conversations.settle",
    idempotencyKey: newKey(),
    conversationId,
    answerId,
    ...ended,
  });
const stop = (by: typeof ada, conversationId: string, answerId: string) =>
  db.execute(by, { kind: "conversations.stop", idempotencyKey: newKey(), conversationId, answerId });

async function ask(more: { walletId?: string; whenBusy?: "queue" } = {}) {
  const conversationId = await createConversation(db);
  const { answer, wallet } = await send(db, ada, conversationId, { message: text("why?"), ...more });
  if (answer === null) throw new Error("no answer was opened");
  return { conversationId, ...answer, wallet };
}
const lastOf = async (conversationId: string) => {
  const { messages, ...conversation } = await getConversation(db, ada, { conversationId });
  const last = messages.at(-1);
  return { ...conversation, parts: last?.message.parts, status: last?.status, error: last?.error };
};

describe("an answer", () => {
  test("is opened with its question, is said piece by piece, and ends once", async () => {
    const { conversationId, answerId, seq } = await ask();
    expect(seq).toBe("2");
    expect(await lastOf(conversationId)).toMatchObject({
      answering: true,
      answerId,
      status: "streaming",
      parts: [],
    });
    await save(conversationId, answerId, { steps: [{ at: 0, part: { type: "step-start" } }] });
    await save(conversationId, answerId, {
      steps: [
        { at: 1, append: "Be" },
        { at: 1, append: "cause" },
      ],
    });
    expect(await lastOf(conversationId)).toMatchObject({
      parts: [{ type: "step-start" }, { type: "text", text: "Because" }],
      version: "4",
    });
    const ended = await end(conversationId, answerId, {
      status: "complete",
      steps: [{ at: 1, append: "." }],
    });
    expect(ended).toMatchObject({ status: "complete", version: "5", seq: "2" });
    expect(await lastOf(conversationId)).toMatchObject({
      ...{ status: "complete", answering: false, answerId: null, lastSeq: "2" },
      parts: [{ type: "step-start" }, { type: "text", text: "Because." }],
    });
    for (const late of [
      save(conversationId, answerId, { steps: [{ at: 1, append: "!" }] }),
      end(conversationId, answerId, { status: "failed" }),
      stop(ada, conversationId, answerId),
    ])
      expect(await settle<unknown>(late)).toMatchObject({ code: "ANSWER_ENDED", details: { answerId } });
  });

  test("may be stopped by its owner, who keeps what was said; nobody else, and no user says it", async () => {
    const { conversationId, answerId } = await ask();
    await save(conversationId, answerId, { steps: [{ at: 0, append: "Well, " }] });
    expect(await settle(stop(bob, conversationId, answerId))).toMatchObject({ code: "NOT_FOUND" });
    const byUser = db.execute(ada, {
      ...{ kind: "conversations.save", idempotencyKey: newKey(), conversationId, answerId },
      steps: [{ at: 0, append: "forged" }],
    });
    expect(await settle(byUser)).toMatchObject({ code: "FORBIDDEN" });
    expect(await stop(ada, conversationId, answerId)).toMatchObject({ status: "stopped" });
    expect(await lastOf(conversationId)).toMatchObject({
      status: "stopped",
      parts: [{ type: "text", text: "Well, " }],
    });
  });

  test("refuses a second question, or queues it until it has ended", async () => {
    const { conversationId, answerId } = await ask();
    expect(await settle(send(db, ada, conversationId, { message: text("and?") }))).toMatchObject({
      code: "ANSWER_UNDER_WAY",
      details: { answerId, seq: "2" },
    });
    const queued = await send(db, ada, conversationId, { message: text("and?"), whenBusy: "queue" });
    expect(queued).toMatchObject({ answer: null, lastSeq: "3" });
    const open = (walletId?: string) =>
      db.execute(shop, {
        ...{ kind: "conversations.answer", idempotencyKey: newKey(), conversationId },
        ...(walletId === undefined ? {} : { walletId }),
      });
    expect(await settle(open())).toMatchObject({ code: "ANSWER_UNDER_WAY" });
    expect(await end(conversationId, answerId, { status: "complete" })).toMatchObject({
      waiting: { walletId: null },
    });
    expect(await open()).toMatchObject({ answer: { seq: "4" } });
    expect(await settle(open())).toMatchObject({ code: "ANSWER_UNDER_WAY" });
    expect(await lastOf(conversationId)).toMatchObject({
      answering: true,
      waiting: false,
      status: "streaming",
    });
  });

  test("a question that was sent again by another call is answered once", async () => {
    const conversationId = await createConversation(db);
    const message = text("again?");
    const both = await Promise.all(
      [1, 2].map(() => send(db, ada, conversationId, { message, whenBusy: "queue" })),
    );
    expect(both.map(({ answer }) => answer !== null).sort()).toEqual([false, true]);
    expect(await lastOf(conversationId)).toMatchObject({ lastSeq: "2", waiting: false });
  });

  test("whose lease has run out counts as interrupted at once, keeps what was said, and lets the next begin", async () => {
    const { conversationId, answerId } = await ask();
    await save(conversationId, answerId, { steps: [{ at: 0, append: "It is bec" }] });
    await sql`select pg_sleep(greatest(0, extract(epoch from answer_lease_until - clock_timestamp())) + 0.005)
      from holdfast.conversations where id = ${conversationId}`;
    const failed = { status: "failed", error: "interrupted", parts: [{ type: "text", text: "It is bec" }] };
    // Nobody has written it down yet.
    expect(await lastOf(conversationId)).toMatchObject({ ...failed, answering: false, version: "3" });
    expect(
      await settle(save(conversationId, answerId, { steps: [{ at: 0, append: "ause" }] })),
    ).toMatchObject({
      code: "ANSWER_ENDED",
    });
    expect(await lastOf(conversationId)).toMatchObject({ ...failed, version: "4" });
    expect(await send(db, ada, conversationId, { message: text("go on") })).toMatchObject({
      answer: { seq: "4" },
    });
  });

  test("whose lease has run out is settled by the sweeper, once, and renewed leases are not", async () => {
    const [abandoned, renewed] = [await ask(), await ask()];
    await sql`update holdfast.conversations set answer_lease_until = clock_timestamp() where id = ${abandoned.conversationId}`;
    await save(renewed.conversationId, renewed.answerId, { steps: [] });
    const other = connect({ url: database.url, sessions: 2, features });
    await Promise.all([db.sweep(), other.sweep(), db.sweep()]);
    await other.close();
    const [row] = await sql`select status, error from holdfast.messages
      where conversation_id = ${abandoned.conversationId} and seq = 2`;
    expect(row).toEqual({ status: "failed", error: "interrupted" });
    expect(await lastOf(renewed.conversationId)).toMatchObject({ status: "streaming" });
  });
});

describe("a paid answer", () => {
  const stateOf = async (walletId: string, answerId: string) => {
    const all = await holdings(database.url);
    const { balance, held } = all.wallet(walletId);
    return { balance, held, hold: all.holds.get(answerId) };
  };

  test("holds what it may cost, captures as it is said, and gives back the rest", async () => {
    const walletId = await openWallet(db, 150n);
    const { conversationId, answerId, wallet } = await ask({ walletId });
    expect(wallet).toMatchObject({
      step: "hold",
      holdId: answerId,
      amount: "100",
      walletId,
      available: "50",
    });
    expect(await stateOf(walletId, answerId)).toMatchObject({ balance: 150n, held: 100n });
    expect(
      await save(conversationId, answerId, { steps: [{ at: 0, append: "a" }], tokens: 3 }),
    ).toMatchObject({
      wallet: { step: "capture", captured: "6", remaining: "94", balance: "144" },
    });
    expect(await save(conversationId, answerId, { steps: [], tokens: 3 })).not.toHaveProperty("wallet");
    expect(await stateOf(walletId, answerId)).toMatchObject({ balance: 144n, held: 94n });
    expect(await end(conversationId, answerId, { status: "complete", tokens: 10 })).toMatchObject({
      wallet: { step: "capture", captured: "20", remaining: "0", held: "0" },
    });
    expect(await stateOf(walletId, answerId)).toMatchObject({
      ...{ balance: 130n, held: 0n, hold: { status: "captured", captured: 20n } },
    });
  });

  test("never costs more than was held, and costs nothing when nothing was said", async () => {
    const walletId = await openWallet(db, 200n);
    const dear = await ask({ walletId });
    await end(dear.conversationId, dear.answerId, { status: "complete", tokens: 1_000 });
    expect(await stateOf(walletId, dear.answerId)).toMatchObject({ balance: 100n, held: 0n });
    const silent = await ask({ walletId });
    await end(silent.conversationId, silent.answerId, { status: "failed", error: "the model is away" });
    expect(await stateOf(walletId, silent.answerId)).toMatchObject({
      ...{ balance: 100n, held: 0n, hold: { status: "released" } },
    });
  });

  test("that is stopped or abandoned pays for what was said", async () => {
    const walletId = await openWallet(db, 300n);
    const stopped = await ask({ walletId });
    await save(stopped.conversationId, stopped.answerId, { steps: [{ at: 0, append: "x" }], tokens: 5 });
    expect(await stop(ada, stopped.conversationId, stopped.answerId)).toMatchObject({
      wallet: { step: "release", captured: "10" },
    });
    expect(await stateOf(walletId, stopped.answerId)).toMatchObject({ balance: 290n, held: 0n });
    const abandoned = await ask({ walletId });
    await save(abandoned.conversationId, abandoned.answerId, { steps: [{ at: 0, append: "x" }], tokens: 7 });
    await sql`update holdfast.conversations set answer_lease_until = clock_timestamp() where id = ${abandoned.conversationId}`;
    await db.sweep();
    // The rest of the hold comes back at its own end.
    expect(await stateOf(walletId, abandoned.answerId)).toMatchObject({
      ...{ balance: 276n, held: 86n, hold: { status: "partially_captured", captured: 14n } },
    });
  });

  test("says no more once its hold was given up or captured by the wallet's owner", async () => {
    const walletId = await openWallet(db, 200n);
    const closings = [
      (holdId: string) => ({ kind: "wallets.release", idempotencyKey: newKey(), holdId }) as const,
      (holdId: string) =>
        ({ kind: "wallets.capture", idempotencyKey: newKey(), holdId, amount: "1", final: true }) as const,
    ];
    for (const [at, close] of closings.entries()) {
      const { conversationId, answerId } = await ask({ walletId });
      await save(conversationId, answerId, { steps: [{ at: 0, append: "paid" }], tokens: 2 });
      await db.execute(ada, close(answerId));
      const closed = { code: "HOLD_CLOSED", details: { status: at === 0 ? "released" : "captured" } };
      const more = { steps: [{ at: 0, append: " and unpaid" }], tokens: 9 };
      expect(await settle(save(conversationId, answerId, more))).toMatchObject(closed);
      expect(await settle(end(conversationId, answerId, { status: "complete", ...more }))).toMatchObject(
        closed,
      );
      await end(conversationId, answerId, { status: "failed", error: "withdrawn" });
      expect(await lastOf(conversationId)).toMatchObject({
        ...{ status: "failed", parts: [{ type: "text", text: "paid" }] },
      });
    }
  });

  test("is refused at once when the wallet can't cover it: nothing is written", async () => {
    const walletId = await openWallet(db, 99n);
    const conversationId = await createConversation(db);
    expect(await settle(send(db, ada, conversationId, { message: text("?"), walletId }))).toMatchObject({
      code: "INSUFFICIENT_FUNDS",
      details: { available: "99", required: "100", shortfall: "1" },
    });
    const bobs = await openWallet(db, 500n, { ownerId: "bob" });
    expect(await settle(send(db, ada, conversationId, { message: text("?"), walletId: bobs }))).toMatchObject(
      {
        code: "NOT_FOUND",
        details: { what: "walletId" },
      },
    );
    expect(await lastOf(conversationId)).toMatchObject({ lastSeq: "0", version: "0" });
  });

  test("that was queued and can't be paid for any more is told in the conversation", async () => {
    const walletId = await openWallet(db, 120n);
    const { conversationId, answerId } = await ask({ walletId });
    await send(db, ada, conversationId, { message: text("more?"), whenBusy: "queue", walletId });
    const { waiting } = await end(conversationId, answerId, { status: "complete", tokens: 40 });
    expect(waiting).toEqual({ walletId });
    const opened = await db.execute(shop, {
      ...{ kind: "conversations.answer", idempotencyKey: newKey(), conversationId, walletId },
    });
    expect(opened.answer).toBeNull();
    expect(await lastOf(conversationId)).toMatchObject({
      ...{ status: "failed", error: "INSUFFICIENT_FUNDS", waiting: false, answering: false, lastSeq: "4" },
    });
  });
});

test("whoever watches hears every version once, and puts an answer together from any of them", async () => {
  const { conversationId, answerId } = await ask();
  await save(conversationId, answerId, { steps: [{ at: 0, append: "one " }] });
  await append(db, ada, conversationId, { messages: [text("meanwhile", "meanwhile")] });
  await save(conversationId, answerId, { steps: [{ at: 0, append: "two" }] });
  await stop(ada, conversationId, answerId);
  const leave = new AbortController();
  const told = await db.watch(ada, [{ kind: "conversation", id: conversationId, since: 0n }], leave.signal);
  const events: unknown[] = [];
  for await (const some of told) {
    events.push(...some.map((event) => (event.type === "change" ? event.data : event)));
    if (events.length >= 6) break;
  }
  leave.abort();
  expect(events).toMatchObject([
    { kind: "message", seq: "1", status: "complete" },
    {
      kind: "message",
      seq: "2",
      status: "streaming",
      message: { id: answerId, role: "assistant", parts: [] },
    },
    { kind: "said", seq: "2", steps: [{ at: 0, append: "one " }] },
    { kind: "message", seq: "3", message: { id: "meanwhile" } },
    { kind: "said", seq: "2", steps: [{ at: 0, append: "two" }] },
    { kind: "settled", seq: "2", status: "stopped", steps: [] },
  ]);
  const topic = [{ kind: "conversation", id: conversationId }];
  expect(await settle(db.watch(bob, topic, new AbortController().signal))).toMatchObject({
    code: "NOT_FOUND",
  });
});
