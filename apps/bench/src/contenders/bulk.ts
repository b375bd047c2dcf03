import postgres from "postgres";
import type { Contender, Ledger, World } from "./contender.ts";
import { insertHistory, numberWallets } from "./history.ts";
import { holdfast } from "./holdfast.ts";

/** Transfers of one statement: enough that what it costs once is a hundredth of it, and few enough that a turn counts many. */
const MANY = 4_000;

/**
 * The bound: what one backend can insert of the very rows that Holdfast writes, into the same tables with the same
 * indexes, made up by Postgres itself. Nobody is answered, nothing is looked up, and nothing could be refused.
 */
export const bulk: Contender = {
  name: "bulk",
  description: "the bound: Holdfast's rows by INSERT … SELECT from generate_series, one backend, no callers",

  async setUp(world: World): Promise<Ledger> {
    const ledger = await holdfast.setUp({ ...world, tenants: 1 });
    const sql = postgres(world.url, { max: 1, onnotice: () => {} });
    await numberWallets(sql);
    const { wallets, balance } = world;
    const cycles = Math.ceil(MANY / wallets);
    let done = 0;
    return {
      ...ledger,
      async transferMany() {
        await insertHistory(sql, { wallets, balance, firstCycle: done, cycles, keys: "ordered" });
        done += cycles;
        return cycles * wallets;
      },
      async close() {
        await sql.end();
        await ledger.close();
      },
    };
  },
};
