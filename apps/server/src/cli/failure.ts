import { HoldfastError } from "@holdfast/db";
import { EmbeddedPostgresError } from "@holdfast/embedded-postgres";
import { ConfigError } from "../config.ts";
import { describeError } from "../log.ts";

/** Exit codes: 1 says that the work was done and found something wrong, 2 that it could not be done. */
export const EXIT_FINDINGS = 1;
export const EXIT_FAILED = 2;

/** A failure that the person at the terminal can mend; its message is one line that says how. */
export class CliError extends Error {
  override readonly name = "CliError";
}

const UNREACHABLE = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);
const UNREACHABLE_DRIVER = new Set([
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
]);

/** What Postgres says before it lets anyone in, and what to do about it. */
const REFUSED: Readonly<Record<string, string>> = {
  "28P01": "refuses the password: correct DATABASE_URL",
  "28000": "refuses this user: correct DATABASE_URL",
  "3D000": "has no such database: create it, or correct DATABASE_URL",
  "3F000": "has no Holdfast schema yet: run `holdfast migrate`",
  "42P01": "has no Holdfast schema yet: run `holdfast migrate`",
  "42501": "refuses that to this user: use the owner's DATABASE_URL",
  "53300": "has no connection left: lower HOLDFAST_SESSIONS or raise its max_connections",
  "57P03": "is still starting: try again in a moment",
};

/** Connections used up; the server is ending, has crashed, or is starting. */
const PASSING_STATES = new Set(["53300", "57P01", "57P02", "57P03"]);

/** One line for the terminal. Messages of unknown errors may quote values, so those are told by class and code. */
export function explainFailure(error: unknown, databaseUrl?: string): string {
  if (error instanceof CliError || error instanceof ConfigError || error instanceof EmbeddedPostgresError) {
    return error.message;
  }
  const codes = causes(error).map((cause) => ("code" in cause ? String(cause.code) : ""));
  const code = codes.find((each) => each !== "") ?? "";
  if (code === "EADDRINUSE")
    return `port ${portOf(error)} is taken: set PORT to another one, for example PORT=4001`;
  if (code === "EACCES" && isListening(error))
    return "this port needs more rights: set PORT to one above 1023";
  if (code === "EADDRNOTAVAIL") return "HOST is not an address of this machine";

  const where = `the database at ${databaseAddress(databaseUrl)}`;
  const refused = codes.find((each) => each in REFUSED);
  if (refused) return `${where} ${REFUSED[refused]} (${refused})`;
  const unreachable = codes.find((each) => UNREACHABLE.has(each) || UNREACHABLE_DRIVER.has(each));
  if (unreachable) return `${where} can't be reached (${unreachable}): is it running, is DATABASE_URL right?`;
  if (causes(error).some((cause) => cause.name === "SessionLost")) {
    return `${where} can't be reached: is it running, is DATABASE_URL right?`;
  }
  if (error instanceof HoldfastError)
    return `${error.code}: ${error.message} ${JSON.stringify(error.details)}`;
  return `unexpected failure: ${JSON.stringify(describeError(error))}`;
}

/** Whether waiting may help: the database is out of reach, still starting, or full; not a wrong password or no schema. */
export function isPassing(error: unknown): boolean {
  return causes(error).some((cause) => {
    const code = "code" in cause ? String(cause.code) : "";
    return (
      cause.name === "SessionLost" ||
      UNREACHABLE.has(code) ||
      UNREACHABLE_DRIVER.has(code) ||
      PASSING_STATES.has(code)
    );
  });
}

function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error && chain.length < 8; at = at.cause) {
    chain.push(at);
    // Happy Eyeballs: one error for each address that was tried.
    if (at instanceof AggregateError) chain.push(...at.errors.filter((each) => each instanceof Error));
  }
  return chain;
}

function isListening(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && error.syscall === "listen";
}

function portOf(error: unknown): string {
  return error instanceof Error && "port" in error ? String(error.port) : "";
}

/** Host and port of a database URL: never its user or password. */
function databaseAddress(url: string | undefined): string {
  if (url === undefined || !URL.canParse(url)) return "DATABASE_URL";
  const { hostname, port } = new URL(url);
  return `${hostname || "localhost"}:${port || "5432"}`;
}
