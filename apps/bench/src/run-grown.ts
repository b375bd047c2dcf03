import { empty, grown } from "./contenders/grown.ts";
import { type Outcome, type RunOptions, runScenario } from "./run-scenario.ts";
import { scenarios } from "./scenarios.ts";

export const grownContenders: readonly string[] = ["empty", "grown", "grown-random-keys"];

/** `uniform` on an empty database and on grown ones, in turns. */
export async function runGrown(options: RunOptions): Promise<Outcome[]> {
  const uniform = scenarios.find(({ name }) => name === "uniform");
  if (uniform === undefined) throw new TypeError("there is no scenario uniform");
  const { grownOperations, onProgress } = options;
  const all = [
    empty,
    grown(grownOperations, "ordered", onProgress),
    grown(grownOperations, "random", onProgress),
  ];
  const taking = all.filter(({ name }) => options.contenders?.includes(name) ?? true);
  const scenario = { ...uniform, name: "grown", contenders: taking.map(({ name }) => name), metered: false };
  return runScenario(scenario, taking, options);
}
