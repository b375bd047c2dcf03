import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, type Db } from "../connect.ts";
import { createConversation, send, text } from "../testing/conversations.ts";
import { ada, bob, newKey, shop } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { exportConversation } from "./queries.ts";
import { listWaiting, listWaitingTenants } from "./waiting.ts";

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  db = connect({ url: database.url });
});
afterAll(async () => {
  await db.close();
  await database.close();
});

/** A conversation with an answer under way and a question behind it. */
async function queue(by = ada) {
  const conversationId = await createConversation(db, by);
  const { answer } = await send(db, by, conversationId, { message: text("one?") });
  await send(db, by, conversationId, { message: text("two?"), whenBusy: "queue" });
  return { conversationId, answerId: answer?.answerId ?? "" };
}
const end = (conversationId: string, answerId: string, by = shop) =>
  db.execute(by, {
    ...{ kind: "conversations.settle", idempotencyKey: newKey(), conversationId, answerId },
    status: "failed",
  });

test("what waits is found while no answer is under way, by tenant, until one is opened", async () => {
  expect(await listWaitingTenants(db)).toEqual([]);
  const { conversationId, answerId } = await queue();
  const elsewhere = { ...shop, tenantId: 2 };
  const other = await queue({ ...bob, tenantId: 2 });
  expect(await listWaitingTenants(db)).toEqual([]);
  await end(conversationId, answerId);
  await end(other.conversationId, other.answerId, elsewhere);
  expect((await listWaitingTenants(db)).sort()).toEqual([1, 2]);
  expect(await listWaiting(db, shop)).toEqual([{ conversationId, walletId: null }]);
  expect(await listWaiting(db, shop, other.conversationId)).toEqual([]);
  expect(await listWaiting(db, elsewhere, other.conversationId)).toHaveLength(1);
  const open = { kind: "conversations.answer", idempotencyKey: newKey(), conversationId } as const;
  expect(await db.execute(shop, open)).toMatchObject({ answer: { seq: "4" } });
  expect(await listWaitingTenants(db)).toEqual([2]);
});

test("a history with an answer that says nothing moves out, and in again", async () => {
  const conversationId = await createConversation(db);
  const { answer } = await send(db, ada, conversationId, { message: text("why?", "why") });
  await end(conversationId, answer?.answerId ?? "");
  const messages = await exportConversation(db, ada, { conversationId });
  expect(messages).toEqual([text("why?", "why")]);
  const moved = { kind: "conversations.importJson", idempotencyKey: newKey(), messages } as const;
  expect(await db.execute(ada, moved)).toMatchObject({ lastSeq: "1" });
});
