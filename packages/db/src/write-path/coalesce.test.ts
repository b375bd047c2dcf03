import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type Db, type HoldfastCommand } from "../connect.ts";
import { execute } from "../join.ts";
import { type Blocker, withBlocker } from "../testing/blocker.ts";
import { ada, countOutcomes, holdings, newKey, openWallet, settle, shop } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { verify } from "../verify.ts";

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  db = connect({ url: database.url, sessions: 6 });
});
afterAll(async () => {
  expect(await verify({ url: database.url })).toEqual([]);
  await db.close();
  await database.close();
});

const range = (length: number) => Array.from({ length }, (_, at) => at);

function debit(walletId: string, idempotencyKey = newKey()) {
  return { kind: "wallets.debit", idempotencyKey, walletId, amount: 1n } as const;
}

/** Runs `work` while somebody else's transaction holds these wallets. */
function whileHeld<T>(walletIds: readonly string[], work: (blocker: Blocker) => Promise<T>): Promise<T> {
  return withBlocker(database.url, async (blocker) => {
    const hold = "select id from holdfast.wallets where id = any($1::uuid[]) for update";
    expect(await blocker.run(hold, [`{${walletIds.join(",")}}`])).toHaveLength(walletIds.length);
    return work(blocker);
  });
}

describe("a wallet that somebody else's transaction holds", () => {
  test("delays only those who need it", async () => {
    const held = await openWallet(db, 100n);
    const free = await Promise.all(range(20).map(() => openWallet(db, 100n)));
    const transfer = { fromWalletId: free[0] ?? "", toWalletId: held, amount: 5n };
    let waiting: ReturnType<typeof settle<unknown>>[] = [];
    await whileHeld([held], async (blocker) => {
      waiting = [
        settle<unknown>(db.execute(ada, debit(held))),
        settle<unknown>(db.execute(ada, debit(held))),
        settle<unknown>(db.execute(ada, { kind: "wallets.transfer", idempotencyKey: newKey(), ...transfer })),
      ];
      await blocker.untilWaiting(1);
      for (const round of range(5)) {
        const started = Date.now();
        await Promise.all(free.map((walletId) => db.execute(ada, debit(walletId), { deadlineMs: 2_000 })));
        expect([round, Date.now() - started < 2_000]).toEqual([round, true]);
      }
      const after = await holdings(database.url);
      expect(after.wallet(held).version).toBe(1n);
      expect(free.map((walletId) => after.wallet(walletId).version)).toEqual(free.map(() => 6n));
    });
    expect(countOutcomes(await Promise.all(waiting))).toEqual({ ok: 3 });
    expect((await holdings(database.url)).wallet(held).balance).toBe(103n);
  });

  test("is told of: those who wait for it are counted as stuck, and nobody is afterwards", async () => {
    const held = await openWallet(db, 100n);
    let waiting: ReturnType<typeof settle<unknown>>[] = [];
    await whileHeld([held], async (blocker) => {
      waiting = range(5).map(() => settle<unknown>(db.execute(ada, debit(held))));
      await blocker.untilWaiting(1);
      await expect.poll(() => db.stuck, { timeout: 5_000 }).toBe(5);
      expect(db.waiting).toBe(5);
      // Whoever gives up is not stuck any more.
      waiting.push(settle<unknown>(db.execute(ada, debit(held), { deadlineMs: 100 })));
      await waiting.at(-1);
      expect(db.stuck).toBe(5);
    });
    expect(countOutcomes(await Promise.all(waiting))).toEqual({ ok: 5, TIMEOUT: 1 });
    expect([db.stuck, db.waiting]).toEqual([0, 0]);
  });

  test("its callers hear TIMEOUT at their deadlines, and the same key tells what became of it", async () => {
    const held = await openWallet(db, 100n);
    const [first, second] = [debit(held), debit(held)];
    await whileHeld([held], async () => {
      const started = Date.now();
      const settled = await Promise.all([
        settle(db.execute(ada, first, { deadlineMs: 300 })),
        settle(db.execute(ada, second, { deadlineMs: 400 })),
      ]);
      expect(Date.now() - started).toBeGreaterThanOrEqual(390);
      expect(Date.now() - started).toBeLessThan(650);
      expect(settled).toMatchObject([{ code: "TIMEOUT" }, { code: "TIMEOUT" }]);
    });
    const answers = await Promise.all([first, second, first, second].map((call) => db.execute(ada, call)));
    expect((await holdings(database.url)).amounts(held)).toEqual([100n, -1n, -1n]);
    expect(new Set(answers.map(({ balance }) => balance)).size).toBe(2);
  });

  test("who was told not_started had no effect and never will", async () => {
    const [a, b] = await Promise.all([openWallet(db, 100n), openWallet(db, 100n)]);
    // Two sessions: one of them may wait for rows, so the callers of the second held row stay in the queue.
    const small = connect({ url: database.url, sessions: 2 });
    await whileHeld([a, b], async (blocker) => {
      const aboard = settle(small.execute(ada, debit(a), { deadlineMs: 2_000 }));
      await blocker.untilWaiting(1);
      const queued = await settle(small.execute(ada, debit(b), { deadlineMs: 1_000 }));
      expect(queued).toMatchObject({ code: "TIMEOUT", details: { outcome: "not_started" } });
      expect(await aboard).toMatchObject({ code: "TIMEOUT" });
    });
    await small.close();
    expect((await holdings(database.url)).amounts(b)).toEqual([100n]);
  });

  test("is waited for by calls that hold nothing else meanwhile, so other servers can have the rest", async () => {
    const other = connect({ url: database.url, sessions: 2 });
    const ids = await Promise.all([openWallet(db, 100n), openWallet(db, 100n)]);
    // Locked in this order: whoever waited for the second in the same transaction would hold the first.
    const [fromWalletId = "", toWalletId = ""] = ids.toSorted();
    const transfer = { kind: "wallets.transfer", fromWalletId, toWalletId, amount: 5n } as const;
    const settled = await whileHeld([toWalletId], async (blocker) => {
      const waiting = settle<unknown>(db.execute(ada, { ...transfer, idempotencyKey: newKey() }));
      await blocker.untilWaiting(1, 150);
      const started = Date.now();
      for (const _ of range(20)) await other.execute(ada, debit(fromWalletId));
      expect(Date.now() - started).toBeLessThan(2_000);
      return { waiting };
    });
    expect(await settled.waiting).toMatchObject({ ok: true, answer: { balance: "75" } });
    await other.close();
  });

  test("a call that needs two of them does not hold up those that need the one that is free again", async () => {
    const [a, b] = await Promise.all([openWallet(db, 100n), openWallet(db, 100n)]);
    const transfer = { kind: "wallets.transfer", fromWalletId: a, toWalletId: b, amount: 5n } as const;
    let waiting: ReturnType<typeof settle<unknown>>[] = [];
    await whileHeld([b], async () => {
      await whileHeld([a], async (blocker) => {
        waiting = [
          settle<unknown>(db.execute(ada, { ...transfer, idempotencyKey: newKey() })),
          settle<unknown>(db.execute(ada, debit(a), { deadlineMs: 4_000 })),
        ];
        // Longer than a batch waits with everyone aboard: by now the two wait for the first wallet together.
        await blocker.untilWaiting(1, 150);
      });
      expect(await waiting[1]).toMatchObject({ ok: true });
      await db.execute(ada, debit(a), { deadlineMs: 4_000 });
    });
    expect(countOutcomes(await Promise.all(waiting))).toEqual({ ok: 2 });
  });

  test("many held wallets don't keep the free ones waiting", async () => {
    const held = await Promise.all(range(12).map(() => openWallet(db, 100n)));
    const free = await openWallet(db, 100n);
    let waiting: ReturnType<typeof settle<unknown>>[] = [];
    await whileHeld(held, async (blocker) => {
      waiting = held.map((walletId) => settle(db.execute(ada, debit(walletId), { deadlineMs: 20_000 })));
      await blocker.untilWaiting(3);
      for (const _ of range(5)) await db.execute(ada, debit(free), { deadlineMs: 2_000 });
    });
    expect(countOutcomes(await Promise.all(waiting))).toEqual({ ok: 12 });
  });
});

