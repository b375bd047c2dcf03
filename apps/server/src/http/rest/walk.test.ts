import { recordAttempt } from "@holdfast/db";
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readEvents } from "../../testing/event-stream.ts";
import { createRestWorld, house, NOWHERE, type RestWorld, said } from "../../testing/rest-world.ts";
import { BODY_LIMIT_BYTES, IMPORT_LIMIT_BYTES } from "../json-body.ts";

let world: RestWorld;
/** What a successful call of each operation sent, and by whom. */
const walked = new Map<
  string,
  { readonly by: "root" | "shop" | "ada"; readonly fields: Readonly<Record<string, unknown>> }
>();

beforeAll(async () => {
  world = await createRestWorld();
});
afterAll(() => world.server.close());

test("a public validator takes the document for OpenAPI 3.1", async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(world.document) as never);
  expect(errors).toBeUndefined();
  expect([valid, validator.version]).toEqual([true, "3.1"]);
});

test("every operation succeeds as described, and a repeated call is told the same", async () => {
  const walk = async (
    by: "root" | "shop" | "ada",
    operationId: string,
    fields: Record<string, unknown> = {},
  ) => {
    const headers: Record<string, string> = world.api.takesKey(operationId)
      ? { "idempotency-key": world.newKey() }
      : {};
    const first = await world[by].call(operationId, fields, headers);
    expect(first.status, `${operationId}: ${JSON.stringify(first.body)}`).toBeLessThan(300);
    walked.set(operationId, { by, fields });
    if (!("replayed" in first.body)) return first.body;
    const again = await world[by].call(operationId, fields, headers);
    expect([again.status, again.headers.get("location"), again.body]).toEqual([
      first.status,
      first.headers.get("location"),
      { ...first.body, replayed: true },
    ]);
    const location = first.headers.get("location");
    if (location !== null) {
      const read = await fetch(`${world.server.url}${location}`, {
        headers: {
          authorization: `Bearer ${await world.server.token({ tenantId: 1, subject: "shop", role: "service" })}`,
        },
      });
      expect(read.status, location).toBe(200);
    }
    return first.body;
  };

  const { walletId } = await walk("ada", "wallets.open", { currency: "sat" });
  const { walletId: toWalletId } = await walk("shop", "wallets.open", {
    currency: "sat",
    ownerId: "bob",
    minBalance: "-5",
  });
  await walk("shop", "wallets.credit", { walletId, amount: "10000", source: "card", memo: "a" });
  await walk("ada", "wallets.debit", { walletId, amount: "5", ifVersion: "1" });
  const { operationId } = await walk("ada", "wallets.transfer", {
    fromWalletId: walletId,
    toWalletId,
    amount: "7",
  });
  await walk("ada", "wallets.boost", {
    fromWalletId: walletId,
    toWalletId,
    amount: "7",
    message: "m",
    episodeTitle: "e",
  });
  await walk("ada", "wallets.stream", {
    fromWalletId: walletId,
    toWalletId,
    amount: "1",
    sessionId: "s",
    minute: 1,
  });
  const { holdId } = await walk("ada", "wallets.hold", { walletId, amount: "20", expiresInSeconds: 600 });
  await walk("ada", "wallets.capture", { holdId, amount: "5", toWalletId, final: false });
  await walk("ada", "wallets.release", { holdId });
  await walk("shop", "wallets.batch", {
    atomic: false,
    commands: [
      { kind: "open", currency: "sat" },
      { kind: "credit", walletId, amount: "1" },
      { kind: "hold", walletId, amount: "1", expiresInSeconds: 60 },
      { kind: "release", holdId: NOWHERE },
      { kind: "debit", walletId, amount: "999999999" },
    ],
  });
  await walk("ada", "wallets.mine");
  await walk("shop", "wallets.mine", { ownerId: "ada" });
  await walk("ada", "wallets.get", { walletId });
  const { entries } = await walk("ada", "wallets.history", { walletId, limit: 100 });
  expect(entries.length).toBeGreaterThan(8);
  expect((await walk("ada", "wallets.history", { walletId, before: "3", limit: 1 })).next).toBe("2");
  await walk("ada", "wallets.balanceAt", { walletId, version: "1" });
  await walk("ada", "wallets.balanceAt", { walletId, at: new Date(0).toISOString() });

  const { showId } = await walk("shop", "shows.create", {
    ...house(toWalletId),
    startsAt: "2027-01-01T20:00:00+01:00",
  });
  const { token } = await walk("ada", "seats.reserve", { showId, seatIds: ["A1"] });
  await walk("ada", "seats.reserve", { showId, bestAvailable: { quantity: 1 }, replace: true }).then(
    async (best) => {
      await walk("ada", "seats.release", { token: best.token });
    },
  );
  expect(await walk("ada", "seats.check", { token })).toMatchObject({
    status: "released",
    expiresInSeconds: 0,
  });
  const held = await walk("ada", "seats.reserve", { showId, seatIds: ["A1", "A2"], ifTaken: "nearest" });
  await walk("ada", "seats.extend", { token: held.token, expiresInSeconds: 900 });
  await walk("ada", "shows.get", { showId });
  await walk("ada", "seats.confirm", { token: held.token, walletId });
  await walk("ada", "shows.list", { limit: 1 });

  const { conversationId } = await walk("ada", "conversations.create", { title: "t" });
  await walk("ada", "conversations.append", {
    conversationId,
    messages: [said("m1"), said("m2")],
    expectedSeq: "0",
  });
  const sent = await walk("ada", "conversations.send", { conversationId, message: said("m3"), walletId });
  expect(sent.wallet).toMatchObject({ step: "hold" });
  expect(await walk("ada", "conversations.get", { conversationId })).toMatchObject({ answering: true });
  await walk("ada", "conversations.stop", { conversationId, answerId: sent.answer.answerId });
  await walk("ada", "conversations.messages", { conversationId, after: "1", limit: 2 });
  await walk("ada", "conversations.list", {});
  await walk("ada", "conversations.importJson", {
    messages: [{ role: "user", content: "hi" }, said("m1", "x", "assistant")],
  });
  await walk("ada", "conversations.exportJson", { conversationId });

  const explained = await walk("ada", "operations.get", { operationId });
  expect(explained).toMatchObject({
    kind: "wallets.transfer",
    outcome: { ok: true },
    wrote: [{ table: "entries" }],
  });
  expect(await walk("ada", "operations.find", { idempotencyKey: explained.idempotencyKey })).toEqual(
    explained,
  );
  const answered = await walk("ada", "operations.get", { operationId: sent.operationId });
  expect(answered.story).toHaveLength(2);

  const { keyId } = await walk("root", "keys.create", { subject: "jobs", role: "service" });
  expect(await walk("root", "keys.list", { limit: 1 })).toMatchObject({ keys: [{ keyId }] });
  await walk("root", "keys.revoke", { keyId });

  const hook = { url: "https://hooks.example.com", topics: ["wallet"] };
  const { webhookId } = await walk("root", "webhooks.create", { ...hook, description: "d" });
  const { walletId: followed } = await walk("ada", "wallets.open", { currency: "sat" });
  await walk("shop", "wallets.credit", { walletId: followed, amount: "1" });
  const topic = { tenantId: 1, webhookId, kind: "wallet", topicId: followed };
  const failed = { version: 1n, ok: false, statusCode: undefined, latencyMs: 3, error: "no answer" };
  await recordAttempt(world.server.db, topic, { ...failed, nextInMs: () => 60_000 });
  const { deliveries } = await walk("root", "webhooks.deliveries", { webhookId, status: "failed", limit: 1 });
  expect(deliveries).toMatchObject([{ topic: { kind: "wallet", id: followed }, statusCode: null }]);
  await walk("root", "webhooks.list");
  await walk("root", "webhooks.update", { webhookId, description: null });
  await walk("root", "webhooks.disable", { webhookId, reason: "r" });
  await walk("root", "webhooks.enable", { webhookId });
  await walk("root", "webhooks.rotateSecret", { webhookId, overlapSeconds: 60 });
  expect((await walk("root", "webhooks.secret", { webhookId })).previousSecret).not.toBeNull();
  await walk("root", "webhooks.replay", {
    webhookId,
    topic: { kind: "wallet", id: followed },
    fromVersion: "1",
  });
  await walk("root", "webhooks.replay", { webhookId, deliveryId: deliveries[0].deliveryId });
  await walk("root", "webhooks.remove", { webhookId });

  expect(await walk("root", "operations.verify")).toMatchObject({ complete: true, findings: [] });

  await walk("ada", "changes.watch", { topics: `wallet/${walletId}@1,show/${showId}` });
  expect([...walked.keys()].sort()).toEqual([...world.api.operations.keys()].sort());
});

