import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type Db } from "../connect.ts";
import { ada, bob, countOutcomes, holdings, newKey, openWallet, settle, shop } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { verify } from "../verify.ts";

/** Races between two servers: each has coalescer and sessions of its own, so only the locks keep them apart. */

let database: TestDatabase;
let servers: readonly [Db, Db];
const DEADLINE = { deadlineMs: 25_000 };

beforeAll(async () => {
  database = await createTestDatabase();
  servers = [connect({ url: database.url, sessions: 4 }), connect({ url: database.url, sessions: 4 })];
});
afterAll(async () => {
  for (const db of servers) await db.close();
  await database.close();
});

/** Alternates between the servers. */
function server(at: number): Db {
  return servers[at % 2] ?? servers[0];
}

const range = (length: number) => Array.from({ length }, (_, at) => at);

/**
 * `callers` at once, half of them at each server, each making `each` calls one after the other: so the batches stay
 * small and the servers meet hundreds of times, where calls sent all together would make two batches that meet once.
 */
async function race<T>(callers: number, each: number, call: (db: Db, at: number) => Promise<T>) {
  const racing = range(callers).map(async (caller) => {
    const settled = [];
    for (const turn of range(each)) settled.push(await settle(call(server(caller), caller * each + turn)));
    return settled;
  });
  return (await Promise.all(racing)).flat();
}

function boost(fromWalletId: string, toWalletId: string, amount: bigint, idempotencyKey = newKey()) {
  return { kind: "wallets.boost", idempotencyKey, fromWalletId, toWalletId, amount } as const;
}

describe("two boosts of 50 on 75", () => {
  test("one passes, one is refused, and one entry says so; 100 rounds on two servers", async () => {
    const toWalletId = await openWallet(servers[0], 0n, { ownerId: "bob" });
    const purses = await Promise.all(range(100).map((at) => openWallet(server(at), 75n)));
    for (const purse of purses) {
      const settled = await Promise.all(
        servers.map((db) => settle(db.execute(ada, boost(purse, toWalletId, 50n)))),
      );
      expect(countOutcomes(settled)).toEqual({ ok: 1, INSUFFICIENT_FUNDS: 1 });
      expect(settled.find((one) => !one.ok)).toMatchObject({
        details: { available: "25", required: "50", shortfall: "25" },
        replayed: false,
      });
      expect(settled.find((one) => one.ok)).toMatchObject({ answer: { walletId: purse, balance: "25" } });
    }
    const after = await holdings(database.url);
    for (const purse of purses) {
      expect(after.amounts(purse)).toEqual([75n, -50n]);
      expect(after.wallet(purse)).toEqual({ balance: 25n, held: 0n, version: 2n });
    }
    expect(after.wallet(toWalletId)).toEqual({ balance: 5_000n, held: 0n, version: 100n });
  });
});

test("500 transfers each way, holds, captures and releases at once: all are answered and credit adds up", async () => {
  const [a, b] = await Promise.all([
    openWallet(servers[0], 300n),
    openWallet(servers[1], 300n, { ownerId: "bob" }),
  ]);
  const side = (at: number) => (at % 2 === 0 ? ([ada, a, b] as const) : ([bob, b, a] as const));
  const transfers = race(40, 25, (db, at) => {
    const [by, from, to] = side(at);
    return db.execute(by, boost(from, to, BigInt((at % 7) + 1)), DEADLINE);
  });
  const held = race(10, 20, async (db, at) => {
    const [by, walletId, toWalletId] = side(at);
    const hold = { idempotencyKey: newKey(), walletId, amount: 6n, expiresInSeconds: 600 };
    const { holdId } = await db.execute(by, { kind: "wallets.hold", ...hold }, DEADLINE);
    const end =
      at % 3 === 0
        ? ({ kind: "wallets.release", idempotencyKey: newKey(), holdId } as const)
        : ({ kind: "wallets.capture", idempotencyKey: newKey(), holdId, amount: 4n, toWalletId } as const);
    // The other server, so that the wallet must be found through the hold's row.
    return (db === servers[0] ? servers[1] : servers[0]).execute<typeof end>(by, end, DEADLINE);
  });
  // One snapshot: what is half way through is not there yet.
  for (const _ of range(3)) expect(await verify({ url: database.url })).toEqual([]);
  const settled = [...(await transfers), ...(await held)];
  const { ok = 0, INSUFFICIENT_FUNDS: short = 0, ...others } = countOutcomes(settled);
  expect(others).toEqual({});
  expect(ok + short).toBe(1_200);
  expect(ok).toBeGreaterThan(300);

  const after = await holdings(database.url);
  expect(after.wallet(a).balance + after.wallet(b).balance).toBe(600n);
  expect([after.wallet(a).held, after.wallet(b).held]).toEqual([0n, 0n]);
  for (const id of [a, b]) {
    const { balance, version } = after.wallet(id);
    const amounts = after.amounts(id);
    expect(amounts.reduce((sum, amount) => sum + amount, 0n)).toBe(balance);
    expect(version).toBe(BigInt(amounts.length));
  }
});

