import { randomUUID } from "node:crypto";
import { type Db, execute, type Principal, verify } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import postgres from "postgres";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../testing/index.ts";
import { type Receiver, startReceiver } from "../testing/webhook-receiver.ts";

const boss: Principal = { tenantId: 1, subject: "boss", role: "admin" };
const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
const WAIT = { timeout: 20_000, interval: 20 };

let database: TestDatabase;
let sql: postgres.Sql;
let server: TestServer;
let db: Db;
let receiver: Receiver;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 2, onnotice: () => {} });
  const config = { webhooks: { pollMs: 50, loopback: true } };
  server = await startTestServer({ databaseUrl: database.url, config });
  db = server.db;
});
afterAll(async () => {
  await server.close();
  expect(await verify({ url: database.url })).toEqual([]);
  await sql.end();
  await database.close();
});
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(async () => {
  // So that the next test's changes are for its own receiver alone.
  for (const [id, tenantId] of created.splice(0)) {
    const by = { ...boss, tenantId };
    await db.execute(by, { kind: "webhooks.remove", ...key(), webhookId: id });
  }
  await receiver.close();
});

const key = () => ({ idempotencyKey: randomUUID() });
const created: [id: string, tenantId: number][] = [];

async function createWebhook(url = receiver.url, by = boss) {
  const webhook = await db.execute(by, { kind: "webhooks.create", ...key(), url, topics: ["wallet"] });
  created.push([webhook.webhookId, by.tenantId]);
  return webhook;
}

const pay = (fromWalletId: string, toWalletId: string) =>
  db.execute(ada, { kind: "wallets.boost", ...key(), fromWalletId, toWalletId, amount: "1" });

/** What a topic's row for a webhook says, and whether it has a job. */
async function stateOf(webhookId: string, topicId: string) {
  const [row] = await sql`select sent::int, state, failures from holdfast.webhook_topics
    where webhook_id = ${webhookId} and topic_id = ${topicId}`;
  const jobs = await sql`select from holdfast_jobs.jobs where key like ${`%${webhookId}%${topicId}`}`;
  return { ...row, jobs: jobs.length };
}

const idleAt = (sent: number) => ({ sent, state: "idle", failures: 0, jobs: 0 });

test("a change arrives, signed, as the feed would tell it", async () => {
  const { secret, webhookId } = await createWebhook();
  const walletId = await server.wallet("ada", "100");
  await expect.poll(() => receiver.received.length, WAIT).toBe(1);
  const [message] = receiver.received;
  const told = new Webhook(secret).verify(message?.body ?? "", message?.headers as Record<string, string>);
  expect(told).toMatchObject({
    type: "wallet.changed",
    topic: { kind: "wallet", id: walletId },
    version: "1",
    data: { walletId, balance: "100", amount: "100", version: "1" },
  });
  const other = new Webhook(`whsec_${Buffer.alloc(32).toString("base64")}`);
  const headers = message?.headers as Record<string, string>;
  expect(() => other.verify(message?.body ?? "", headers)).toThrow();
  await expect.poll(() => stateOf(webhookId, walletId), WAIT).toEqual(idleAt(1));
});

test("500 changes of 5 topics, to a receiver that fails at random: every version arrives, in its order", async () => {
  const { webhookId } = await createWebhook();
  const wallets = await Promise.all([1, 2, 3, 4, 5].map(() => server.wallet("ada", "1000")));
  // The test can't wait for real backoff: what failed is due at once.
  const hurry = setInterval(() => {
    void sql`update holdfast_jobs._private_jobs set run_at = now() where locked_at is null and run_at > now()`.catch(
      () => {},
    );
  }, 20);
  let failed = 0;
  receiver.answer = (_, response) => {
    const fails = Math.random() < 0.1;
    if (fails) failed++;
    response.writeHead(fails ? 500 : 204).end();
  };
  await Promise.all(
    Array.from({ length: 250 }, (_, at) => pay(wallets[at % 5] ?? "", wallets[(at + 1) % 5] ?? "")),
  );
  const all = Array.from({ length: 101 }, (_, at) => at + 1);
  for (const walletId of wallets) {
    await expect.poll(() => stateOf(webhookId, walletId), { ...WAIT, timeout: 60_000 }).toEqual(idleAt(101));
    expect(receiver.versionsOf(walletId)).toEqual(all);
  }
  clearInterval(hurry);
  expect(failed).toBeGreaterThan(10);
  const ids = new Map<string, string>();
  for (const { id, body } of receiver.received) expect(ids.get(id) ?? body).toBe(ids.set(id, body).get(id));
  expect(ids.size).toBe(505);
}, 120_000);

