import { randomUUID } from "node:crypto";
import { connect, type Db, type Principal, type WebhookTopic } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createWebhookJobs, type WebhookJobs } from "./webhook-jobs.ts";

const boss: Principal = { tenantId: 1, subject: "boss", role: "admin" };

let database: TestDatabase;
let sql: postgres.Sql;
let db: Db;
let replicas: WebhookJobs[];
let walletId: string;
let webhookId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1, onnotice: () => {} });
  db = connect({ url: database.url, tokenSecret: "a secret of this test" });
  replicas = [1, 2, 3].map(() => createWebhookJobs({ url: database.url, connections: 2 }));
  const create = { ...key(), url: "https://example.com/", topics: ["wallet"] };
  webhookId = (await db.execute(boss, { kind: "webhooks.create", ...create })).webhookId;
});
afterAll(async () => {
  for (const jobs of replicas) jobs.close();
  await db.close();
  await sql.end();
  await database.close();
});
beforeEach(async () => {
  walletId = (await db.execute(boss, { kind: "wallets.open", ...key(), currency: "sat" })).walletId;
  await credit();
});

const key = () => ({ idempotencyKey: randomUUID() });
const credit = () => db.execute(boss, { kind: "wallets.credit", ...key(), walletId, amount: 1n });
const queueAll = () => Promise.all(replicas.map((jobs) => jobs.queue()));
const keysOfJobs = async () =>
  (await sql`select key from holdfast_jobs.jobs where key like ${`%${walletId}`}`).map((row) => row["key"]);
const state = async () =>
  (await sql`select state from holdfast.webhook_topics where topic_id = ${walletId}`)[0]?.["state"];

/** What is run by one replica, until there is nothing to run. */
async function runAll(jobs: WebhookJobs | undefined): Promise<WebhookTopic[]> {
  const ran: WebhookTopic[] = [];
  const send = async (topic: WebhookTopic) => {
    ran.push(topic);
    return undefined;
  };
  await jobs?.run(send, () => {});
  return ran.filter(({ topicId }) => topicId === walletId);
}

test("many changes of a topic and many who look make one job of it", async () => {
  await credit();
  await queueAll();
  await credit();
  await queueAll();
  expect(await keysOfJobs()).toEqual([`webhook/1/${webhookId}/wallet/${walletId}`]);
  expect(await state()).toBe("queued");
  const topic = { tenantId: 1, webhookId, kind: "wallet", topicId: walletId };
  expect(await runAll(replicas[0])).toEqual([topic]);
  expect(await runAll(replicas[1])).toEqual([]);
});

test("a job that asks to go on is there again, when its time has come", async () => {
  await queueAll();
  let runs = 0;
  const send = async ({ topicId }: WebhookTopic) =>
    topicId === walletId && ++runs === 1 ? 3_600_000 : undefined;
  await replicas[0]?.run(send, () => {});
  expect(runs).toBe(1);
  expect(await keysOfJobs()).toHaveLength(1);
  await sql`update holdfast_jobs._private_jobs set run_at = now()`;
  await replicas[0]?.run(send, () => {});
  expect(runs).toBe(2);
  expect(await keysOfJobs()).toEqual([]);
});

test("a process that died with a job keeps it from nobody", async () => {
  await queueAll();
  const die = (secondsAgo: number) => sql`with dead as (
      update holdfast_jobs._private_jobs set locked_by = 'dead', locked_at = now() - ${secondsAgo} * interval '1 second'
      where key like ${`%${walletId}`} returning job_queue_id)
    update holdfast_jobs._private_job_queues as queue set locked_by = 'dead', locked_at = now() from dead
    where queue.id = dead.job_queue_id`;
  await die(60);
  await replicas[0]?.recover();
  expect(await runAll(replicas[0])).toEqual([]);
  await die(100);
  await replicas[0]?.recover();
  expect(await runAll(replicas[0])).toHaveLength(1);
});

test("a topic whose job was lost is given another", async () => {
  await queueAll();
  await sql`delete from holdfast_jobs._private_jobs`;
  await queueAll();
  expect(await keysOfJobs()).toEqual([]);
  await replicas[0]?.recover();
  expect(await state()).toBe("waiting");
  await queueAll();
  expect(await keysOfJobs()).toHaveLength(1);
  // And run: a job that is left may share its queue with that of the next test, which would then wait for a turn.
  expect(await runAll(replicas[0])).toHaveLength(1);
});

test("whoever was told to stop takes no job", async () => {
  await queueAll();
  const stopped = createWebhookJobs({ url: database.url, connections: 1 });
  stopped.stop();
  expect(await runAll(stopped)).toEqual([]);
  stopped.close();
  expect(await runAll(replicas[0])).toHaveLength(1);
});

test("what waits in one queue is run in one go", async () => {
  // More topics than a webhook has queues, so some have to follow each other.
  const opened = [walletId];
  for (let more = 0; more < 8; more++) {
    const { walletId: id } = await db.execute(boss, { kind: "wallets.open", ...key(), currency: "sat" });
    await db.execute(boss, { kind: "wallets.credit", ...key(), walletId: id, amount: 1n });
    opened.push(id);
  }
  await queueAll();
  const ran: string[] = [];
  const send = async ({ topicId }: WebhookTopic) => {
    ran.push(topicId);
    return undefined;
  };
  await replicas[0]?.run(send, () => {});
  expect(ran).toEqual(expect.arrayContaining(opened));
});
