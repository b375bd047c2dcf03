import { randomUUID } from "node:crypto";
import type { RouterInputs, RouterOutputs } from "@holdfast/api";
import type { Principal } from "@holdfast/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Caller,
  dataOf,
  type Reply,
  readReply,
  startTestServer,
  type TestServer,
} from "../testing/index.ts";
import { type Receiver, startReceiver } from "../testing/webhook-receiver.ts";

type Webhooks = RouterInputs["webhooks"];

const boss: Principal = { tenantId: 1, subject: "boss", role: "admin" };
const WAIT = { timeout: 20_000, interval: 20 };

let server: TestServer;
let receiver: Receiver;
let admin: Caller;

beforeAll(async () => {
  server = await startTestServer({ config: { webhooks: { pollMs: 50, loopback: true } } });
  receiver = await startReceiver();
  admin = await server.as(boss);
});
afterAll(async () => {
  await server.close();
  await receiver.close();
});

const key = () => ({ idempotencyKey: randomUUID() });

async function mutate<K extends keyof Webhooks>(
  name: K,
  input: Webhooks[K],
  by = admin,
): Promise<Reply<RouterOutputs["webhooks"][K]>> {
  const headers = { "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(input) };
  return readReply(await by.send(`webhooks.${name}`, init));
}

async function query<K extends keyof Webhooks>(
  name: K,
  input: Webhooks[K],
  by = admin,
): Promise<Reply<RouterOutputs["webhooks"][K]>> {
  return readReply(
    await by.send(`webhooks.${name}?input=${encodeURIComponent(JSON.stringify(input ?? {}))}`),
  );
}

test("admins see what became of each message, and send it again", async () => {
  receiver.answer = (_, response) => response.writeHead(500).end();
  const create = { ...key(), url: receiver.url, topics: ["wallet"], description: "bookkeeping" };
  const { webhookId, secret } = dataOf(await mutate("create", create));
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  // The secret is told again, and stands in no table.
  expect(dataOf(await mutate("create", create))).toMatchObject({ webhookId, secret, replayed: true });
  expect(dataOf(await query("secret", { webhookId }))).toEqual({ webhookId, secret, previousSecret: null });
  const stored = await server.db.read(boss, (tx) =>
    tx.run("select outcome::text from holdfast.operations where kind = 'webhooks.create'"),
  );
  expect(stored[0]?.["outcome"]).not.toContain(secret.slice("whsec_".length));

  const walletId = await server.wallet("ada", "100");
  const deliveries = async () => dataOf(await query("deliveries", { webhookId })).deliveries;
  await expect.poll(deliveries, WAIT).toHaveLength(1);
  const [failed] = await deliveries();
  const topic = { kind: "wallet", id: walletId };
  expect(failed).toMatchObject({
    topic,
    version: "1",
    status: "failed",
    statusCode: 500,
    error: "answered 500",
  });
  expect(Date.parse(failed?.nextAttemptAt ?? "")).toBeGreaterThan(Date.parse(failed?.lastAttemptAt ?? ""));
  const { webhooks } = dataOf(await query("list", {}));
  expect(webhooks).toMatchObject([
    { webhookId, url: receiver.url, description: "bookkeeping", status: "enabled", topicsBehind: 1 },
  ]);

  receiver.answer = (_, response) => response.writeHead(200).end();
  await mutate("replay", { ...key(), webhookId, deliveryId: failed?.deliveryId ?? "" });
  const statuses = async () => (await deliveries()).map(({ status, statusCode }) => [status, statusCode]);
  await expect.poll(statuses, WAIT).toEqual([["delivered", 200]]);
  expect((await deliveries())[0]).toMatchObject({
    deliveryId: failed?.deliveryId,
    error: null,
    nextAttemptAt: null,
  });
  expect(dataOf(await query("deliveries", { webhookId, status: "failed" }))).toEqual({
    deliveries: [],
    next: null,
  });
});

test("deliveries come in pages, the newest first", async () => {
  const { webhookId } = dataOf(await mutate("create", { ...key(), url: receiver.url, topics: ["wallet"] }));
  const walletId = await server.wallet("ada", "100");
  const service = await server.as({ tenantId: 1, subject: "shop", role: "service" });
  for (let at = 0; at < 4; at++) await service.mutate("credit", { ...key(), walletId, amount: "1" });
  const versions = async () =>
    dataOf(await query("deliveries", { webhookId })).deliveries.map(({ version }) => version);
  await expect.poll(versions, WAIT).toEqual(["5", "4", "3", "2", "1"]);
  const seen: string[] = [];
  for (let before: string | undefined; ; ) {
    const page = dataOf(await query("deliveries", { webhookId, limit: 2, ...(before && { before }) }));
    seen.push(...page.deliveries.map(({ version }) => version));
    if (page.next === null) break;
    before = page.next;
  }
  expect(seen).toEqual(["5", "4", "3", "2", "1"]);
  dataOf(await mutate("remove", { ...key(), webhookId }));
});

test.each(["user", "service"] as const)("a %s may neither see nor change one", async (role) => {
  const other = await server.as({ ...boss, role });
  const { webhookId } = dataOf(await mutate("create", { ...key(), url: receiver.url, topics: ["show"] }));
  const refused = {
    ok: false,
    status: 403,
    error: { data: { code: "FORBIDDEN", details: { needs: "admin" } } },
  };
  const create = { ...key(), url: receiver.url, topics: ["show"] };
  expect(await mutate("create", create, other)).toMatchObject(refused);
  expect(await mutate("remove", { ...key(), webhookId }, other)).toMatchObject(refused);
  expect(await query("list", {}, other)).toMatchObject(refused);
  expect(await query("secret", { webhookId }, other)).toMatchObject(refused);
  expect(await query("deliveries", { webhookId }, other)).toMatchObject(refused);
});

test("another tenant's admin finds nothing", async () => {
  const stranger = await server.as({ ...boss, tenantId: 2 });
  const { webhookId } = dataOf(await mutate("create", { ...key(), url: receiver.url, topics: ["show"] }));
  const missing = { ok: false, status: 404 };
  expect(await mutate("disable", { ...key(), webhookId }, stranger)).toMatchObject(missing);
  expect(await query("secret", { webhookId }, stranger)).toMatchObject(missing);
  expect(await query("deliveries", { webhookId }, stranger)).toMatchObject(missing);
  expect(dataOf(await query("list", {}, stranger))).toEqual({ webhooks: [] });
});

test.each([
  ["topics", { url: "https://example.com/", topics: ["wallets"] }],
  ["topics", { url: "https://example.com/", topics: [] }],
  ["topics", { url: "https://example.com/", topics: ["show", "show"] }],
  ["url", { url: "http://example.com/", topics: ["show"] }],
  ["url", { url: "https://me:secret@example.com/", topics: ["show"] }],
  ["url", { url: "https://10.0.0.1/", topics: ["show"] }],
])("bad input is refused and names its field: %s", async (field, input) => {
  expect(await mutate("create", { ...key(), ...input })).toMatchObject({
    ...{ ok: false, status: 400 },
    error: { data: { code: "BAD_REQUEST", details: { issues: [{ path: expect.stringContaining(field) }] } } },
  });
});
