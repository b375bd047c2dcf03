import { randomUUID } from "node:crypto";
import { connect, createFeatures, type Db, type Principal } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { startTestServer, type TestServer } from "@holdfast/server/testing";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { answering, beginConversation } from "../testing/answering.ts";
import { cleanup, openPage, waitFor } from "../testing/page.tsx";
import { useAnswerCosts } from "./use-answer-costs.ts";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
let database: TestDatabase;
let server: TestServer;
/** Two sat a token, 50 tokens at most. */
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startTestServer({ databaseUrl: database.url });
  db = connect({
    url: database.url,
    features: createFeatures({ pricePer1000Tokens: 2_000n, maxTokens: 50 }),
  });
});
afterAll(async () => {
  await db.close();
  await server.close();
  await database.close();
});
afterEach(cleanup);

test("what an answer holds and captures is told as it is said, from the wallet's history", async () => {
  const walletId = await server.wallet("ada", "500");
  const conversationId = await beginConversation(db, ada);
  const page = await openPage(server, ada);
  const { result } = page.show(() => useAnswerCosts(walletId));
  const { answer } = await db.execute(ada, {
    kind: "conversations.send",
    idempotencyKey: randomUUID(),
    conversationId,
    walletId,
    message: { id: randomUUID(), role: "user", parts: [{ type: "text", text: "why?" }] },
  });
  const answerId = answer?.answerId ?? "";
  await waitFor(() =>
    expect(result.current.get(answerId)).toEqual({ held: 100n, captured: 0n, remaining: 100n }),
  );
  const model = answering(db, conversationId, answerId);
  await model.say("Be", { tokens: 10 });
  await waitFor(() =>
    expect(result.current.get(answerId)).toEqual({ held: 100n, captured: 20n, remaining: 80n }),
  );
  await model.end({ status: "complete", tokens: 15 });
  await waitFor(() =>
    expect(result.current.get(answerId)).toEqual({ held: 100n, captured: 30n, remaining: 0n }),
  );
  expect(result.current.size).toBe(1);
});

test("nothing is read without a wallet", async () => {
  const page = await openPage(server, ada);
  const { result } = page.show(() => useAnswerCosts(undefined));
  expect(result.current.size).toBe(0);
  expect(page.calls).toEqual([]);
});
