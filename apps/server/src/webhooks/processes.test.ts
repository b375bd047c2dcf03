import { randomUUID } from "node:crypto";
import { connect, createFeatures, type Db, type Principal, verify } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { spawnHoldfast, TEST_SECRET } from "../testing/index.ts";
import { type Receiver, startReceiver } from "../testing/webhook-receiver.ts";

const boss: Principal = { tenantId: 1, subject: "boss", role: "admin" };
const WAIT = { timeout: 30_000, interval: 20 };

let database: TestDatabase;
let sql: postgres.Sql;
let db: Db;
let receiver: Receiver;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const features = createFeatures({}, { loopbackWebhooks: true });
  db = connect({ url: database.url, tokenSecret: TEST_SECRET, features });
  receiver = await startReceiver();
});
afterAll(async () => {
  await receiver.close();
  await db.close();
  await sql.end();
  await database.close();
});

const key = () => ({ idempotencyKey: randomUUID() });
const serve = () =>
  spawnHoldfast(["serve"], {
    DATABASE_URL: database.url,
    HOLDFAST_JWT_SECRET: TEST_SECRET,
    HOLDFAST_WEBHOOK_POLL_MS: "50",
    HOLDFAST_WEBHOOK_LOOPBACK: "1",
    PORT: "0",
  });

test("processes are killed after a message has arrived and before that is written down: nothing is lost, all is in order", async () => {
  // Written by this process, which sends nothing: it need not know that anybody does.
  const create = { ...key(), url: receiver.url, topics: ["wallet"] };
  const { webhookId } = await db.execute(boss, { ...create, kind: "webhooks.create" });
  const { walletId } = await db.execute(boss, { kind: "wallets.open", ...key(), currency: "sat" });
  const changes = 40;
  for (let at = 0; at < changes; at++)
    await db.execute(boss, { kind: "wallets.credit", ...key(), walletId, amount: 1n });

  let kills = 0;
  for (let round = 0; round < 4; round++) {
    const spawned = serve();
    // The message that comes next is the last thing that this process does; the receiver's answer finds nobody.
    const killed = new Promise<void>((resolve) => {
      let left = 1 + round * 3;
      receiver.answer = (_, response) => {
        if (--left === 0) {
          spawned.child.kill("SIGKILL");
          kills++;
          resolve();
        } else response.writeHead(204).end();
      };
    });
    await killed;
    await spawned.ended;
    // The others take its job over after a minute and a half; the test can't wait for that.
    await sql`update holdfast_jobs._private_jobs set locked_at = locked_at - interval '1 hour' where locked_at is not null`;
    await sql`update holdfast_jobs._private_job_queues set locked_at = locked_at - interval '1 hour' where locked_at is not null`;
  }
  expect(kills).toBe(4);
  receiver.answer = (_, response) => response.writeHead(204).end();
  const last = serve();
  const row = async () =>
    (await sql`select sent::int, state from holdfast.webhook_topics where webhook_id = ${webhookId}`)[0];
  await expect.poll(row, WAIT).toEqual({ sent: changes, state: "idle" });
  expect(receiver.versionsOf(walletId)).toEqual(Array.from({ length: changes }, (_, at) => at + 1));
  // Each kill made one message come twice, under the same id and with the same body.
  expect(receiver.received).toHaveLength(changes + kills);
  expect(new Set(receiver.received.map(({ id, body }) => `${id} ${body}`)).size).toBe(changes);
  last.child.kill("SIGTERM");
  expect(await last.ended).toMatchObject({ code: 0, stderr: "" });
  expect(await verify({ url: database.url })).toEqual([]);
}, 120_000);
