import { writeFile } from "node:fs/promises";
import { command, rewriteLine, runTool, tell, wholeNumber } from "@holdfast/server/tool";
import { fuzz } from "./fuzz.ts";
import { findPlant, plants } from "./plants.ts";
import { print } from "./report.ts";

const main = command({
  name: "fuzz",
  description:
    "Sends hostile requests to a server of its own: none may break it, learn anything or change a row by a refusal. Exit code 1 when one did.",
  args: {
    requests: { type: "string", default: "100000", description: "How many" },
    seed: { type: "string", default: "1", description: "The same seed gives the same requests" },
    only: {
      type: "string",
      description:
        "Repeat the request with this index, after those that were sent before it for the same tenant",
    },
    plant: {
      type: "string",
      description: `Put a deliberate bug in; the run must then find it: ${plants.map(({ name }) => name).join(", ")}`,
    },
    json: { type: "string", description: "Also write the report to this file" },
  },
  async run(args) {
    const report = await fuzz({
      requests: wholeNumber("requests", args.requests),
      seed: wholeNumber("seed", args.seed, 0),
      only: args.only === undefined ? undefined : wholeNumber("only", args.only, 0),
      plant: args.plant === undefined ? undefined : findPlant(args.plant),
      onProgress: rewriteLine,
    });
    tell(print(report));
    if (args.json !== undefined) await writeFile(args.json, `${JSON.stringify(report, null, 2)}\n`);
    process.exitCode = report.findings.length > 0 ? 1 : 0;
  },
});

await runTool(main);
