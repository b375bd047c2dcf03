import type { Asked } from "../story.ts";

/** How often what the rows say differs from what callers were told. */
export interface Counted {
  /** Promised, and not there. */
  lost: number;
  /** There once too often, or there although its caller was told that it was refused. */
  doubled: number;
}

/** Compares promises with the rows, each of which bears its call's id. */
export function countUpdates(
  asked: readonly Asked<{ readonly id: string }>[],
  found: Iterable<string>,
): Counted {
  const times = new Map<string, number>();
  for (const id of found) times.set(id, (times.get(id) ?? 0) + 1);
  const counted: Counted = { lost: 0, doubled: 0 };
  for (const { call, told } of asked) {
    const there = times.get(call.id) ?? 0;
    times.delete(call.id);
    if (told === "done" && there === 0) counted.lost++;
    counted.doubled += Math.max(0, there - (told === "refused" ? 0 : 1));
  }
  // Nobody has asked for these.
  for (const there of times.values()) counted.doubled += there;
  return counted;
}

export const toldDone = <Call>(asked: readonly Asked<Call>[]): number =>
  asked.filter(({ told }) => told === "done").length;

/** "1 boost", "2 boosts". */
export function counting(count: number, noun: string): string {
  return `${count.toLocaleString("en-GB")} ${noun}${count === 1 ? "" : "s"}`;
}

/** The parts that say something, as one sentence. */
export function sentenceOf(start: string, parts: readonly (string | false)[]): string {
  const said = parts.filter((part) => part !== false);
  const last = said.at(-1) ?? "";
  return `${start} ${said.length > 1 ? `${said.slice(0, -1).join(", ")} and ${last}` : last}.`;
}
