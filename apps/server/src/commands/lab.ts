import { type Order, readOrder } from "@holdfast/race-lab";
import { type Settings, stories } from "@holdfast/race-lab/stories";
import { z } from "zod";
import { command } from "../cli/command.ts";
import { CliError, EXIT_FINDINGS } from "../cli/failure.ts";
import { print, progress } from "../cli/output.ts";
import { installShutdown } from "../cli/shutdown.ts";
import { valid } from "../cli/valid.ts";
import { readConfig } from "../config.ts";
import { withLabDatabase } from "../lab/lab-database.ts";
import { runLines, tallyLines } from "../lab/report.ts";
import { runOnce, type Tally, tally, type Wanted } from "../lab/tally.ts";
import { createLogger } from "../log.ts";

/** Settings by the names of their options. */
const settingNames = {
  callers: "callers",
  calls: "calls",
  "calls-per-second": "callsPerSecond",
  "latency-ms": "latencyMs",
  "duplicates-percent": "duplicatesPercent",
  "lost-answers-percent": "lostAnswersPercent",
  seconds: "seconds",
  seed: "seed",
} as const satisfies Record<string, keyof Settings>;

interface LabArgs extends Partial<Record<keyof typeof settingNames, string | undefined>> {
  readonly story?: string | undefined;
  readonly strategy?: string | undefined;
  readonly all?: boolean | undefined;
  readonly times?: string | undefined;
  readonly json?: boolean | undefined;
}

const setting = (description: string) => ({ type: "string", description, valueHint: "number" }) as const;

export const lab = command({
  name: "lab",
  description:
    "Race naive and correct code against Holdfast on a real Postgres; exit code 1 if one does not do what is said of it",
  args: {
    story: {
      type: "string",
      description: `One of ${stories.map(({ id }) => id).join(", ")}; each when left out`,
      valueHint: "id",
    },
    strategy: {
      type: "string",
      description: "One of the story's, such as naive or holdfast: shows one run, moment by moment",
      valueHint: "id",
    },
    all: { type: "boolean", description: "Every strategy; naive and holdfast alone when left out" },
    times: { type: "string", description: "Runs of each, 1 when left out", valueHint: "number" },
    json: { type: "boolean", description: "Print the table as a JSON array" },
    callers: setting("How many call at the same time"),
    calls: setting("All calls together"),
    "calls-per-second": setting("How fast calls begin; 0 is as fast as they can"),
    "latency-ms": setting("What the application takes between reading and writing"),
    "duplicates-percent": setting("Of 100 calls, how many are delivered twice at once"),
    "lost-answers-percent": setting("Of 100 answers, how many are lost, so that the call is sent again"),
    seconds: setting("When calls stop to be made"),
    seed: setting("What duplicates and lost answers are drawn from"),
  },
  run: async (args: LabArgs) => {
    const times = valid(
      z.coerce.number().int().min(1).max(1_000),
      args.times ?? "1",
      "--times must be a whole number from 1 to 1000",
    );
    const wanted = wantedBy(args);
    const shutdown = installShutdown(createLogger(readConfig().logLevel));
    const leave = new AbortController();
    const running = withLabDatabase(shutdown, async (databaseUrl) => {
      const [only] = wanted;
      const isOne = args.strategy !== undefined && args.times === undefined && !args.json;
      if (isOne && only !== undefined) await showRun(only, databaseUrl, leave.signal);
      else await showTallies(wanted, databaseUrl, times, args.json === true, leave.signal);
    });
    shutdown.add(async () => {
      leave.abort();
      await running.catch(() => {});
    });
    // After a signal a failure is only its echo, and the handler of the signal ends the process.
    await running.catch((error: unknown) => {
      if (!shutdown.started) throw error;
    });
  },
});

async function showRun(wanted: Wanted, databaseUrl: string, signal: AbortSignal): Promise<void> {
  const ran = await runOnce(wanted, databaseUrl, signal);
  const story = storyOf(wanted.story);
  print(...runLines(story, wanted.strategy, wanted.settings, ran));
  if (wanted.atDefaults && ran.verdict.holds !== wanted.saidToHold) process.exitCode = EXIT_FINDINGS;
}

async function showTallies(
  wanted: readonly Wanted[],
  databaseUrl: string,
  times: number,
  json: boolean,
  signal: AbortSignal,
): Promise<void> {
  const tallies: Tally[] = [];
  for (const one of wanted) {
    const onRun = (run: number): void => progress(`${one.story}, ${one.strategy}: run ${run} of ${times}`);
    tallies.push(await tally(one, { databaseUrl, times, signal, onRun }));
  }
  if (json) print(JSON.stringify(tallies));
  else print(...tallyLines(tallies));
  if (tallies.some(({ asSaid }) => asSaid === false)) process.exitCode = EXIT_FINDINGS;
}

function storyOf(id: string) {
  const story = stories.find((each) => each.id === id);
  if (story === undefined)
    throw new CliError(`--story must be one of ${stories.map((each) => each.id).join(", ")}`);
  return story;
}

/** What one sees first: the code that loses, and the code that doesn't. */
const FIRST = ["naive", "holdfast"];

function wantedBy(args: LabArgs): Wanted[] {
  if (args.strategy !== undefined && args.story === undefined)
    throw new CliError("--strategy needs --story <id>: each story has strategies of its own");
  if (args.strategy !== undefined && args.all) throw new CliError("give either --strategy or --all");
  const chosen = args.story === undefined ? stories : [storyOf(args.story)];
  const given = Object.entries(settingNames).flatMap(([option, name]) => {
    const value = args[option as keyof typeof settingNames];
    return value === undefined ? [] : [[name, value]];
  });
  return chosen.flatMap((story) => {
    const ids =
      args.strategy === undefined
        ? story.strategies.map(({ id }) => id).filter((id) => args.all || FIRST.includes(id))
        : [args.strategy];
    return ids.map((strategy) => {
      const order = orderOf({ story: story.id, strategy, ...Object.fromEntries(given) });
      const saidToHold = story.strategies.some(({ id, holds }) => id === strategy && holds);
      return { ...order, saidToHold, atDefaults: given.length === 0 };
    });
  });
}

function orderOf(input: Record<string, string>): Order {
  const read = readOrder(input);
  if ("order" in read) return read.order;
  const said = read.issues.map(({ path, message }) => {
    const option = Object.entries(settingNames).find(([, name]) => name === path)?.[0] ?? path;
    return `--${option} ${message}`;
  });
  throw new CliError(said.join("; "));
}
