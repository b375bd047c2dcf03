import { setTimeout as pause } from "node:timers/promises";
import postgres from "postgres";
import { Books } from "../books.ts";
import { readProcess } from "../counters.ts";
import { figuresOf } from "../figures.ts";
import type { Outcome, RunOptions } from "../run-scenario.ts";
import { runCallers } from "./processes.ts";
import { createToken, PAIR, startSide, stopSide } from "./side.ts";

const EARLY_CALLS = 100_000;
const CALLERS = 64;
const LOOKS = 10;

/** The server's memory after 100,000 calls and after `memoryCalls` of the same process. */
export async function runMemory(options: RunOptions): Promise<Outcome[]> {
  const { url, memoryCalls, callers = CALLERS, onProgress } = options;
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  const { secret, token } = await createToken();
  const side = await startSide({ served: "holdfast", client: "http" }, { admin, url, secret });
  const books = new Books(PAIR);
  const outcomes: Outcome[] = [];
  try {
    let before = 0;
    for (const calls of [EARLY_CALLS, memoryCalls]) {
      onProgress(`memory: up to ${calls.toLocaleString("en-US")} calls`);
      const { client, wallets, server } = side;
      const { port, pid } = server;
      const mostOperations = calls - before;
      const order = {
        client,
        port,
        token,
        wallets,
        callers,
        mostOperations,
        seconds: 3_600,
        warmUpSeconds: 0,
      };
      const load = await runCallers(order);
      before = calls;
      for (const [from, count] of load.acknowledged.entries()) books.moved(from, 1 - from, count);
      const figures = {
        ...figuresOf({ ...load, latenciesMs: Float64Array.from(load.latenciesMs) }),
        serverMemoryBytes: await residentBytes(pid),
      };
      const contender = `${calls.toLocaleString("en-US")} calls`;
      outcomes.push({
        scenario: "memory",
        contender,
        callers,
        median: figures,
        rounds: [figures],
        costs: undefined,
        wrong: [],
      });
    }
    const wrong = side.ledger === undefined ? [] : books.differences(await side.ledger.state(), 0);
    return outcomes.map((outcome) => ({ ...outcome, wrong }));
  } finally {
    await stopSide(side);
    await admin.end();
  }
}

/** The least of some looks: what the collector has not come round to is not held. */
async function residentBytes(pid: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < LOOKS; look++) {
    await pause(500);
    const { residentBytes: now = Number.NaN } = await readProcess(pid);
    least = Math.min(least, now);
  }
  return least;
}
