import { type DestinationStream, type Logger, pino } from "pino";
import type { LogLevel } from "./config.ts";
import { terminalLines } from "./terminal-lines.ts";

export type { Logger };

/**
 * Logs to stderr, so that stdout stays with the commands' own output: JSON, or short lines on a terminal. Written
 * synchronously, because the last line before an exit is the one that matters.
 */
export function createLogger(level: LogLevel, destination: DestinationStream = standardError()): Logger {
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ["*.authorization", "*.token", "*.apiKey", "*.password"], censor: "redacted" },
      // Fastify hands whole requests and errors to the log; both hold values of callers.
      serializers: { req: () => undefined, res: () => undefined, err: describeError, error: describeError },
    },
    destination,
  );
}

function standardError(): DestinationStream {
  return process.stderr.isTTY ? terminalLines(process.stderr) : pino.destination({ dest: 2, sync: true });
}

/** What may be told of an error: classes, codes and places. Messages quote parameters and SQL, so none is told. */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { class: typeof error };
  return {
    class: error.constructor.name,
    code: codeOf(error),
    stack: framesOf(error),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

/** A SQLSTATE or a system error's code, both made of capitals and digits. */
function codeOf(error: Error): string | undefined {
  const code = "code" in error ? error.code : undefined;
  return typeof code === "string" && /^[A-Z0-9_]{1,40}$/.test(code) ? code : undefined;
}

/** The frames of a stack without its first lines, which repeat the message. */
function framesOf(error: Error): string[] {
  const lines = error.stack?.split("\n") ?? [];
  return lines
    .map((line) => line.trim())
    .filter((line) => /^at .*(:\d+:\d+\)?|<anonymous>\)?|native\)?)$/.test(line));
}
