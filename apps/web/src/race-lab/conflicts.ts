import type { Step } from "@holdfast/race-lab/stories";

/** "same": read by several who then all wrote; "stale": written although another had written on the same read. */
export type Mark = "same" | "stale";

/** One try of one caller, from its first read to its commit. */
interface Try {
  readonly reads: Step[];
  readonly writes: Step[];
  isLocked: boolean;
}

const STARTS_ANEW = new Set(["retries", "rolls back"]);

/**
 * The reads and writes of a round that got into each other's way. Nobody says so: it is read off the steps. Two callers who
 * read the very same, without a lock, and both committed a write that was decided on it, can't both be right.
 */
export function conflictsOf(steps: readonly Step[]): ReadonlyMap<Step, Mark> {
  const open = new Map<string, Try>();
  const committed = new Map<string, Try[]>();
  for (const step of steps) {
    const who = `${step.caller} ${step.call} ${step.attempt}`;
    const current: Try = open.get(who) ?? { reads: [], writes: [], isLocked: false };
    open.set(who, current);
    if (step.does === "reads") current.reads.push(step);
    if (step.does === "writes") current.writes.push(step);
    if (step.does === "locks") current.isLocked = true;
    if (STARTS_ANEW.has(step.does)) open.delete(who);
    if (step.does !== "commits") continue;
    open.delete(who);
    if (current.isLocked || current.reads.length === 0 || current.writes.length === 0) continue;
    const read = current.reads.map(({ what }) => what).join("; ");
    committed.set(read, [...(committed.get(read) ?? []), current]);
  }
  const marks = new Map<Step, Mark>();
  for (const tries of committed.values()) {
    if (tries.length < 2) continue;
    for (const { reads } of tries) for (const read of reads) marks.set(read, "same");
    // The first to commit was right; those after it were decided on what was no longer so.
    for (const { writes } of tries.slice(1)) for (const write of writes) marks.set(write, "stale");
  }
  return marks;
}

/** The round that shows most: the first in which something collided, else the first. */
export function tellingRound(rounds: ReadonlyMap<number, readonly Step[]>): number | undefined {
  const numbers = [...rounds.keys()].sort((a, b) => a - b);
  return numbers.find((number) => conflictsOf(rounds.get(number) ?? []).size > 0) ?? numbers[0];
}
