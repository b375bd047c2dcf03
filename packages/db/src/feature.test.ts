import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type Db, execute, type Feature, HoldfastError, holdfastFeatures, verify } from "./index.ts";
import { withBlocker } from "./testing/blocker.ts";
import { ada, bob, countOutcomes, holdings, newKey, openWallet, settle, shop } from "./testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "./testing/index.ts";
import { STOCK_TABLE, stockFeature } from "./testing/stock-feature.ts";

/** A feature of an application's own gets locks, replay, batching and joining from the write path. */

let database: TestDatabase;
let sql: postgres.Sql;
let servers: readonly [Db, Db];

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 4 });
  await sql.unsafe(STOCK_TABLE);
  const options = {
    url: database.url,
    sessions: 4,
    features: [...holdfastFeatures, stockFeature as Feature],
  };
  servers = [connect(options), connect(options)];
});
afterAll(async () => {
  expect(await verify({ url: database.url })).toEqual([]);
  for (const db of servers) await db.close();
  await sql.end();
  await database.close();
});

const range = (length: number) => Array.from({ length }, (_, at) => at);
const server = (at: number) => servers[at % 2] ?? servers[0];

async function shelve(quantity: number, tenantId = 1): Promise<string> {
  const sku = newKey("sku");
  await sql`insert into public.stock (tenant_id, sku, quantity) values (${tenantId}, ${sku}, ${quantity})`;
  return sku;
}
async function shelf(sku: string): Promise<{ quantity: string; version: string } | undefined> {
  const [row] = await sql<{ quantity: string; version: string }[]>`
    select quantity, version from public.stock where sku = ${sku}`;
  return row;
}
function take(sku: string, quantity = 1, idempotencyKey = newKey()) {
  return { kind: "stock.take", idempotencyKey, sku, quantity } as const;
}

describe("a stock counter", () => {
  test("200 takes of one on 100 in stock, from two servers: exactly 100 pass, each from another count", async () => {
    const sku = await shelve(100);
    // Twenty callers, one take after the other, so that the servers' batches are small and meet often.
    const callers = range(20).map(async (at) => {
      const settled = [];
      for (const _ of range(10)) settled.push(await settle(server(at).execute(ada, take(sku))));
      return settled;
    });
    const settled = (await Promise.all(callers)).flat();
    expect(countOutcomes(settled)).toEqual({ ok: 100, OUT_OF_STOCK: 100 });
    expect(settled.find((one) => !one.ok)).toMatchObject({
      details: { inStock: 0, asked: 1 },
      replayed: false,
    });
    const counts = settled.flatMap((one) => (one.ok ? [Number(one.answer["inStock"])] : []));
    expect(counts.toSorted((a, b) => a - b)).toEqual(range(100));
    expect(await shelf(sku)).toEqual({ quantity: "0", version: "100" });
  });

  test("refuses with its own error, as any of the table's", async () => {
    const sku = await shelve(1);
    const refused = await servers[0].execute(ada, take(sku, 2)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(HoldfastError);
    expect(refused).toMatchObject({ code: "OUT_OF_STOCK", status: 409, retry: "new-key" });
    expect(String(refused)).toContain("too little in stock");
  });

  test("replays successes and refusals, on either server", async () => {
    const sku = await shelve(5);
    const [two, nine] = [take(sku, 2), take(sku, 9)];
    const first = await servers[0].execute(ada, two);
    expect(first).toMatchObject({ sku, inStock: 3, replayed: false });
    const refused = await settle(servers[0].execute(ada, nine));
    await servers[1].execute(ada, { ...take(sku, 90), kind: "stock.put" });
    expect(await servers[1].execute(ada, two)).toEqual({ ...first, replayed: true });
    expect(await settle(servers[1].execute(ada, nine))).toEqual({ ...refused, replayed: true });
    expect(await settle(servers[1].execute(ada, { ...two, quantity: 3 }))).toMatchObject({
      ...{ code: "IDEMPOTENCY_KEY_REUSED", details: { fields: ["quantity"] } },
    });
    expect(await shelf(sku)).toEqual({ quantity: "93", version: "2" });
  });

  test("one key from many callers on two servers takes once", async () => {
    const sku = await shelve(100);
    const once = take(sku, 7);
    const answers = await Promise.all(range(100).map((at) => server(at).execute(ada, once)));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await shelf(sku)).toEqual({ quantity: "93", version: "1" });
  });

  test("stays within its tenant", async () => {
    const sku = await shelve(5, 2);
    expect(await settle(servers[0].execute(ada, take(sku)))).toMatchObject({
      ...{ code: "NOT_FOUND", details: { what: "sku" } },
    });
    expect(await servers[0].execute({ ...ada, tenantId: 2 }, take(sku))).toMatchObject({ inStock: 4 });
  });

  test("shares its batches with wallets, and a stuck shelf delays only who needs it", async () => {
    const [stuck, free] = await Promise.all([shelve(5), shelve(50)]);
    const walletId = await openWallet(servers[0], 50n);
    const waiting = await withBlocker(database.url, async (blocker) => {
      await blocker.run("select sku from public.stock where sku = $1 for update", [stuck]);
      const taking = settle(servers[0].execute(ada, take(stuck)));
      await Promise.all(
        range(40).map((at) => {
          const debit = { kind: "wallets.debit", idempotencyKey: newKey(), walletId, amount: 1n } as const;
          return servers[0].execute<typeof debit | ReturnType<typeof take>>(
            ada,
            at % 2 === 0 ? debit : take(free),
          );
        }),
      );
      expect(await shelf(stuck)).toEqual({ quantity: "5", version: "0" });
      return { taking };
    });
    expect(await waiting.taking).toMatchObject({ ok: true, answer: { inStock: 4 } });
    expect((await holdings(database.url)).wallet(walletId).balance).toBe(30n);
  });

  test("joins a transaction of the application's", async () => {
    const sku = await shelve(5);
    const { registry } = servers[0];
    await sql.begin(async (tx) => {
      await tx`insert into public.stock (tenant_id, sku, quantity) values (1, ${`${sku}-new`}, 3)`;
      const taken = await execute(tx, ada, [take(sku, 5), take(`${sku}-new`, 4)], { registry });
      expect(taken.map((one) => (one.ok ? "ok" : one.error.code))).toEqual(["ok", "OUT_OF_STOCK"]);
    });
    expect(await shelf(sku)).toMatchObject({ quantity: "0" });
  });
});

