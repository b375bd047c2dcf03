import { verify } from "@holdfast/db";
import { createTestDatabase } from "@holdfast/db/testing";
import postgres from "postgres";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Ledger } from "./contender.ts";
import { insertHistory, numberWallets } from "./history.ts";
import { holdfast } from "./holdfast.ts";

const WALLETS = 5;
const BALANCE = 1_000;

let url: string;
let ledger: Ledger;
let close: () => Promise<void>;
beforeEach(async () => {
  const database = await createTestDatabase();
  url = database.url;
  ledger = await holdfast.setUp({ url, wallets: WALLETS, tenants: 1, balance: BALANCE });
  close = async () => {
    await ledger.close();
    await database.close();
  };
});
afterEach(() => close());

test.each(["ordered", "random"] as const)(
  "a made-up history with %s keys can't be told from one of the write path, and the write path goes on from it",
  async (keys) => {
    const before = await ledger.state();
    const sql = postgres(url, { max: 1 });
    await numberWallets(sql);
    const stretch = { wallets: WALLETS, balance: BALANCE, cycles: 2, keys };
    await insertHistory(sql, { ...stretch, firstCycle: 0 });
    await insertHistory(sql, { ...stretch, firstCycle: 2 });
    await sql.end();
    const after = await ledger.state();
    expect(after.balances).toEqual(before.balances);
    expect(after.operations - before.operations).toBe(4 * WALLETS);
    expect(after.entries - before.entries).toBe(8 * WALLETS);
    expect(await verify({ url })).toEqual([]);
    await ledger.transfer(0, 1, `there-${keys}`);
    expect(await verify({ url })).toEqual([]);
  },
);
