import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "../connect.ts";
import { execute } from "../join.ts";
import { ada, newKey, openWallet } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { topicKey } from "../topic-name.ts";
import { walletTopic } from "../wallets/topic.ts";
import { createDoorbell, type Doorbell, payloadsOf } from "./doorbell.ts";
import { createFeed } from "./feed.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

function doorbell(): Doorbell {
  return createDoorbell({ url: database.url, role: undefined, everyMs: 5 });
}

test("a ring is heard by the others, once for all topics of a moment, and not by who rang", async () => {
  const [here, there] = [doorbell(), doorbell()];
  const heardHere: (readonly string[] | undefined)[] = [];
  await new Promise<void>((resolve) => {
    here.listen((topics) => {
      heardHere.push(topics);
      resolve();
    });
  });
  const heard = await new Promise<readonly string[]>((resolve) => {
    there.listen((topics) => {
      if (topics !== undefined) return resolve(topics);
      for (const topic of ["1/wallet/a", "1/wallet/b", "1/wallet/a"]) here.ring(topic);
    });
  });
  expect(heard).toEqual(["1/wallet/a", "1/wallet/b"]);
  // Told that it hears now, and nothing else.
  expect(heardHere).toEqual([undefined]);
  await here.close();
  await there.close();
});

test("a commit rings for what it changed: a coalesced call, one of a transaction; and no rollback does", async () => {
  const before = connect({ url: database.url });
  const ids = await Promise.all([1, 2, 3].map(() => openWallet(before, 10n)));
  const [called = "", joined = "", undone = ""] = ids;
  await before.close();
  const db = connect({ url: database.url });
  const sql = postgres(database.url, { max: 1 });
  const rings: string[] = [];
  const { unlisten } = await sql.listen("holdfast_changes", (payload) => {
    rings.push(...payload.slice(payload.indexOf(":") + 1).split(","));
  });
  const debit = (walletId: string) =>
    ({ kind: "wallets.debit", idempotencyKey: newKey(), walletId, amount: 1n }) as const;
  await db
    .withTransaction({ tenantId: 1 }, async (tx) => {
      await execute(tx, ada, [debit(undone)]);
      throw new Error("rolled back");
    })
    .catch(() => {});
  await db.execute(ada, debit(called));
  await db.withTransaction({ tenantId: 1 }, (tx) => execute(tx, ada, [debit(joined)]));
  // Closing rings what is still to be rung.
  await db.close();
  const key = (id: string): string => topicKey(1, { kind: "wallet", id });
  await expect.poll(() => rings).toEqual(expect.arrayContaining([called, joined].map(key)));
  expect(rings).not.toContain(key(undone));
  await unlisten();
  await sql.end();
});

test("who hears no doorbell finds the changes by looking now and then", async () => {
  const db = connect({ url: database.url });
  const id = await openWallet(db, 10n);
  const silent: Doorbell = { ring: () => {}, listen: () => {}, close: async () => {} };
  const read = <T>(tenantId: number, _caller: string, work: Parameters<typeof db.withTransaction<T>>[1]) =>
    db.withTransaction({ tenantId, readOnly: true }, work);
  const feed = createFeed({ topics: [walletTopic], doorbell: silent, read, everyMs: 1, pollMs: 20 });
  const wanted = { kind: "wallet", id, since: 1n };
  const stream = await feed.watch(ada, [wanted], new AbortController().signal);
  const debit = { kind: "wallets.debit", walletId: id, amount: 1n } as const;
  for (const version of ["2", "3", "4"]) {
    await db.execute(ada, { ...debit, idempotencyKey: newKey() });
    expect((await stream.next()).value).toMatchObject([{ type: "change", version }]);
  }
  await feed.close();
  await db.close();
});

describe("the topics of a moment", () => {
  test("fit their notifications, however many and whatever their ids", () => {
    const topics = Array.from({ length: 1_000 }, (_, at) =>
      topicKey(1, { kind: "stock", id: `größe "M", ${at}` }),
    );
    const payloads = payloadsOf("me:", topics);
    expect(payloads.flatMap((payload) => payload.slice(3).split(","))).toEqual(topics);
    expect(Math.max(...payloads.map((payload) => Buffer.byteLength(payload)))).toBeLessThanOrEqual(7_000);
    expect(payloads.length).toBeLessThan(10);
  });
});
