import { defineCommand, renderUsage, runCommand } from "citty";
import { CliError, EXIT_FAILED, explainFailure } from "./cli/failure.ts";
import { print } from "./cli/output.ts";
import { readConfig } from "./config.ts";
import { withRuntime } from "./state/runtime.ts";

/** Loaded when asked for: signing a token needs no web server. */
const commands = {
  start: () => import("./commands/start.ts").then((module) => module.start),
  serve: () => import("./commands/serve.ts").then((module) => module.serve),
  migrate: () => import("./commands/migrate.ts").then((module) => module.migrate),
  verify: () => import("./commands/verify.ts").then((module) => module.verify),
  token: () => import("./commands/token.ts").then((module) => module.token),
  tenant: () => import("./commands/tenant.ts").then((module) => module.tenant),
  demo: () => import("./commands/demo.ts").then((module) => module.demo),
  lab: () => import("./commands/lab.ts").then((module) => module.lab),
};

const holdfast = defineCommand({
  meta: {
    name: "holdfast",
    description: "The credits, seats and conversations backend that never loses an update",
  },
  subCommands: commands,
});

const isCommand = (name: string): name is keyof typeof commands => Object.hasOwn(commands, name);
const asksForHelp = (arg: string) => arg === "--help" || arg === "-h";

async function main(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined || asksForHelp(name) || name === "help") {
    print(await renderUsage(holdfast));
    if (name === undefined) process.exitCode = EXIT_FAILED;
    return;
  }
  if (!isCommand(name)) {
    throw new CliError(`there is no command "${name}"; there are ${Object.keys(commands).join(", ")}`);
  }
  const chosen = await commands[name]();
  if (rest.some(asksForHelp)) print(await renderUsage(chosen, holdfast));
  else await runCommand(chosen, { rawArgs: [...rest] });
}

/** The database that a failure would be about, if that can be told. */
async function usedDatabase(): Promise<string | undefined> {
  try {
    return (await withRuntime(readConfig())).databaseUrl;
  } catch {
    return undefined;
  }
}

// A reader that closed the pipe, such as `head`, is no reason to fall over.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});

main(process.argv.slice(2)).catch(async (error: unknown) => {
  process.stderr.write(`holdfast: ${explainFailure(error, await usedDatabase())}\n`);
  process.exit(EXIT_FAILED);
});
