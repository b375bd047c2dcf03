import { setTimeout as pause } from "node:timers/promises";
import { HOW_TO_INSTALL_HAPROXY, haproxyIsInstalled, startHaproxy } from "@holdfast/server/testing";
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

interface Load {
  readonly name: string;
  /** One call a request, or as many as a busy client puts into one. */
  readonly callsPerRequest: number;
  /** Whether HAProxy, configured as in docs/haproxy.cfg, stands before the server. */
  readonly behindHaproxy: boolean;
}

const LOADS: readonly Load[] = [
  { name: "1 call", callsPerRequest: 1, behindHaproxy: false },
  { name: "20 calls", callsPerRequest: 20, behindHaproxy: false },
  { name: "1 call behind HAProxy", callsPerRequest: 1, behindHaproxy: true },
  { name: "20 calls behind HAProxy", callsPerRequest: 20, behindHaproxy: true },
];

const CONNECTIONS = 2_000;
const DEADLINE_MS = 2_000;
/** Calls under way at a time while the peak is looked for. */
const CALLERS = [64, 128, 256, 512, 1_024];
const SEARCH_SECONDS = 2;
/** The best of several short looks is a lucky one: what counts is measured with as many callers, so long before and so long after. */
const PEAK_SECONDS = 10;
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
  for (const load of LOADS) {
    if (options.contenders?.includes(load.name) === false) continue;
    if (load.behindHaproxy && !haproxyIsInstalled())
      options.onProgress(`overload: ${load.name} is left out. ${HOW_TO_INSTALL_HAPROXY}`);
    else outcomes.push(...(await runLoad(load, options)));
  }
  return outcomes;
}

/** What `--contender` can name. */
export const overloadContenders: readonly string[] = LOADS.map(({ name }) => name);

async function runLoad(
  { name, callsPerRequest, behindHaproxy }: Load,
  options: RunOptions,
): Promise<Outcome[]> {
  const { url, seconds, onProgress } = options;
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  const { secret, token } = await createToken();
  const side = await startSide({ served: "holdfast", client: "http" }, { admin, url, secret });
  const callers = startProcess("overload-process");
  const tell = <T>(order: OverloadOrder | { type: "close" }): Promise<T> => callers.ask<T>(order);
  const haproxy = behindHaproxy ? await startHaproxy(side) : undefined;
  try {
    const { wallets, server } = side;
    const connections = CONNECTIONS;
    const { port } = haproxy ?? server;
    const order: OpenOrder = {
      type: "open",
      ...{ port, token, wallets, connections, callsPerRequest, deadlineMs: DEADLINE_MS },
    };
    await tell(order);
    onProgress(`overload: the peak, ${name}`);
    const peak = await findPeak(tell, callsPerRequest);
    const calm = { requestsPerSecond: peak.requestsPerSecond * CALM.share, seconds: CALM.seconds };
    const flood = { requestsPerSecond: peak.requestsPerSecond * TIMES, seconds };
    onProgress(`overload: ten times the peak, ${name}, for ${seconds} s`);
    const memory = watchMemory(server.pid);
    const arrived = await tell<ArriveReport>({
      type: "arrive",
      phases: [calm, flood, { ...calm, seconds: CALM_AGAIN_SECONDS }],
    });
    const looks = await memory.stop();
    onProgress(`overload: the peak again, ${name}`);
    const after = await measurePeak(tell, peak.callers, PEAK_SECONDS);
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
      outcome("peak", peak.callers, figuresOfPeak([peak, after], callsPerRequest)),
      outcome("ten times", CONNECTIONS, figuresOfArrivals(arrived, looks, callsPerRequest)),
    ];
  } finally {
    await callers.end();
    await haproxy?.close();
    await stopSide(side);
    await admin.end();
  }
}

function measurePeak(
  tell: <T>(order: OverloadOrder) => Promise<T>,
  callers: number,
  seconds: number,
): Promise<PeakReport> {
  return tell({ type: "peak", callers, seconds });
}

async function findPeak(
  tell: <T>(order: OverloadOrder) => Promise<T>,
  callsPerRequest: number,
): Promise<PeakReport & { callers: number }> {
  let best = { callers: 0, requestsPerSecond: 0 };
  for (const calls of CALLERS) {
    const callers = Math.max(1, Math.round(calls / callsPerRequest));
    // The first turn of each warms up what the second is measured with.
    await measurePeak(tell, callers, SEARCH_SECONDS / 4);
    const { requestsPerSecond } = await measurePeak(tell, callers, SEARCH_SECONDS);
    if (requestsPerSecond > best.requestsPerSecond) best = { callers, requestsPerSecond };
  }
  return { ...(await measurePeak(tell, best.callers, PEAK_SECONDS)), callers: best.callers };
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
