import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, type Db } from "../connect.ts";
import { createFeatures } from "../features.ts";
import type { Principal } from "../principal.ts";
import { createConversation, send, text } from "../testing/conversations.ts";
import { ada, bob, newKey, openWallet, settle, shop } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { createShow } from "../testing/shows.ts";
import { type Explanation, explainOperation } from "./explain.ts";

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  const features = createFeatures({ pricePer1000Tokens: 1_000n, maxTokens: 100 });
  db = connect({ url: database.url, sessions: 4, tokenSecret: "a secret of this test", features });
});
afterAll(async () => {
  await db.close();
  await database.close();
});

const tables = ({ wrote }: Explanation): Record<string, unknown>[] =>
  wrote.map(({ table, row }) => ({ table, ...row }));

test("finds both entries of a transfer between wallets that have long histories", async () => {
  const [purse, till] = [await openWallet(db, 100_000n), await openWallet(db, 0n, { ownerId: "bob" })];
  const keys = Array.from({ length: 300 }, () => newKey("transfer"));
  await Promise.all(
    keys.map((idempotencyKey, at) =>
      db.execute(ada, {
        ...{ kind: "wallets.transfer", idempotencyKey, fromWalletId: purse, toWalletId: till },
        amount: `${BigInt(at + 1)}` as const,
      }),
    ),
  );
  for (const at of [0, 7, 150, 299]) {
    const told = await explainOperation(db, shop, { idempotencyKey: keys[at] });
    const amount = `${at + 1}`;
    expect(told).toMatchObject({
      kind: "wallets.transfer",
      caller: "user:ada",
      input: { amount },
      story: [],
    });
    expect(new Set(tables(told).map(({ walletId, amount }) => `${walletId} ${amount}`))).toEqual(
      new Set([`${purse} -${amount}`, `${till} ${amount}`]),
    );
    expect(await explainOperation(db, shop, { operationId: told.operationId })).toEqual(told);
    // The recipient's balance is nobody else's business.
    const mine = await explainOperation(db, ada, { idempotencyKey: keys[at] });
    expect(tables(mine)).toMatchObject([{ table: "entries", walletId: purse, amount: `-${amount}` }]);
  }
});

test("tells a refusal, which wrote nothing else, and nothing to those whom it does not concern", async () => {
  const walletId = await openWallet(db, 5n);
  const idempotencyKey = newKey();
  await settle(db.execute(ada, { kind: "wallets.debit", idempotencyKey, walletId, amount: "6" }));
  expect(await explainOperation(db, ada, { idempotencyKey })).toMatchObject({
    ...{ outcome: { ok: false, code: "INSUFFICIENT_FUNDS" }, wrote: [], story: [] },
  });
  const nothing = { code: "NOT_FOUND", details: { what: "idempotencyKey" } };
  expect(await settle(explainOperation(db, bob, { idempotencyKey }))).toMatchObject(nothing);
  const elsewhere = { ...shop, tenantId: 2 };
  expect(await settle(explainOperation(db, elsewhere, { idempotencyKey }))).toMatchObject(nothing);
  expect(await settle(explainOperation(db, shop, { idempotencyKey: newKey() }))).toMatchObject(nothing);
  expect(await settle(explainOperation(db, shop, {}))).toMatchObject({ code: "BAD_REQUEST" });
});

test("a purchase of seats is told with the seats, the reservation and both wallets", async () => {
  const { showId, walletId: till } = await createShow(db);
  const purse = await openWallet(db, 100n);
  const reserve = { kind: "seats.reserve", idempotencyKey: newKey(), showId, seatIds: ["A1", "A2"] } as const;
  const { token, reservationId } = await db.execute(ada, reserve);
  const idempotencyKey = newKey();
  await db.execute(ada, { kind: "seats.confirm", idempotencyKey, token, walletId: purse });
  const told = tables(await explainOperation(db, shop, { idempotencyKey }));
  expect(told.map(({ table }) => table).sort()).toEqual([
    "entries",
    "entries",
    "reservations",
    "show_changes",
  ]);
  expect(told).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ walletId: purse, amount: "-20" }),
      expect.objectContaining({ walletId: till, amount: "20" }),
      expect.objectContaining({ table: "show_changes", status: "sold", seats: "A1, A2" }),
      expect.objectContaining({ table: "reservations", reservationId, status: "confirmed" }),
    ]),
  );
  expect(JSON.stringify(told)).not.toContain(token);
});

test("an answer that was stopped half-way: what was held, captured and released adds up in its story", async () => {
  const walletId = await openWallet(db, 500n);
  const conversationId = await createConversation(db);
  const asked = newKey("ask");
  const { answer } = await send(db, ada, conversationId, { message: text("tell me"), walletId }, asked);
  const answerId = answer?.answerId ?? "";
  const save = (tokens: number) =>
    db.execute(shop, {
      ...{ kind: "conversations.save", idempotencyKey: newKey(), conversationId, answerId, tokens },
      steps: [{ at: 0, append: "word " }],
    });
  await save(10);
  await save(35);
  const stopped = newKey("stop");
  await db.execute(ada, { kind: "conversations.stop", idempotencyKey: stopped, conversationId, answerId });

  const story = await explainOperation(db, ada, { idempotencyKey: asked });
  expect(tables(story).map(({ table, seq, status }) => [table, seq, status])).toEqual([
    ["entries", undefined, undefined],
    ["holds", undefined, "released"],
    ["messages", "1", "complete"],
    ["messages", "2", "stopped"],
  ]);
  expect(story.story.map(({ kind }) => kind)).toEqual([
    "conversations.send",
    "conversations.save",
    "conversations.save",
    "conversations.stop",
  ]);
  const wallets = story.story.map(({ outcome }) =>
    outcome.ok ? (outcome.data as never)["wallet"] : undefined,
  );
  expect(wallets).toMatchObject([
    { step: "hold", amount: "100", held: "100", balance: "500" },
    { step: "capture", captured: "10", remaining: "90", balance: "490" },
    { step: "capture", captured: "35", remaining: "65", balance: "465" },
    { step: "release", captured: "35", remaining: "0", balance: "465", held: "0", available: "465" },
  ]);
  expect((await explainOperation(db, ada, { idempotencyKey: stopped })).story).toEqual(story.story);
});

test("tells an admin what a command has made of a webhook, and nobody else", async () => {
  const boss: Principal = { tenantId: 1, subject: "boss", role: "admin" };
  const idempotencyKey = newKey("webhook");
  const url = "https://example.com/hooks";
  const create = { idempotencyKey, url, topics: ["wallet"] };
  const { webhookId } = await db.execute(boss, { kind: "webhooks.create", ...create });
  const told = await explainOperation(db, boss, { idempotencyKey });
  expect(told.wrote).toMatchObject([{ table: "webhooks", row: { webhookId, url, status: "enabled" } }]);
  expect((await explainOperation(db, shop, { idempotencyKey })).wrote).toEqual([]);
  const walletId = await openWallet(db, 5n);
  const again = { idempotencyKey: newKey(), webhookId, topic: { kind: "wallet", id: walletId } };
  const replayed = await db.execute(boss, { kind: "webhooks.replay", ...again, fromVersion: "1" });
  const { wrote } = await explainOperation(db, boss, { operationId: replayed.operationId });
  expect(wrote).toMatchObject([{ table: "webhook_topics", row: { topicId: walletId, state: "waiting" } }]);
});
