import { type Fault, type FaultContext, pause } from "./faults/fault.ts";
import { deadlyFaults, passingFaults } from "./faults/index.ts";
import { straceIsAvailable } from "./faults/kill-in-fdatasync.ts";
import type { Random } from "./random.ts";

export interface Struck {
  readonly name: string;
  /** How often the fault was tried, and how often it really broke something. */
  tried: number;
  fired: number;
}

export interface Schedule {
  readonly struck: ReadonlyMap<string, Struck>;
  /** From each heal of a process or of Postgres until every server had answered again, in milliseconds. */
  readonly recoveriesMs: readonly number[];
  /** Faults that can't strike on this machine. */
  readonly leftOut: readonly string[];
  /** Resolves when the last fault is healed. */
  stop(): Promise<void>;
}

export function faultNames(): string[] {
  return [...passingFaults, ...deadlyFaults].map((fault) => fault.name);
}

/** Strikes with everything at once: passing faults one after the other, and beside them the deadly ones in turn. */
export function startSchedule(
  context: Omit<FaultContext, "random">,
  random: Random,
  only?: RegExp,
): Schedule {
  const wanted = (fault: Fault): boolean => only?.test(fault.name) ?? true;
  const leftOut = straceIsAvailable() ? [] : deadlyFaults.filter((fault) => fault.name.includes("fdatasync"));
  const struck = new Map<string, Struck>();
  const recoveriesMs: number[] = [];
  let running = true;

  async function strike(fault: Fault, from: Random): Promise<void> {
    const record = struck.get(fault.name) ?? { name: fault.name, tried: 0, fired: 0 };
    struck.set(fault.name, record);
    record.tried++;
    record.fired += await fault.strike({ ...context, random: from });
  }

  async function recovered(fromMs: number): Promise<void> {
    const { servers } = context.world;
    while (running && performance.now() - fromMs < 20_000) {
      if (servers.every(({ index }) => context.workload.lastAnswerAt(index) > fromMs)) {
        recoveriesMs.push(performance.now() - fromMs);
        return;
      }
      await pause(10);
    }
    if (running) recoveriesMs.push(Number.POSITIVE_INFINITY);
  }

  async function loop(
    faults: readonly Fault[],
    from: Random,
    rest: readonly [number, number],
    deadly: boolean,
  ): Promise<void> {
    const mine = faults.filter((fault) => wanted(fault) && !leftOut.includes(fault));
    while (running && mine.length > 0) {
      for (const fault of shuffled(mine, from)) {
        if (!running) return;
        await strike(fault, from);
        if (deadly) await recovered(performance.now());
        await pause(from.whole(...rest));
      }
    }
  }

  const loops = Promise.all([
    loop(passingFaults, random.fork(), [20, 250], false),
    loop(deadlyFaults, random.fork(), [300, 1_500], true),
  ]);
  return {
    struck,
    recoveriesMs,
    leftOut: leftOut.map((fault) => fault.name),
    async stop() {
      running = false;
      await loops;
    },
  };
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
