import { torture } from "../torture.ts";
import { findPlant, plants } from "./plants.ts";

export interface TriedPlant {
  readonly name: string;
  readonly bug: string;
  readonly caught: boolean;
  readonly invariants: readonly string[];
  /** Attempts of all runs until it was caught. */
  readonly operations: number;
  readonly seconds: number;
}

/** How long each run lasts, one after the other until the plant is caught: 110 s at most in all. */
const ROUNDS_SECONDS = [6, 14, 30, 60];

/** Runs each planted bug until it is caught: a checker that misses one proves nothing. Tells each as it is decided. */
export async function tryPlants({
  names,
  onProgress,
  onRow,
}: {
  names: string;
  onProgress: (message: string) => void;
  onRow: (row: string) => void;
}): Promise<TriedPlant[]> {
  const wanted = names === "all" ? plants : names.split(",").map(findPlant);
  const tried: TriedPlant[] = [];
  onRow(row("", "plant", "by", "attempts", "after", "the bug"));
  for (const [at, plant] of wanted.entries()) {
    const one = await tryPlant(plant, (message) =>
      onProgress(`${at + 1}/${wanted.length} ${plant.name}: ${message}`),
    );
    tried.push(one);
    const { caught, name, invariants, operations, seconds, bug } = one;
    onRow(
      row(caught ? "caught" : "MISSED", name, invariants.join(" "), `${operations}`, `${seconds} s`, bug),
    );
  }
  onRow(`\n${tried.filter(({ caught }) => caught).length} of ${tried.length} planted bugs caught`);
  return tried;
}

const WIDTHS = [8, 34, 26, 10, 7, 0];

function row(...cells: readonly string[]): string {
  return cells.map((cell, at) => cell.padEnd(WIDTHS[at] ?? 0)).join("");
}

async function tryPlant(
  { name, bug, faults }: (typeof plants)[number],
  onProgress: (message: string) => void,
): Promise<TriedPlant> {
  const startedAt = performance.now();
  const seconds = (): number => Math.round((performance.now() - startedAt) / 1000);
  let operations = 0;
  for (const [round, length] of ROUNDS_SECONDS.entries()) {
    // A late reply may be this machine's doing, so it would be no catch.
    const run = { seed: round + 1, seconds: length, faults: true, timed: false, plant: name, only: faults };
    const report = await torture({ ...run, onProgress });
    operations += report.workload.attempts;
    const invariants = [...new Set(report.violations.map(({ invariant }) => invariant))].sort();
    if (invariants.length > 0) return { name, bug, caught: true, invariants, operations, seconds: seconds() };
  }
  return { name, bug, caught: false, invariants: [], operations, seconds: seconds() };
}
