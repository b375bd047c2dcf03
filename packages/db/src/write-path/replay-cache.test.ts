import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { connect, type Db } from "../connect.ts";
import { ada, bob, holdings, newKey, openWallet, settle } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase, withBlocker } from "../testing/index.ts";
import { createCacheCounts, createMapStore } from "../testing/map-store.ts";
import { createShow } from "../testing/shows.ts";

const tokenSecret = "a secret of this test";
const store = createMapStore();
const cache = createCacheCounts();
let database: TestDatabase;
let sql: postgres.Sql;
let db: Db;
let walletId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1, onnotice: () => {} });
  db = connect({ url: database.url, sessions: 2, tokenSecret, replayStore: store, observe: cache.observer });
});
beforeEach(async () => {
  walletId = await openWallet(db, 100n);
  store.texts.clear();
  store.asked.length = 0;
});
afterAll(async () => {
  await db.close();
  await sql.end();
  await database.close();
});

const debit = (amount: bigint, idempotencyKey = newKey()) =>
  ({ kind: "wallets.debit", idempotencyKey, walletId, amount }) as const;
const balance = async () => (await holdings(database.url)).wallet(walletId).balance;
/** The name and the text of the only outcome that is kept. */
const only = (): [string, string] => {
  expect(store.texts.size).toBe(1);
  return [...store.texts][0] as [string, string];
};

test("a repeated call is answered from the cache, as the database would answer it", async () => {
  const call = debit(30n);
  const first = await db.execute(ada, call);
  const again = await cache.until("hit", () => db.execute(ada, call));
  expect(JSON.stringify(again)).toBe(JSON.stringify({ ...first, replayed: true }));
  expect(await balance()).toBe(70n);
});

test("a recorded refusal is kept, and what is not recorded is not", async () => {
  const call = debit(300n);
  const first = await settle(db.execute(ada, call));
  expect(first).toMatchObject({ ok: false, code: "INSUFFICIENT_FUNDS" });
  expect(await cache.until("hit", () => settle(db.execute(ada, call)))).toEqual({ ...first, replayed: true });
  // The batch that the cache was faster than has ended when a later one has.
  await db.execute(ada, debit(1n));
  store.texts.clear();
  expect(await settle(db.execute(bob, debit(1n)))).toMatchObject({ code: "NOT_FOUND" });
  expect(await settle(db.execute(ada, { ...call, amount: 1n }))).toMatchObject({
    code: "IDEMPOTENCY_KEY_REUSED",
  });
  expect(store.texts.size).toBe(0);
});

test("a repeated call doesn't wait for a row that somebody else has locked", async () => {
  const call = debit(30n);
  await db.execute(ada, call);
  const other = await openWallet(db, 10n);
  await withBlocker(database.url, async (blocker) => {
    await blocker.run("select from holdfast.wallets where id = $1 for update", [walletId]);
    const again = await cache.until("hit", async () => {
      // Another call lets the cache know that the database is still the same.
      await db.execute(ada, { ...debit(1n), walletId: other });
      return settle(db.execute(ada, call, { deadlineMs: 500 }));
    });
    expect(again).toMatchObject({ ok: true, answer: { replayed: true, balance: "70" } });
  });
});

test("a secret that an answer tells is told again, and never kept", async () => {
  const { showId } = await createShow(db, { price: 0n });
  store.texts.clear();
  const call = { kind: "seats.reserve", idempotencyKey: newKey(), showId, seatIds: ["A1"] } as const;
  const first = await db.execute(ada, call);
  expect(await cache.until("hit", () => db.execute(ada, call))).toEqual({ ...first, replayed: true });
  expect([...store.texts].join()).not.toContain(first.token);
});

test("what a transaction that is not committed decided is not kept", async () => {
  await sql.unsafe(`
    create function public.doom() returns trigger language plpgsql as $$ begin raise exception 'not today'; end $$;
    create constraint trigger doomed after insert on holdfast.operations deferrable initially deferred
      for each row when (new.idempotency_key like 'doomed%') execute function public.doom()`);
  const call = debit(30n, newKey("doomed"));
  expect(await settle(db.execute(ada, call))).toMatchObject({ code: "INTERNAL" });
  expect(store.texts.size).toBe(0);
  await sql.unsafe("drop trigger doomed on holdfast.operations; drop function public.doom()");
  expect(await db.execute(ada, call)).toMatchObject({ replayed: false, balance: "70" });
});

