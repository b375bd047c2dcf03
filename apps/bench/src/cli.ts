import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CliError, command, rewriteLine, runTool, tell, wholeNumber } from "@holdfast/server/tool";
import { bench } from "./bench.ts";
import { benchmarks } from "./benchmarks.ts";

const names = benchmarks.map(({ name }) => name);

const main = command({
  name: "bench",
  description:
    "Contenders take turns on one Postgres with fsync on; medians, ratios last. Exit code 1 when a contender's tables are wrong.",
  args: {
    scenario: {
      type: "string",
      default: "all",
      description: `"all", or some of: ${names.join(", ")}`,
    },
    contender: {
      type: "string",
      default: "all",
      description: '"all", or some of them, such as "holdfast,textbook"',
    },
    seconds: {
      type: "string",
      default: "5",
      description: "How long each turn is measured; one of seats lasts until they are gone",
    },
    rounds: { type: "string", default: "3", description: "Turns of each contender; the medians count" },
    callers: { type: "string", description: "Concurrent callers; the scenario's own number when left out" },
    "grown-operations": {
      type: "string",
      default: "10000000",
      description: "How many operations the database of `grown` starts with",
    },
    "memory-calls": { type: "string", default: "2000000", description: "How many calls `memory` makes" },
    buyers: {
      type: "string",
      default: "10000",
      description: "How many buyers come to `onsale`; its house has a tenth as many seats",
    },
    seats: {
      type: "string",
      default: "5000",
      description: "How many seats the house of `best-available` has",
    },
    watchers: { type: "string", default: "2000", description: "How many subscribers `watchers` has" },
    histories: {
      type: "string",
      default: "100,1000,10000,100000",
      description: "Of how many messages the conversations of `append` are",
    },
    pgledger: {
      type: "string",
      description:
        "SQL of github.com/pgr0ss/pgledger, its vendored uuid-to-ulid.sql before pgledger.sql in one file: it takes part, too",
    },
    json: { type: "string", description: "Also write every figure to this file" },
  },
  async run(args) {
    const wanted = args.scenario === "all" ? names : args.scenario.split(",");
    const unknown = wanted.filter((name) => !names.includes(name));
    if (unknown.length > 0)
      throw new CliError(`no scenario ${unknown.join(", ")}; there are: ${names.join(", ")}`);
    const directory = await mkdtemp(join(tmpdir(), "holdfast-bench-"));
    try {
      const report = await bench({
        directory,
        scenarios: wanted,
        contenders: args.contender === "all" ? undefined : args.contender.split(","),
        seconds: wholeNumber("seconds", args.seconds),
        rounds: wholeNumber("rounds", args.rounds),
        callers: args.callers === undefined ? undefined : wholeNumber("callers", args.callers),
        pgledgerFile: args.pgledger,
        grownOperations: wholeNumber("grown-operations", args["grown-operations"]),
        memoryCalls: wholeNumber("memory-calls", args["memory-calls"]),
        buyers: wholeNumber("buyers", args.buyers),
        seats: wholeNumber("seats", args.seats),
        watchers: wholeNumber("watchers", args.watchers),
        histories: args.histories
          .split(",")
          .map((text) => wholeNumber("histories", text))
          .sort((a, b) => a - b),
        onProgress: rewriteLine,
        onResult: tell,
      });
      if (args.json !== undefined) await writeFile(args.json, `${JSON.stringify(report, null, 2)}\n`);
      process.exitCode = report.outcomes.some(({ wrong }) => wrong.length > 0) ? 1 : 0;
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
});

await runTool(main);
