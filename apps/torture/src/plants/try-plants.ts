import { torture } from "../torture.ts";
import { plants } from "./plants.mjs";

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

/** Runs each planted bug until it is caught: a checker that misses one proves nothing. */
export async function tryPlants({
  names,
  onProgress,
}: {
  names: string;
  onProgress: (message: string) => void;
}): Promise<{ plants: TriedPlant[]; table: string }> {
  const wanted = plants.filter(({ name }) => names === "all" || names.split(",").includes(name));
  if (wanted.length === 0)
    throw new Error(`no such plant; there are: ${plants.map(({ name }) => name).join(", ")}`);
  const tried: TriedPlant[] = [];
  for (const [at, plant] of wanted.entries()) {
    tried.push(
      await tryPlant(plant, (message) => onProgress(`${at + 1}/${wanted.length} ${plant.name}: ${message}`)),
    );
  }
  return { plants: tried, table: tableOf(tried) };
}

async function tryPlant(
  plant: (typeof plants)[number],
  onProgress: (message: string) => void,
): Promise<TriedPlant> {
  const { name, bug } = plant;
  const startedAt = performance.now();
  let operations = 0;
  for (const [round, seconds] of ROUNDS_SECONDS.entries()) {
    const report = await torture({ seed: round + 1, seconds, faults: true, plant: name, onProgress });
    operations += report.workload.attempts;
    const invariants = [...new Set(report.violations.map((violation) => violation.invariant))].sort();
    if (invariants.length > 0) {
      return {
        name,
        bug,
        caught: true,
        invariants,
        operations,
        seconds: Math.round((performance.now() - startedAt) / 1000),
      };
    }
  }
  return {
    name,
    bug,
    caught: false,
    invariants: [],
    operations,
    seconds: Math.round((performance.now() - startedAt) / 1000),
  };
}

function tableOf(tried: readonly TriedPlant[]): string {
  const rows = tried.map((plant) => [
    plant.caught ? "caught" : "MISSED",
    plant.name,
    plant.invariants.join(" "),
    `${plant.operations}`,
    `${plant.seconds} s`,
    plant.bug,
  ]);
  const head = ["", "plant", "by", "attempts", "after", "the bug"];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const caught = tried.filter((plant) => plant.caught).length;
  return [line(head), ...rows.map(line), "", `${caught} of ${tried.length} planted bugs caught`].join("\n");
}