test("what is rolled back is never told, what is committed with it always is", async () => {
  const { webhookId } = await createWebhook();
  const walletId = await server.wallet("ada", "100");
  await expect.poll(() => stateOf(webhookId, walletId), WAIT).toEqual(idleAt(1));
  const debit = () => ({ kind: "wallets.debit", ...key(), walletId, amount: "10" }) as const;
  const joined = (end: (tx: Parameters<Parameters<Db["withTransaction"]>[1]>[0]) => void) =>
    db.withTransaction({ tenantId: 1 }, async (tx) => {
      await execute(tx, ada, [debit()], { registry: db.registry });
      // Long enough for a look: whoever tells before COMMIT tells here.
      await tx.run("select pg_sleep(0.3)");
      end(tx);
    });
  await expect(
    joined(() => {
      throw new Error("the caller's own work failed");
    }),
  ).rejects.toThrow();
  expect(await stateOf(webhookId, walletId)).toEqual(idleAt(1));
  await joined(() => {});
  await expect.poll(() => stateOf(webhookId, walletId), WAIT).toEqual(idleAt(2));
  expect(receiver.received.map(({ version }) => version)).toEqual([1, 2]);
  expect(receiver.received[1]?.body).toContain('"amount":"-10"');
});

test("nobody who follows: no row and no job", async () => {
  const walletId = await server.wallet("ada", "100", 2);
  await expect
    .poll(() => sql`select from holdfast.entries where wallet_id = ${walletId}`, WAIT)
    .toHaveLength(1);
  expect(await sql`select from holdfast.webhook_topics where topic_id = ${walletId}`).toEqual([]);
  expect(await sql`select from holdfast_jobs.jobs where key like ${`%${walletId}`}`).toEqual([]);
});

test("another tenant's changes are told to nobody but that tenant", async () => {
  const theirs = await startReceiver();
  await createWebhook();
  await createWebhook(theirs.url, { ...boss, tenantId: 2 });
  const mine = await server.wallet("ada", "100");
  const other = await server.wallet("eve", "100", 2);
  await expect.poll(() => theirs.received.length + receiver.received.length, WAIT).toBe(2);
  expect(receiver.received.map(({ topic }) => topic.id)).toEqual([mine]);
  expect(theirs.received.map(({ topic }) => topic.id)).toEqual([other]);
  await theirs.close();
});

test("while a secret is rotated both sign, afterwards the new one alone", async () => {
  const { secret, webhookId } = await createWebhook();
  const rotate = (overlapSeconds: number) =>
    db.execute(boss, { kind: "webhooks.rotateSecret", ...key(), webhookId, overlapSeconds });
  const lastIsSignedBy = async (walletId: string, ...secrets: string[]) => {
    await expect.poll(() => receiver.versionsOf(walletId), WAIT).toEqual([1]);
    const message = receiver.received.at(-1);
    return secrets.map((one) => {
      try {
        new Webhook(one).verify(message?.body ?? "", message?.headers as Record<string, string>);
        return true;
      } catch {
        return false;
      }
    });
  };
  const second = await rotate(3_600);
  expect(await lastIsSignedBy(await server.wallet("ada", "1"), secret, second.secret)).toEqual([true, true]);
  const third = await rotate(0);
  const signed = await lastIsSignedBy(await server.wallet("ada", "1"), secret, second.secret, third.secret);
  expect(signed).toEqual([false, false, true]);
});

