import type { Counters } from "./counters.ts";
import { type LoadResult, percentile } from "./load.ts";

/** What one turn of one contender came to. */
export interface Figures {
  readonly operationsPerSecond: number;
  /** Undefined for `bulk`: nobody waits for one of its transfers. */
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly p999Ms: number | undefined;
  /** Microseconds of CPU an operation: Postgres' processes, and the process of the callers. */
  readonly postgresCpuUs: number | undefined;
  readonly nodeCpuUs: number | undefined;
  readonly walBytes: number | undefined;
  /** Resident, not an operation's; of `memory` and `watchers`. */
  readonly serverMemoryBytes?: number;
  /** Of seats: successful holds, all attempts to get one, purchases, and holds given back once the house is full. */
  readonly reservationsPerSecond?: number;
  readonly attemptsPerSecond?: number;
  readonly salesPerSecond?: number | undefined;
  readonly releasesPerSecond?: number | undefined;
  /** Until the last seat was sold; undefined when some were left. */
  readonly soldOutSeconds?: number | undefined;
  /** Of reservations for two people or more, how many sit side by side. */
  readonly adjacentPercent?: number | undefined;
  /** Of `watchers`: what all of them together were told, and what the server asked the database for meanwhile. */
  readonly maxMs?: number;
  readonly eventsPerSecond?: number;
  readonly bytesAnEvent?: number;
  readonly queriesPerSecond?: number;
  /** Of `overload`: what was due, what found a connection, and what was neither done nor refused. */
  readonly offeredPerSecond?: number;
  readonly sentPerSecond?: number;
  readonly refusedPerSecond?: number;
  readonly failedPerSecond?: number;
  /** From when a call was due. */
  readonly refusalP50Ms?: number;
  readonly refusalP99Ms?: number | undefined;
  /** From the end of the load until latencies are what they were before it. */
  readonly normalAgainSeconds?: number;
  /** How late the callers' process was itself. */
  readonly lagP99Ms?: number;
  /** The most at the end of the load over the most at its beginning. */
  readonly memoryGrowth?: number;
  /** Of one core. */
  readonly serverCpuPercent?: number | undefined;
}

/** What does not depend on the machine's mood, counted once, an operation. */
export interface Costs {
  readonly roundTrips: number | undefined;
  readonly statements: number | undefined;
  readonly tableBytes: number;
  readonly indexBytes: number;
}

export function figuresOf(load: LoadResult, before?: Counters, after?: Counters): Figures {
  const { operations, seconds, latenciesMs } = load;
  const each = (used: (counters: Counters) => number | undefined): number | undefined => {
    const from = before && used(before);
    const to = after && used(after);
    return from === undefined || to === undefined ? undefined : (to - from) / operations;
  };
  const micro = (ms: number | undefined) => (ms === undefined ? undefined : ms * 1_000);
  return {
    operationsPerSecond: operations / seconds,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    p999Ms: percentile(latenciesMs, 0.999),
    postgresCpuUs: micro(each((counters) => counters.postgresCpuMs)),
    nodeCpuUs: micro(each((counters) => counters.nodeCpuMs)),
    walBytes: each((counters) => counters.walBytes),
  };
}

/** Each figure's median over the rounds, on its own. */
export function medians(rounds: readonly Figures[]): Figures {
  const [first] = rounds;
  if (first === undefined) throw new RangeError("no round was run");
  const entries = Object.keys(first).map((name) => {
    const values = rounds
      .map((figures) => figures[name as keyof Figures])
      .filter((value) => value !== undefined)
      .sort((a, b) => a - b);
    return [name, values.length === 0 ? undefined : values[values.length >> 1]];
  });
  return Object.fromEntries(entries) as Figures;
}