describe("one key", () => {
  test("a thousand calls on two servers: one effect, equal answers, 999 replays", async () => {
    const walletId = await openWallet(servers[0], 1_000n);
    const idempotencyKey = newKey("storm");
    const command = { kind: "wallets.debit", idempotencyKey, walletId, amount: 7n } as const;
    const answers = await Promise.all(range(1_000).map((at) => server(at).execute(ada, command, DEADLINE)));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    const texts = new Set(answers.map(({ replayed: _, ...answer }) => JSON.stringify(answer)));
    expect(texts.size).toBe(1);
    expect(answers[0]).toMatchObject({ walletId, balance: "993", version: "2" });
    const after = await holdings(database.url);
    expect(after.amounts(walletId)).toEqual([1_000n, -7n]);
    expect(after.kindsUnder(idempotencyKey)).toEqual(["wallets.debit"]);
  });

  test("a command that locks nothing is executed once too", async () => {
    const idempotencyKey = newKey("open");
    const command = { kind: "wallets.open", idempotencyKey, currency: "sat" } as const;
    const answers = await Promise.all(range(200).map((at) => server(at).execute(ada, command, DEADLINE)));
    expect(new Set(answers.map(({ walletId }) => walletId)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  });

  test("with two amounts at once: one is executed, and who sent the other is told so", async () => {
    for (const round of range(20)) {
      const walletId = await openWallet(server(round), 100n);
      const idempotencyKey = newKey("contested");
      const settled = await Promise.all(
        servers.map((db, at) => {
          const amount = BigInt(at + 1);
          return settle(db.execute(ada, { kind: "wallets.debit", idempotencyKey, walletId, amount }));
        }),
      );
      expect(countOutcomes(settled)).toEqual({ ok: 1, IDEMPOTENCY_KEY_REUSED: 1 });
      expect(settled.find((one) => !one.ok)).toMatchObject({ details: { fields: ["amount"] } });
      expect((await holdings(database.url)).amounts(walletId)).toHaveLength(2);
    }
  });
});

describe("one hold", () => {
  const place = async (amount: bigint) => {
    const walletId = await openWallet(servers[0], amount);
    const hold = { idempotencyKey: newKey(), walletId, amount, expiresInSeconds: 600 };
    const { holdId } = await servers[1].execute(ada, { kind: "wallets.hold", ...hold });
    return { walletId, holdId };
  };

  test("captures of 3 on 100 from two servers: 33 pass, and one unit is left", async () => {
    const { walletId, holdId } = await place(100n);
    const settled = await race(12, 5, (db) => {
      const amount = { amount: 3n, final: false } as const;
      return db.execute(
        ada,
        { kind: "wallets.capture", idempotencyKey: newKey(), holdId, ...amount },
        DEADLINE,
      );
    });
    expect(countOutcomes(settled)).toEqual({ ok: 33, HOLD_EXCEEDED: 27 });
    const after = await holdings(database.url);
    expect(after.wallet(walletId)).toEqual({ balance: 1n, held: 1n, version: 35n });
    expect(after.holds.get(holdId)).toEqual({ status: "partially_captured", amount: 100n, captured: 99n });
  });

  test("captured on one server and released on the other: one wins, the other hears who", async () => {
    for (const _ of range(30)) {
      const { walletId, holdId } = await place(10n);
      const [captured, released] = await Promise.all([
        settle(servers[0].execute(ada, { kind: "wallets.capture", idempotencyKey: newKey(), holdId })),
        settle(servers[1].execute(shop, { kind: "wallets.release", idempotencyKey: newKey(), holdId })),
      ]);
      expect(countOutcomes([captured, released])).toEqual({ ok: 1, HOLD_CLOSED: 1 });
      const { balance, held } = (await holdings(database.url)).wallet(walletId);
      expect([balance, held]).toEqual([captured.ok ? 0n : 10n, 0n]);
    }
  });
});

test("what all this left behind is sound", async () => {
  expect(await verify({ url: database.url })).toEqual([]);
});