test("another caller, tenant, key, kind or input asks for another name", async () => {
  const calls = [
    [ada, debit(30n, "one")],
    [bob, debit(30n, "one")],
    [{ ...ada, role: "service" }, debit(30n, "one")],
    [{ ...ada, tenantId: 2 }, debit(30n, "one")],
    [ada, debit(30n, "two")],
    [ada, { ...debit(30n, "one"), kind: "wallets.credit" }],
    [ada, debit(31n, "one")],
    [ada, { ...debit(30n, "one"), memo: "x" }],
    // Texts that a careless concatenation would take for one.
    [{ ...ada, subject: "adao" }, debit(30n, "ne")],
  ] as const;
  const names = new Set<string>();
  for (const [principal, call] of calls) {
    await db.execute(ada, debit(1n));
    store.asked.length = 0;
    await settle(db.execute(principal, call));
    for (const name of store.asked) {
      expect(names).not.toContain(name);
      names.add(name);
      expect(name).toMatch(/^[\w-]{43}$/);
    }
  }
  expect(names.size).toBe(calls.length);
});

test.each<[string, (text: string) => string]>([
  ["another outcome", (text) => text.replace('"70"', '"71"')],
  ["another tag", (text) => (text.startsWith("A") ? `B${text.slice(1)}` : `A${text.slice(1)}`)],
  ["a text that was cut", (text) => text.slice(0, -1)],
  ["a text with more behind it", (text) => `${text} `],
  ["an outcome without a tag", (text) => text.slice(43)],
  ["a tag without an outcome", (text) => text.slice(0, 43)],
  ["nothing", () => ""],
  ["garbage", () => "\0\uFFFD{]".repeat(1_000)],
])("is not believed: %s", async (_what, spoil) => {
  const call = debit(30n);
  const first = await db.execute(ada, call);
  const told = await cache.until("invalid", () => {
    for (const [name, text] of store.texts) store.texts.set(name, spoil(text));
    return db.execute(ada, call);
  });
  expect(told).toEqual({ ...first, replayed: true });
});

test("is not believed: the true outcome of another call", async () => {
  const calls = [debit(30n), debit(40n)] as const;
  const first = [await db.execute(ada, calls[0]), await db.execute(ada, calls[1])];
  const [one, two] = [...store.texts.keys()] as [string, string];
  const told = await cache.until("invalid", () => {
    const texts = [store.texts.get(one), store.texts.get(two)] as [string, string];
    store.texts.set(one, texts[1]).set(two, texts[0]);
    return Promise.all(calls.map((call) => db.execute(ada, call)));
  });
  expect(told).toEqual(first.map((answer) => ({ ...answer, replayed: true })));
});

test("is not believed: what was kept under another secret", async () => {
  const call = debit(30n);
  const first = await db.execute(ada, call);
  const [name] = only();
  const theirs = createMapStore();
  const other = connect({
    url: database.url,
    sessions: 1,
    tokenSecret: "another secret",
    replayStore: theirs,
  });
  await other.execute(ada, call);
  await other.close();
  const told = await cache.until("invalid", () => {
    store.texts.set(name, [...theirs.texts.values()][0] ?? "");
    return db.execute(ada, call);
  });
  expect(told).toEqual({ ...first, replayed: true });
});

test("is not believed: what was kept while the operations were in another file", async () => {
  const call = debit(30n);
  const first = await db.execute(ada, call);
  const [name, before] = only();
  // As after a restore into this database: the table is made anew.
  await sql.unsafe("vacuum full holdfast.operations");
  await db.execute(ada, debit(1n));
  const told = await cache.until("invalid", () => {
    store.texts.set(name, before);
    return db.execute(ada, call);
  });
  expect(told).toEqual({ ...first, replayed: true });
});

test.each<[string, () => Promise<never>]>([
  ["fails", () => Promise.reject(new Error("away"))],
  ["never answers", () => new Promise(() => {})],
])("a store that %s costs nothing but its help", async (_what, find) => {
  let asked = 0;
  const failing = connect({
    url: database.url,
    sessions: 1,
    tokenSecret,
    replayStore: {
      find() {
        asked++;
        return find();
      },
      keep: () => {},
    },
  });
  const call = debit(10n);
  const first = await failing.execute(ada, call);
  do expect(await failing.execute(ada, call)).toEqual({ ...first, replayed: true });
  while (asked === 0);
  await failing.close();
});

test("calls and outcomes that are very large are left to the database", async () => {
  const commands = Array.from({ length: 200 }, () => ({ kind: "debit", walletId, amount: "1000" }) as const);
  await db.execute(ada, { kind: "wallets.batch", idempotencyKey: newKey(), atomic: false, commands });
  expect(store.texts.size).toBe(0);
});

test("a store without a secret to sign with is refused", () => {
  expect(() => connect({ url: database.url, replayStore: store })).toThrow("tokenSecret");
});
