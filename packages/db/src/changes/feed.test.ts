import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type Db } from "../connect.ts";
import { execute } from "../join.ts";
import { ada, bob, newKey, openWallet, shop } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { administer } from "../testing/test-database.ts";
import type { WantedTopic } from "./feed.ts";
import type { ChangeEvent } from "./watcher.ts";

let database: TestDatabase;
/** Two replicas. */
let one: Db;
let two: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  one = connect({ url: database.url });
  two = connect({ url: database.url });
});
afterAll(async () => {
  await one.close();
  await two.close();
  await database.close();
});

const range = (length: number) => Array.from({ length }, (_, at) => at);
const wallet = (id: string, since?: bigint): WantedTopic => ({ kind: "wallet", id, since });

function credit(db: Db, walletId: string, amount = 1n) {
  return db.execute(shop, { kind: "wallets.credit", idempotencyKey: newKey(), walletId, amount });
}

/** Entries of one wallet, a thousand a command. */
async function creditThousands(walletId: string, thousands: number): Promise<void> {
  const step = { kind: "credit", walletId, amount: 1n } as const;
  for (let at = 0; at < thousands; at++) {
    const commands = range(1_000).map(() => step);
    await one.execute(shop, { kind: "wallets.batch", idempotencyKey: newKey(), atomic: true, commands });
  }
}

/** Takes events until `enough`; then leaves. */
async function collect(
  db: Db,
  topics: readonly WantedTopic[],
  enough: (events: readonly ChangeEvent[]) => boolean,
  onReady: () => void = () => {},
): Promise<ChangeEvent[]> {
  const leave = new AbortController();
  const events: ChangeEvent[] = [];
  const stream = await db.watch(shop, topics, leave.signal);
  onReady();
  for await (const some of stream) {
    events.push(...some);
    if (enough(events)) break;
  }
  leave.abort();
  return events;
}
const versionsOf = (events: readonly ChangeEvent[]) => events.map(({ version }) => Number(version));

