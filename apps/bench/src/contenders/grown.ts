import { connect } from "@holdfast/db";
import postgres from "postgres";
import type { Contender, World } from "./contender.ts";
import { insertHistory, numberWallets } from "./history.ts";
import { setUpHoldfast } from "./holdfast.ts";

/** Operations of one statement. */
const AT_ONCE = 100_000;

/** Holdfast on a database that has served nobody, by a server that has just been started. */
export const empty: Contender = {
  name: "empty",
  description: "holdfast, nothing in its tables",
  setUp: (world) =>
    setUpHoldfast(
      world,
      (url) => connect({ url }),
      async () => {},
    ),
};

/** Holdfast on a database that has served so many operations before, by a server that has just been started. */
export function grown(
  operations: number,
  keys: "ordered" | "random",
  onProgress: (message: string) => void,
): Contender {
  return {
    name: keys === "ordered" ? "grown" : "grown-random-keys",
    description: `holdfast with ${operations.toLocaleString("en-US")} operations in its tables`,
    setUp: (world) =>
      setUpHoldfast(
        world,
        (url) => connect({ url }),
        () => grow(world, operations, keys, onProgress),
      ),
  };
}

async function grow(
  { url, wallets, balance }: World,
  operations: number,
  keys: "ordered" | "random",
  onProgress: (message: string) => void,
): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await numberWallets(sql);
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
  await sql.end();
}
