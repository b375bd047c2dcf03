import { writeFile } from "node:fs/promises";
import { CliError, command, rewriteLine, runTool, tell, wholeNumber } from "@holdfast/server/tool";
import { tryPlants } from "./plants/try-plants.ts";
import { print } from "./report.ts";
import { faultNames } from "./schedule.ts";
import { torture } from "./torture.ts";

/** What breaks nothing would find nothing and look like a proof. */
function faultsNamed(text: string): RegExp {
  const names = faultNames();
  let only: RegExp;
  try {
    only = new RegExp(text);
  } catch (cause) {
    throw new CliError(`--faults must be a regular expression, not "${text}"`, { cause });
  }
  if (!names.some((name) => only.test(name)))
    throw new CliError(`no fault matches "${text}"; there are:\n  ${names.join("\n  ")}`);
  return only;
}

const main = command({
  name: "torture",
  description:
    "Breaks Holdfast on purpose and proves that nothing was lost. Exit code 1 when an invariant was broken.",
  args: {
    seed: {
      type: "string",
      default: "1",
      description: "The same seed gives the same intents and the same order of faults",
    },
    seconds: { type: "string", default: "60", description: "How long to break things" },
    faults: {
      type: "string",
      default: "all",
      description: '"all", "none", or a regular expression on their names; "?" lists them',
    },
    plant: { type: "string", description: "Switch one deliberate bug on; the run must then fail" },
    plants: {
      type: "string",
      description: 'Run deliberate bugs until each is caught, and print the table: "all", or "name,name"',
    },
    clients: { type: "string", default: "320", description: "Concurrent clients" },
    json: { type: "string", description: "Also write the report to this file" },
  },
  async run(args) {
    if (args.faults === "?") return tell(faultNames().join("\n"));
    const faults = args.faults !== "none";
    const only = args.faults === "all" || !faults ? undefined : faultsNamed(args.faults);
    if (args.plants !== undefined) {
      const tried = await tryPlants({ names: args.plants, onProgress: rewriteLine, onRow: tell });
      if (args.json !== undefined) await writeFile(args.json, `${JSON.stringify(tried, null, 2)}\n`);
      process.exitCode = tried.every((plant) => plant.caught) ? 0 : 1;
      return;
    }
    const report = await torture({
      faults,
      only,
      clients: wholeNumber("clients", args.clients),
      onProgress: rewriteLine,
      seed: wholeNumber("seed", args.seed, 0),
      seconds: wholeNumber("seconds", args.seconds),
      plant: args.plant,
    });
    tell(print(report));
    if (args.json !== undefined) await writeFile(args.json, `${JSON.stringify(report, null, 2)}\n`);
    process.exitCode = report.violations.length > 0 ? 1 : 0;
  },
});

await runTool(main);
// Node 20 may spin for ever while it closes sockets that were reset under it, so it is not asked to.
process.exit();