describe("a purchase: stock and credit in one transaction", () => {
  const buy = (sku: string, walletId: string, quantity = 1, idempotencyKey = newKey()) => {
    return { kind: "stock.buy", idempotencyKey, sku, quantity, walletId, price: "10" } as const;
  };

  test("takes both or neither", async () => {
    const sku = await shelve(3);
    const walletId = await openWallet(servers[0], 45n);
    expect(await servers[0].execute(ada, buy(sku, walletId, 2))).toMatchObject({ inStock: 1, paid: "20" });
    const refusals = [
      [ada, buy(sku, walletId, 2), "OUT_OF_STOCK"],
      [bob, buy(sku, walletId, 1), "NOT_FOUND"],
      [
        ada,
        buy(
          sku,
          walletId.replace(/.$/, (last) => (last === "0" ? "1" : "0")),
          1,
        ),
        "NOT_FOUND",
      ],
    ] as const;
    for (const [by, command, code] of refusals) {
      expect(await settle(servers[1].execute(by, command))).toMatchObject({ code });
    }
    await servers[1].execute(ada, { ...take(sku, 100), kind: "stock.put" });
    expect(await settle(servers[0].execute(ada, buy(sku, walletId, 3)))).toMatchObject({
      ...{ code: "INSUFFICIENT_FUNDS", details: { available: "25", required: "30", shortfall: "5" } },
    });
    expect(await shelf(sku)).toEqual({ quantity: "101", version: "2" });
    expect((await holdings(database.url)).amounts(walletId)).toEqual([45n, -20n]);
  });

  test("many of them from two servers sell no more than there is, to no one who can't pay", async () => {
    const skus = await Promise.all([shelve(30), shelve(10)]);
    const wallets = await Promise.all(range(4).map(() => openWallet(servers[0], 150n)));
    const settled = await Promise.all(
      range(200).map((at) => {
        const [sku = "", walletId = ""] = [skus[at % 2], wallets[at % 4]];
        return settle(server(Math.floor(at / 4)).execute(at % 3 === 0 ? shop : ada, buy(sku, walletId)));
      }),
    );
    const {
      ok = 0,
      OUT_OF_STOCK: out = 0,
      INSUFFICIENT_FUNDS: short = 0,
      ...others
    } = countOutcomes(settled);
    expect(others).toEqual({});
    expect(ok + out + short).toBe(200);
    const after = await holdings(database.url);
    const spent = wallets.reduce((sum, id) => sum + 150n - after.wallet(id).balance, 0n);
    expect(spent).toBe(BigInt(ok) * 10n);
    const [first, second] = await Promise.all(skus.map(shelf));
    expect([first?.version, second?.version]).toEqual(["30", "10"]);
    expect([first?.quantity, second?.quantity, ok]).toEqual(["0", "0", 40]);
  });

  test("is replayed whole", async () => {
    const sku = await shelve(3);
    const walletId = await openWallet(servers[0], 45n);
    const once = buy(sku, walletId, 3);
    const first = await servers[0].execute(ada, once);
    expect(await servers[1].execute(ada, once)).toEqual({ ...first, replayed: true });
    expect((await holdings(database.url)).amounts(walletId)).toEqual([45n, -30n]);
  });
});
