import postgres from "postgres";
import type { Contender, World } from "./contender.ts";
import { insertHistory, numberWallets } from "./history.ts";
import { holdfast } from "./holdfast.ts";

/** Operations of one statement. */
const AT_ONCE = 100_000;

/** Holdfast on a database that has served so many operations before. */
export function grown(
  operations: number,
  keys: "ordered" | "random",
  onProgress: (message: string) => void,
): Contender {
  return {
    name: keys === "ordered" ? "grown" : "grown-random-keys",
    description: `holdfast with ${operations.toLocaleString("en-US")} operations in its tables`,

    async setUp(world: World) {
      const ledger = await holdfast.setUp(world);
      const sql = postgres(world.url, { max: 1, onnotice: () => {} });
      await numberWallets(sql);
      const { wallets, balance } = world;
      const cycles = Math.ceil(operations / wallets);
      const step = Math.max(1, Math.floor(AT_ONCE / wallets));
      for (let firstCycle = 0; firstCycle < cycles; firstCycle += step) {
        onProgress(`grown: ${(firstCycle * wallets).toLocaleString("en-US")} operations of the past`);
        const stretch = { wallets, balance, firstCycle, cycles: Math.min(step, cycles - firstCycle), keys };
        await insertHistory(sql, stretch);
      }
      // What grew over months has been vacuumed on the way.
      onProgress("grown: vacuum");
      await sql.unsafe("vacuum (analyze) holdfast.operations, holdfast.entries, holdfast.wallets");
      const past = cycles * wallets;
      return {
        ...ledger,
        async state() {
          const { balances, operations: all, entries } = await ledger.state();
          return { balances, operations: all - past, entries: entries - 2 * past };
        },
        async close() {
          await sql.end();
          await ledger.close();
        },
      };
    },
  };
}

/** Holdfast on a database that has served nobody. */
export const empty: Contender = {
  ...holdfast,
  name: "empty",
  description: "holdfast, nothing in its tables",
};
