import { redisIsInstalled } from "@holdfast/server/testing";
import { type Fault, type FaultContext, pause } from "./faults/fault.ts";
import { deadlyFaults, passingFaults } from "./faults/index.ts";
import { straceIsAvailable } from "./faults/kill-in-fdatasync.ts";
import type { Random } from "./random.ts";

/** One stroke of a fault: when, in milliseconds of `performance.now()`, and how often it really broke something. */
export interface Stroke {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly fired: number;
  readonly starves: boolean;
}

/** From the heal of a process or of Postgres until every server had done its work again. */
export interface Recovery {
  readonly after: string;
  readonly ms: number;
}

export interface Schedule {
  readonly strokes: readonly Stroke[];
  readonly recoveries: readonly Recovery[];
  /** Resolves when the last fault is healed. */
  stop(): Promise<void>;
}

export function faultNames(): string[] {
  return [...passingFaults, ...deadlyFaults].map((fault) => fault.name);
}

/** Faults that can't strike on this machine. */
export function faultsLeftOut(): string[] {
  const can = (name: string): boolean => {
    if (name.includes("fdatasync")) return straceIsAvailable();
    return redisIsInstalled() || !name.startsWith("redis");
  };
  return faultNames().filter((name) => !can(name));
}

/** A service that has not come back by then is not coming back. */
const HOPELESS_MS = 20_000;

/** Strikes with everything at once: passing faults one after the other, and beside them the deadly ones in turn. */
export function startSchedule(
  context: Omit<FaultContext, "random">,
  random: Random,
  only?: RegExp,
): Schedule {
  const leftOut = faultsLeftOut();
  const wanted = ({ name }: Fault): boolean => !leftOut.includes(name) && (only?.test(name) ?? true);
  const strokes: Stroke[] = [];
  const recoveries: Recovery[] = [];
  let running = true;
  /** The passing fault under way, and when the last one ended. */
  const passing = { underWay: false, held: false, endedAtMs: 0 };

  async function strike(fault: Fault, from: Random): Promise<void> {
    const fromMs = performance.now();
    const fired = await fault.strike({ ...context, random: from });
    const { name, starves = false } = fault;
    strokes.push({ name, fromMs, toMs: performance.now(), fired, starves });
  }

  /**
   * Measures from the heal until every server has done its work again. No new fault begins meanwhile, and for a service
   * that waits for the end of one that had begun before, the time runs from that end.
   */
  async function recovered(after: string): Promise<void> {
    const { servers } = context.world;
    const healedAtMs = performance.now();
    const sinceHeal = (): number => performance.now() - Math.max(healedAtMs, passing.endedAtMs);
    passing.held = true;
    while (running && (passing.underWay || sinceHeal() < HOPELESS_MS)) {
      if (servers.every(({ index }) => context.workload.lastAnswerAt(index) > healedAtMs)) break;
      await pause(10);
    }
    passing.held = false;
    if (running) recoveries.push({ after, ms: Math.round(sinceHeal()) });
  }

  async function strikePassing(from: Random): Promise<void> {
    const mine = passingFaults.filter(wanted);
    while (running && mine.length > 0) {
      for (const fault of shuffled(mine, from)) {
        while (running && passing.held) await pause(10);
        if (!running) return;
        passing.underWay = true;
        await strike(fault, from);
        passing.underWay = false;
        passing.endedAtMs = performance.now();
        await pause(from.whole(20, 250));
      }
    }
  }

  async function strikeDeadly(from: Random): Promise<void> {
    const mine = deadlyFaults.filter(wanted);
    while (running && mine.length > 0) {
      for (const fault of shuffled(mine, from)) {
        if (!running) return;
        await strike(fault, from);
        await recovered(fault.name);
        await pause(from.whole(300, 1_500));
      }
    }
  }

  const loops = Promise.all([strikePassing(random.fork()), strikeDeadly(random.fork())]);
  return {
    strokes,
    recoveries,
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