describe("a key that somebody else's open transaction has used", () => {
  // More than there are transactions that may wait for rows: they can't all wait at a time.
  test.each([1, 8])("delays only who sends that key; %i of them", async (count) => {
    const free = await Promise.all(range(10).map(() => openWallet(db, 100n)));
    const opens = range(count).map(() => {
      return { kind: "wallets.open", idempotencyKey: newKey(), currency: "sat" } as const;
    });
    const settled = await withBlocker(database.url, async (blocker) => {
      await execute(blocker.sql, ada, opens);
      const waiting = Promise.all(opens.map((open) => settle(db.execute(ada, open))));
      const sameBatch = free.map((walletId) => db.execute(ada, debit(walletId), { deadlineMs: 3_000 }));
      await Promise.all(sameBatch);
      await blocker.untilWaiting(1);
      await Promise.all(free.map((walletId) => db.execute(ada, debit(walletId), { deadlineMs: 3_000 })));
      await blocker.release();
      return waiting;
    });
    expect(settled).toMatchObject(opens.map(() => ({ ok: true, answer: { replayed: true } })));
  });
});

describe("the queue", () => {
  test("is bounded: who finds it full is told at once, and may send the same key again", async () => {
    const walletId = await openWallet(db, 100n);
    const small = connect({ url: database.url, maxWaiting: 5, sessions: 1 });
    const calls = range(20).map(() => debit(walletId));
    const settled = await Promise.all(calls.map((call) => settle(small.execute(ada, call))));
    expect(countOutcomes(settled)).toEqual({ ok: 5, OVERLOADED: 15 });
    expect(settled.find((one) => !one.ok)).toMatchObject({ details: { retryAfterSeconds: 1 } });
    expect((await holdings(database.url)).wallet(walletId).balance).toBe(95n);
    for (const call of calls) await small.execute(ada, call);
    expect((await holdings(database.url)).wallet(walletId).balance).toBe(80n);
    await small.close();
  });

  test("is left at the deadline: not_started, at once, and nothing ever comes of it", async () => {
    const walletId = await openWallet(db, 100n);
    const small = connect({ url: database.url, sessions: 1 });
    let queued: ReturnType<typeof settle<unknown>>[] = [];
    let letGo = (): void => {};
    const gone = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let taken = (): void => {};
    const lent = new Promise<void>((resolve) => {
      taken = resolve;
    });
    const occupying = small.withTransaction({ tenantId: 1 }, async (tx) => {
      await tx.run("select 1 as one");
      taken();
      await gone;
    });
    await lent;
    const started = Date.now();
    queued = range(10).map(() => settle<unknown>(small.execute(ada, debit(walletId), { deadlineMs: 150 })));
    const settled = await Promise.all(queued);
    expect(Date.now() - started).toBeGreaterThanOrEqual(140);
    expect(Date.now() - started).toBeLessThan(400);
    for (const one of settled) {
      expect(one).toMatchObject({ code: "TIMEOUT", details: { outcome: "not_started" } });
    }
    letGo();
    await occupying;
    expect(await small.execute(ada, debit(walletId))).toMatchObject({ balance: "99" });
    await small.close();
    expect((await holdings(database.url)).amounts(walletId)).toEqual([100n, -1n]);
  });

  test("goes on when those who waited are gone before it could begin", async () => {
    const walletId = await openWallet(db, 100n);
    // What is put off in an immediate comes after the timers that are due by then: here after the deadline.
    const left = await new Promise<Awaited<ReturnType<typeof settle<unknown>>>>((resolve) => {
      setImmediate(() => {
        resolve(settle<unknown>(db.execute(ada, debit(walletId), { deadlineMs: 1 })));
        const busyUntil = Date.now() + 20;
        while (Date.now() < busyUntil);
      });
    });
    expect(left).toMatchObject({ code: "TIMEOUT", details: { outcome: "not_started" } });
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await db.execute(ada, debit(walletId), { deadlineMs: 5_000 })).toMatchObject({ balance: "99" });
  });

  test("is emptied before the sessions end, and takes nobody new", async () => {
    const walletId = await openWallet(db, 100n);
    const small = connect({ url: database.url, sessions: 1 });
    const accepted = range(30).map(() => small.execute(ada, debit(walletId)));
    const closing = small.close();
    expect(await settle(small.execute(ada, debit(walletId)))).toMatchObject({ code: "OVERLOADED" });
    expect(await Promise.all(accepted)).toHaveLength(30);
    await closing;
    expect((await holdings(database.url)).wallet(walletId).balance).toBe(70n);
  });
});

test("calls that arrive together travel together: one transaction for all", async () => {
  const wallets = await Promise.all(range(30).map(() => openWallet(db, 10n)));
  const commands: HoldfastCommand[] = wallets.map((walletId) => debit(walletId));
  await Promise.all(commands.map((command) => db.execute(shop, command)));
  const count = `select count(distinct xmin::text)::int as transactions from holdfast.entries
    where wallet_id = any($1::uuid[]) and version = 2`;
  const rows = await withBlocker(database.url, ({ run }) => run(count, [`{${wallets.join(",")}}`]));
  expect(rows[0]?.["transactions"]).toBe(1);
});