describe("a webhook that is disabled", () => {
  test("is sent nothing, and goes on where it was when it is enabled", async () => {
    const { webhookId } = await createWebhook();
    const walletId = await server.wallet("ada", "100");
    const till = await server.wallet("ada", "0");
    await expect.poll(() => stateOf(webhookId, walletId), WAIT).toEqual(idleAt(1));
    await db.execute(boss, { kind: "webhooks.disable", ...key(), webhookId, reason: "maintenance" });
    await pay(walletId, till);
    await pay(walletId, till);
    expect(await stateOf(webhookId, walletId)).toMatchObject({ sent: 1, state: "waiting", jobs: 0 });
    await db.execute(boss, { kind: "webhooks.enable", ...key(), webhookId });
    await expect.poll(() => stateOf(webhookId, walletId), WAIT).toEqual(idleAt(3));
    expect(receiver.versionsOf(walletId)).toEqual([1, 2, 3]);
  });

  test("disables itself when the receiver answers 410, and says why", async () => {
    const { webhookId } = await createWebhook();
    receiver.answer = (_, response) => response.writeHead(410).end();
    await server.wallet("ada", "100");
    const row = async () =>
      (await sql`select status, reason from holdfast.webhooks where id = ${webhookId}`)[0];
    const reason = "The receiver answered 410: it wants no more.";
    await expect.poll(row, WAIT).toEqual({ status: "disabled", reason });
    expect(receiver.received).toHaveLength(1);
  });

  test("disables itself after the last attempt", async () => {
    const { webhookId } = await createWebhook();
    receiver.answer = (_, response) => response.writeHead(500).end();
    const walletId = await server.wallet("ada", "100");
    await expect.poll(() => stateOf(webhookId, walletId), WAIT).toMatchObject({ failures: 1, jobs: 1 });
    await sql`update holdfast.webhook_topics set failures = 29 where webhook_id = ${webhookId}`;
    await sql`update holdfast_jobs._private_jobs set run_at = now()`;
    const row = async () => (await sql`select reason from holdfast.webhooks where id = ${webhookId}`)[0];
    const reason = "Every attempt of three days has failed; the last one: answered 500.";
    await expect.poll(row, WAIT).toEqual({ reason });
    await expect.poll(() => stateOf(webhookId, walletId), WAIT).toMatchObject({ state: "waiting", jobs: 0 });
  });
});

test("a receiver's Retry-After is honoured", async () => {
  const { webhookId } = await createWebhook();
  receiver.answer = (_, response) => response.writeHead(503, { "retry-after": "7000" }).end();
  const walletId = await server.wallet("ada", "100");
  await expect.poll(() => stateOf(webhookId, walletId), WAIT).toMatchObject({ failures: 1, jobs: 1 });
  const [job] = await sql`select extract(epoch from run_at - now())::int as seconds from holdfast_jobs.jobs
    where key like ${`%${webhookId}%`}`;
  expect(job?.["seconds"]).toBeGreaterThan(6_900);
  expect(job?.["seconds"]).toBeLessThanOrEqual(7_000);
});

test("a receiver that does not answer holds up nobody else", async () => {
  const swift = await startReceiver();
  await createWebhook();
  await createWebhook(swift.url);
  receiver.answer = () => {};
  const wallets = await Promise.all(Array.from({ length: 20 }, () => server.wallet("ada", "100")));
  await expect.poll(() => swift.received.length, { ...WAIT, timeout: 8_000 }).toBe(20);
  // Four at a time, and none of them has been answered.
  expect(receiver.received.length).toBeLessThanOrEqual(4);
  expect(new Set(swift.received.map(({ topic }) => topic.id))).toEqual(new Set(wallets));
  receiver.answer = (_, response) => response.writeHead(204).end();
  await swift.close();
}, 60_000);

test("a version is sent again, and all after it, with the ids they had", async () => {
  const { webhookId } = await createWebhook();
  const walletId = await server.wallet("ada", "100");
  const till = await server.wallet("ada", "0");
  for (let at = 0; at < 3; at++) await pay(walletId, till);
  await expect.poll(() => stateOf(webhookId, walletId), WAIT).toEqual(idleAt(4));
  const told = () =>
    receiver.received.filter(({ topic }) => topic.id === walletId).map(({ id, body }) => ({ id, body }));
  const [first, second, third, fourth] = told();
  const deliveryId = third?.id ?? "";
  await db.execute(boss, { kind: "webhooks.replay", ...key(), webhookId, deliveryId });
  await expect.poll(told, WAIT).toEqual([first, second, third, fourth, third, fourth]);
  await expect.poll(() => stateOf(webhookId, walletId), WAIT).toEqual(idleAt(4));
});
