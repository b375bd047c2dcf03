import { verify } from "@holdfast/db";
import { createTestDatabase } from "@holdfast/db/testing";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Ledger } from "./contender.ts";
import { insertHistory, numberWallets } from "./history.ts";
import { holdfast } from "./holdfast.ts";

const WALLETS = 5;
const BALANCE = 1_000;

let url: string;
let ledger: Ledger;
let close: () => Promise<void>;
beforeAll(async () => {
  const database = await createTestDatabase();
  url = database.url;
  ledger = await holdfast.setUp({ url, wallets: WALLETS, tenants: 1, balance: BALANCE });
  close = async () => {
    await ledger.close();
    await database.close();
  };
});
afterAll(() => close());

test.each(["ordered", "random"] as const)(
  "a made-up history with %s keys can't be told from one of the write path, and the write path goes on from it",
  async (keys) => {
    const before = await ledger.state();
    const [{ version } = { version: 0 }] = await rows<{ version: number }>(
      "select version::int as version from holdfast.wallets limit 1",
    );
    const sql = postgres(url, { max: 1 });
    await numberWallets(sql);
    const firstCycle = (version - 1) / 2;
    await insertHistory(sql, { wallets: WALLETS, balance: BALANCE, firstCycle, cycles: 3, keys });
    await sql.end();
    const after = await ledger.state();
    expect(after.balances).toEqual(before.balances);
    expect(after.operations - before.operations).toBe(3 * WALLETS);
    expect(after.entries - before.entries).toBe(6 * WALLETS);
    expect(await verify({ url })).toEqual([]);
    await ledger.transfer(0, 1, `there-${keys}`);
    await ledger.transfer(1, 0, `back-${keys}`);
    for (let wallet = 2; wallet < WALLETS; wallet++) {
      await ledger.transfer(wallet, 0, `there-${keys}-${wallet}`);
      await ledger.transfer(0, wallet, `back-${keys}-${wallet}`);
    }
    expect(await verify({ url })).toEqual([]);
  },
);

async function rows<T extends object>(text: string): Promise<T[]> {
  const sql = postgres(url, { max: 1 });
  try {
    return await sql.unsafe<T[]>(text);
  } finally {
    await sql.end();
  }
}
