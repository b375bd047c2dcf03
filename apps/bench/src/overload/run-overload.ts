import { setTimeout as pause } from "node:timers/promises";
import postgres from "postgres";
import { Books } from "../books.ts";
import { readProcess } from "../counters.ts";
import type { Figures } from "../figures.ts";
import { type Process, startProcess } from "../http/processes.ts";
import { createToken, PAIR, type Side, startSide, stopSide } from "../http/side.ts";
import type { Outcome, RunOptions } from "../run-scenario.ts";
import { checkOpenFiles } from "../watchers/open-files.ts";
import { figuresOfArrivals, figuresOfPeak } from "./figures.ts";
import type { ArriveReport, CloseReport, OpenOrder, OverloadOrder, PeakReport } from "./orders.ts";

/** How many calls a request has: one, or as many as a busy client puts into one. */
const SHAPES = [1, 20] as const;
const CONNECTIONS = 2_000;
const DEADLINE_MS = 2_000;
/** Calls under way at a time while the peak is looked for. */
const CALLERS = [64, 128, 256, 512, 1_024];
const PEAK_SECONDS = 2;
const TIMES = 10;
/** Before and after: so much of the peak, for so long. */
const CALM = { share: 0.4, seconds: 5 };
const CALM_AGAIN_SECONDS = 12;
const LOOK_EVERY_MS = 250;

/**
 * The most that a server can do, then ten times as much at once: how much of it is done all the same, how soon the rest is
 * refused, what memory that takes, and how long it takes until nobody notices any more.
 */
export async function runOverload(options: RunOptions): Promise<Outcome[]> {
  await checkOpenFiles(CONNECTIONS);
  const outcomes: Outcome[] = [];
  for (const callsPerRequest of SHAPES) {
    const name = callsPerRequest === 1 ? "1 call" : `${callsPerRequest} calls`;
    if (options.contenders?.includes(name) ?? true)
      outcomes.push(...(await runShape(name, callsPerRequest, options)));
  }
  return outcomes;
}

/** What `--contender` can name. */
export const overloadContenders: readonly string[] = ["1 call", "20 calls"];

async function runShape(name: string, callsPerRequest: number, options: RunOptions): Promise<Outcome[]> {
  const { url, seconds, onProgress } = options;
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  const { secret, token } = await createToken();
  const side = await startSide({ served: "holdfast", client: "http" }, { admin, url, secret });
  const callers = startProcess("overload-process");
  const tell = <T>(order: OverloadOrder | { type: "close" }): Promise<T> => callers.ask<T>(order);
  try {
    const { wallets, server } = side;
    const connections = CONNECTIONS;
    const { port, pid } = server;
    const order: OpenOrder = {
      type: "open",
      ...{ port, token, wallets, connections, callsPerRequest, deadlineMs: DEADLINE_MS },
    };
    await tell(order);
    onProgress(`overload: the peak, ${name} a request`);
    const peak = await findPeak(tell, callsPerRequest);
    const calm = { requestsPerSecond: peak.requestsPerSecond * CALM.share, seconds: CALM.seconds };
    const flood = { requestsPerSecond: peak.requestsPerSecond * TIMES, seconds };
    onProgress(`overload: ten times the peak, ${name} a request, for ${seconds} s`);
    const memory = watchMemory(pid);
    const arrived = await tell<ArriveReport>({
      type: "arrive",
      phases: [calm, flood, { ...calm, seconds: CALM_AGAIN_SECONDS }],
    });
    const looks = await memory.stop();
    const closed = await tell<CloseReport>({ type: "close" });
    const wrong = await wrongOf(side, closed);
    const outcome = (contender: string, many: number, median: Figures): Outcome => ({
      scenario: "overload",
      contender: `${contender}, ${name}`,
      callers: many,
      median,
      rounds: [median],
      costs: undefined,
      wrong,
    });
    return [
      outcome("peak", peak.callers, figuresOfPeak(peak, callsPerRequest)),
      outcome("ten times", CONNECTIONS, figuresOfArrivals(arrived, looks, callsPerRequest)),
    ];
  } finally {
    await callers.end();
    await stopSide(side);
    await admin.end();
  }
}

async function findPeak(
  tell: <T>(order: OverloadOrder) => Promise<T>,
  callsPerRequest: number,
): Promise<PeakReport & { callers: number }> {
  let best: (PeakReport & { callers: number }) | undefined;
  for (const calls of CALLERS) {
    const callers = Math.max(1, Math.round(calls / callsPerRequest));
    // The first turn of each warms up what the second is measured with.
    await tell({ type: "peak", callers, seconds: PEAK_SECONDS / 4 });
    const found = await tell<PeakReport>({ type: "peak", callers, seconds: PEAK_SECONDS });
    if (best === undefined || found.requestsPerSecond > best.requestsPerSecond) best = { ...found, callers };
  }
  if (best === undefined) throw new RangeError("nobody called");
  return best;
}

/** Resident memory, look by look. */
function watchMemory(pid: Process["pid"]): { stop(): Promise<readonly number[]> } {
  let stopped = false;
  const looks = (async () => {
    const seen: number[] = [];
    while (!stopped) {
      const { residentBytes } = await readProcess(pid);
      if (residentBytes !== undefined) seen.push(residentBytes);
      await pause(LOOK_EVERY_MS);
    }
    return seen;
  })();
  return {
    stop() {
      stopped = true;
      return looks;
    },
  };
}

async function wrongOf({ ledger }: Side, { acknowledged, statuses }: CloseReport): Promise<string[]> {
  if (ledger === undefined) return [];
  const books = new Books(PAIR);
  for (const [from, count] of acknowledged.entries()) books.moved(from, 1 - from, count);
  // Whoever was told neither yes nor no may have been served: then the books of the callers are not the last word.
  const unknown = Object.keys(statuses).filter((status) => status !== "200" && status !== "503");
  const state = await ledger.state();
  if (unknown.length === 0) return books.differences(state, 0);
  return state.operations >= books.commands ? [] : [`${books.commands - state.operations} calls were lost`];
}