describe("a watcher", () => {
  test("is told every version once and in order, of several topics, whichever replica wrote it", async () => {
    const [a, b] = await Promise.all([openWallet(one, 5n), openWallet(one, 5n)]);
    const writes: Promise<unknown>[] = [];
    const events = await collect(
      two,
      [wallet(a, 1n), wallet(b, 1n)],
      ({ length }) => length >= 200,
      () => writes.push(...range(200).map((at) => credit(at % 3 === 0 ? two : one, at % 2 === 0 ? a : b))),
    );
    await Promise.all(writes);
    for (const id of [a, b]) {
      const mine = events.filter(({ topic }) => topic.id === id);
      expect(versionsOf(mine)).toEqual(range(100).map((at) => at + 2));
      expect(mine[0]).toMatchObject({
        type: "change",
        topic: { kind: "wallet", id },
        data: { walletId: id, balance: "6", held: "0", available: "6", version: "2", amount: "1" },
      });
    }
  });

  test("catches up from the version that it knows, and goes on live", async () => {
    const id = await openWallet(one, 5n);
    await creditThousands(id, 1);
    const events = await collect(
      two,
      [wallet(id, 1n)],
      ({ length }) => length >= 1_003,
      () => void range(3).map(() => credit(one, id)),
    );
    expect(versionsOf(events)).toEqual(range(1_003).map((at) => at + 2));
  });

  test("that is cut again and again, and resumes at one replica or the other, misses and repeats nothing", async () => {
    const id = await openWallet(one, 5n);
    const last = 301;
    const load = (async () => {
      for (const at of range(300)) await credit(at % 2 === 0 ? one : two, id);
    })();
    const seen: number[] = [1];
    for (let turn = 0; seen.at(-1) !== last; turn++) {
      const since = BigInt(seen.at(-1) ?? 0);
      const events = await collect(turn % 2 === 0 ? one : two, [wallet(id, since)], (events) => {
        return events.length > turn % 5 || events.at(-1)?.version === `${last}`;
      });
      seen.push(...versionsOf(events));
    }
    await load;
    expect(seen).toEqual(range(last).map((at) => at + 1));
  });

  test("who knows no version is told at which one it begins", async () => {
    const id = await openWallet(one, 5n);
    await credit(one, id);
    const events = await collect(
      two,
      [wallet(id)],
      ({ length }) => length >= 2,
      () => void credit(one, id),
    );
    expect(events).toMatchObject([
      { type: "reset", version: "2" },
      { type: "change", version: "3" },
    ]);
  });

  test("who is far behind, or ahead of the database, is told to read anew", async () => {
    const id = await openWallet(one, 5n);
    await creditThousands(id, 6);
    for (const since of [1n, 9_000n]) {
      const [event] = await collect(two, [wallet(id, since)], () => true);
      expect(event).toEqual({ type: "reset", topic: { kind: "wallet", id }, version: "6001" });
    }
  });

  test("who does not take its events is told to read anew, and keeps nobody else waiting", async () => {
    const id = await openWallet(one, 5n);
    const leave = new AbortController();
    const slow = await two.watch(shop, [wallet(id, 1n)], leave.signal);
    const others = collect(two, [wallet(id, 1n)], ({ length }) => length >= 3_000);
    await creditThousands(id, 3);
    expect(versionsOf(await others)).toEqual(range(3_000).map((at) => at + 2));
    const events: ChangeEvent[] = [];
    for await (const some of slow) {
      events.push(...some);
      if (some.at(-1)?.version === "3001") break;
    }
    expect(events[0]?.type).toBe("reset");
    expect(events.length).toBeLessThan(2_000);
    leave.abort();
  });

  test("sees what its principal may see, and learns nothing of the rest", async () => {
    const mine = await openWallet(one, 5n);
    const { signal } = new AbortController();
    await expect(one.watch(bob, [wallet(mine)], signal)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(one.watch({ ...shop, tenantId: 2 }, [wallet(mine)], signal)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await expect(one.watch(ada, [wallet(mine), { kind: "walrus", id: mine }], signal)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    expect(one.watchers).toBe(0);
    const stream = await one.watch(ada, [wallet(mine, 1n)], AbortSignal.abort());
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test("hears of changes although the connection that carries the doorbells is killed", async () => {
    const id = await openWallet(one, 5n);
    let kills = 0;
    const events = await collect(
      two,
      [wallet(id, 1n)],
      ({ length }) => length >= 20,
      () =>
        void (async () => {
          for (let at = 0; at < 20; at++) {
            await administer(database.url, async (sql) => {
              const killed = await sql`select pg_terminate_backend(pid) from pg_stat_activity
                where datname = ${new URL(database.url).pathname.slice(1)} and application_name = 'holdfast doorbell'`;
              kills += killed.length;
            });
            await credit(one, id);
          }
        })(),
    );
    expect(versionsOf(events)).toEqual(range(20).map((at) => at + 2));
    expect(kills).toBeGreaterThan(5);
  });
});

test("what commits in a transaction of the caller's own is told as well, and what is rolled back is not", async () => {
  const id = await openWallet(one, 5n);
  const debit = () =>
    ({ kind: "wallets.debit", idempotencyKey: newKey(), walletId: id, amount: 1n }) as const;
  const events = await collect(
    two,
    [wallet(id, 1n)],
    ({ length }) => length >= 1,
    () =>
      void (async () => {
        await one
          .withTransaction({ tenantId: 1 }, async (tx) => {
            await execute(tx, ada, [debit()]);
            throw new Error("rolled back");
          })
          .catch(() => {});
        await one.withTransaction({ tenantId: 1 }, (tx) => execute(tx, ada, [debit(), debit()]));
      })(),
  );
  expect(events[0]).toMatchObject({ version: "2", data: { balance: "4" } });
});

test("closing ends every subscription, and says that it goes on elsewhere", async () => {
  const id = await openWallet(one, 5n);
  const db = connect({ url: database.url });
  const streams = await Promise.all(
    range(20).map(() => db.watch(shop, [wallet(id, 1n)], new AbortController().signal)),
  );
  const ends = streams.map((stream) => stream.next().catch((error: unknown) => error));
  expect(db.watchers).toBe(20);
  await db.close();
  for (const end of await Promise.all(ends)) expect(end).toMatchObject({ code: "UNAVAILABLE" });
});