describe("every operation is refused as described", () => {
  const each = (
    check: (
      operationId: string,
      call: { by: "root" | "shop" | "ada"; fields: Record<string, unknown> },
    ) => Promise<void>,
  ) =>
    Promise.all(
      [...walked].map(([operationId, { by, fields }]) => check(operationId, { by, fields: { ...fields } })),
    );
  const { call } = { call: (...args: Parameters<RestWorld["api"]["call"]>) => world.api.call(...args) };

  test("without a credential, and with one of nobody", async () => {
    expect(walked.size).toBeGreaterThan(30);
    await each(async (operationId, { fields }) => {
      for (const token of [undefined, "nobody"]) {
        const headers = { "idempotency-key": world.newKey() };
        const refused = await call(world.server.url, operationId, { fields, headers, token });
        expect([operationId, refused.status]).toEqual([operationId, 401]);
      }
    });
  });

  test("with a field that it doesn't have", async () => {
    await each(async (operationId, { by, fields }) => {
      const refused = await world[by].call(operationId, { ...fields, colour: "red" });
      expect([operationId, refused.status]).toEqual([operationId, 400]);
      expect(JSON.stringify(refused.body.details)).toContain("colour");
    });
  });

  test("without a key, and with one of another call", async () => {
    await each(async (operationId, { by, fields }) => {
      if (!world.api.takesKey(operationId)) return;
      expect((await world[by].call(operationId, fields, { "idempotency-key": "" })).body).toMatchObject({
        code: "IDEMPOTENCY_KEY_REQUIRED",
      });
      const headers = { "idempotency-key": world.newKey() };
      const other = operationId === "wallets.open" ? "conversations.create" : "wallets.open";
      const otherFields = other === "wallets.open" ? { currency: "sat" } : {};
      expect((await world[by].call(other, otherFields, headers)).status).toBe(201);
      expect((await world[by].call(operationId, fields, headers)).body).toMatchObject({
        code: "IDEMPOTENCY_KEY_REUSED",
        details: { fields: expect.arrayContaining(["kind"]) },
      });
    });
    const { fields } = walked.get("wallets.stream") ?? {};
    expect((await world.ada.call("wallets.stream", { ...fields, amount: "2" })).body).toMatchObject({
      code: "IDEMPOTENCY_KEY_REUSED",
      details: { fields: ["amount"] },
    });
  });

  test("with more than it takes", async () => {
    await each(async (operationId, { by, fields }) => {
      if (world.api.operations.get(operationId)?.requestBody === undefined) return;
      const most = operationId === "conversations.importJson" ? IMPORT_LIMIT_BYTES : BODY_LIMIT_BYTES;
      const refused = await world[by].call(operationId, { ...fields, more: "x".repeat(most) });
      expect([operationId, refused.body.code]).toEqual([operationId, "PAYLOAD_TOO_LARGE"]);
    });
  });
});

test("the change feed tells what happens, and goes on after the last event that was heard", async () => {
  const { walletId } = await world.ada.done("wallets.open", { currency: "sat" });
  const topics = `wallet/${walletId}@0`;
  const hear = async (headers: Record<string, string> = {}) => {
    const { body } = await world.ada.call("changes.watch", { topics }, headers);
    for await (const event of readEvents(body as Response)) {
      if (event.id !== undefined)
        return { id: event.id, changes: JSON.parse(event.data) as { data: object }[] };
    }
    throw new Error("it ended");
  };
  await world.shop.done("wallets.credit", { walletId, amount: "5" });
  const first = await hear();
  expect(first).toMatchObject({ id: "1", changes: [{ data: { walletId, balance: "5", version: "1" } }] });
  await world.shop.done("wallets.credit", { walletId, amount: "6" });
  expect(await hear({ "last-event-id": first.id })).toMatchObject({
    id: "2",
    changes: [{ data: { balance: "11" } }],
  });
});
