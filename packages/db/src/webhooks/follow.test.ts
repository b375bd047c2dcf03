import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  connect,
  createFeatures,
  type Db,
  execute,
  type Feature,
  type HoldfastCommand,
  type Principal,
  takeChanges,
  verify,
} from "../index.ts";
import { ada, newKey, openWallet, shop } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { webhookFollower } from "./follow.ts";

const boss: Principal = { tenantId: 1, subject: "boss", role: "admin" };
const tokenSecret = "a secret of this test";

let database: TestDatabase;
let sql: postgres.Sql;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 2, onnotice: () => {} });
  db = connect({ url: database.url, sessions: 4, tokenSecret });
});
afterAll(async () => {
  await db.close();
  await sql.end();
  await database.close();
});

async function createWebhook(topics = ["wallet"]): Promise<string> {
  const create = { idempotencyKey: newKey(), url: "https://example.com/hooks", topics };
  return (await db.execute(boss, { kind: "webhooks.create", ...create })).webhookId;
}
const remove = (webhookId: string) =>
  db.execute(boss, { kind: "webhooks.remove", idempotencyKey: newKey(), webhookId });
const credit = (walletId: string): HoldfastCommand => ({
  ...{ kind: "wallets.credit", idempotencyKey: newKey(), walletId },
  amount: 1n,
});

async function topicOf(webhookId: string, topicId: string) {
  const [row] = await sql`select sent::int, state from holdfast.webhook_topics
    where webhook_id = ${webhookId} and topic_id = ${topicId}`;
  return row;
}

/** A transaction that somebody else opened, and that ends as told; what it has left behind for the webhook. */
async function joinAndRollBack(by: Db): Promise<unknown> {
  const webhookId = await createWebhook();
  const walletId = await openWallet(db, 0n);
  const rolledBack = by.withTransaction({ tenantId: 1 }, async (tx) => {
    await execute(tx, shop, [credit(walletId)], { registry: by.registry });
    throw new Error("the caller's own work failed");
  });
  await expect(rolledBack).rejects.toThrow("the caller's own work failed");
  await settled();
  const left = await topicOf(webhookId, walletId);
  await remove(webhookId);
  return left;
}

/** The topic at which a webhook is behind, after one change in a transaction of Holdfast's own whose process then dies. */
async function changeAndDie(by: Db): Promise<unknown> {
  const webhookId = await createWebhook();
  const walletId = await openWallet(db, 0n);
  await by.execute(shop, credit(walletId));
  const left = await topicOf(webhookId, walletId);
  await settled();
  await remove(webhookId);
  return left;
}

/** What a planted bug does on a session of its own. */
const strays: Promise<unknown>[] = [];
const settled = () => Promise.all(strays.splice(0));

/** The same features, but what follows them writes on a session of its own. */
function withFollower(how: "at once" | "later"): Db {
  const features = createFeatures().map((feature): Feature => {
    if (feature.follows === undefined) return feature;
    const follow: typeof webhookFollower.follow = (_tx, tenantId, topics, atMs) => {
      const stray = async () => {
        if (how === "later") await new Promise((resolve) => setTimeout(resolve, 100));
        await sql.begin(async (other) => {
          await other.unsafe(`set local role holdfast_app; set local holdfast.tenant = '${tenantId}';
            set local holdfast.caller = 'system:holdfast'`);
          const run = async (text: string, parameters: readonly (string | null)[] = []) =>
            await other.unsafe<never[]>(text, [...parameters]);
          webhookFollower.follow({ run }, tenantId, topics, atMs);
        });
      };
      strays.push(stray());
    };
    return { ...feature, follows: { ...webhookFollower, follow } };
  });
  return connect({ url: database.url, sessions: 2, features, tokenSecret });
}

describe("what is to be sent is written with the change, or not at all", () => {
  test("nothing of a transaction that is rolled back", async () => {
    expect(await joinAndRollBack(db)).toBeUndefined();
  });

  test("at the moment at which the change is committed", async () => {
    expect(await changeAndDie(db)).toEqual({ sent: 0, state: "waiting" });
  });

  test("a follower on a session of its own is seen by these tests", async () => {
    const early = withFollower("at once");
    expect(await joinAndRollBack(early)).toEqual({ sent: 0, state: "waiting" });
    await early.close();
    const late = withFollower("later");
    expect(await changeAndDie(late)).toBeUndefined();
    await late.close();
  });
});

test("a change without the word for a webhook is found by verify", async () => {
  const webhookId = await createWebhook();
  const walletId = await openWallet(db, 5n);
  const topic = { tenantId: 1, webhookId, kind: "wallet", topicId: walletId };
  await sql`update holdfast.webhook_topics set sent = 1 where webhook_id = ${webhookId}`;
  expect(await takeChanges(db, topic, 10)).toBe("none");
  expect(await topicOf(webhookId, walletId)).toEqual({ sent: 1, state: "idle" });
  expect(await verify({ url: database.url })).toEqual([]);
  const features = createFeatures().map(({ follows: _, ...feature }): Feature => feature);
  const deaf = connect({ url: database.url, sessions: 1, features, tokenSecret });
  await deaf.execute(shop, credit(walletId));
  await deaf.close();
  const row = `1/${webhookId}/wallet/${walletId}`;
  expect(await verify({ url: database.url })).toMatchObject([{ table: "webhook_topics", row }]);
  await db.execute(shop, credit(walletId));
  expect(await verify({ url: database.url })).toEqual([]);
  await remove(webhookId);
});

test("whoever becomes idle waits for a transaction that is changing the topic", async () => {
  const webhookId = await createWebhook();
  const walletId = await openWallet(db, 5n);
  const topic = { tenantId: 1, webhookId, kind: "wallet", topicId: walletId };
  await sql`update holdfast.webhook_topics set sent = 1 where webhook_id = ${webhookId}`;
  await db.withTransaction({ tenantId: 1 }, async (tx) => {
    await execute(tx, ada, [{ ...credit(walletId), kind: "wallets.debit" }], { registry: db.registry });
    // It has committed nothing, so there is nothing to send yet, and no way to be sure of it.
    const other = connect({ url: database.url, sessions: 1, tokenSecret });
    expect(await takeChanges(other, topic, 10)).toEqual({ nextInMs: 1_000 });
    await other.close();
  });
  expect(await takeChanges(db, topic, 10)).toMatchObject({ changes: [{ version: 2n }] });
  await remove(webhookId);
});

test("a kind that is no longer followed is left, and begun anew when it is followed again", async () => {
  const webhookId = await createWebhook();
  const walletId = await openWallet(db, 5n);
  const follow = (topics: string[]) =>
    db.execute(boss, { kind: "webhooks.update", idempotencyKey: newKey(), webhookId, topics });
  await follow(["show"]);
  await db.execute(shop, credit(walletId));
  expect(await topicOf(webhookId, walletId)).toEqual({ sent: 0, state: "left" });
  await follow(["show", "wallet"]);
  await db.execute(shop, credit(walletId));
  expect(await topicOf(webhookId, walletId)).toEqual({ sent: 2, state: "waiting" });
  await remove(webhookId);
});
