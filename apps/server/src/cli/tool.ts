import { type CommandDef, renderUsage, runCommand } from "citty";
import { CliError, EXIT_FAILED } from "./failure.ts";
import { print } from "./output.ts";

export { command } from "./command.ts";
export { CliError } from "./failure.ts";

/** Runs a tool that is a command of its own, such as `pnpm torture`: what can be mended is told in a line, anything else whole. */
export async function runTool(tool: CommandDef, args = process.argv.slice(2)): Promise<void> {
  if (args.includes("--help") || args.includes("-h")) {
    print(await renderUsage(tool));
    return;
  }
  try {
    await runCommand(tool, { rawArgs: args });
  } catch (error) {
    rewriteLine("");
    if (!(error instanceof CliError)) console.error(error);
    else process.stderr.write(`${error.message}\n`);
    process.exitCode = EXIT_FAILED;
  }
}

/** One line on stderr that rewrites itself on a terminal; nothing in a pipe. */
export function rewriteLine(message: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${message}`);
}

/** What stays, on stdout; the line that rewrites itself makes room for it. */
export function tell(text: string): void {
  rewriteLine("");
  print(text);
}

/** The value of an option that is a whole number. */
export function wholeNumber(name: string, text: string, least = 1): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) < least)
    throw new CliError(`--${name} must be a whole number, ${least} at least, not "${text}"`);
  return Number(text);
}
