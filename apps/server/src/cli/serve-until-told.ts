import { type Config, readConfig } from "../config.ts";
import { createLogger, type Logger } from "../log.ts";
import type { Server } from "../server.ts";
import { startTracing } from "../tracing.ts";
import { CliError } from "./failure.ts";
import { print } from "./output.ts";
import { reachDatabase } from "./reach-database.ts";
import { installCrashHandlers, installShutdown } from "./shutdown.ts";

/** Runs a service from the environment until a signal ends it; `open` puts it together. */
export async function serveUntilTold(open: (config: Config, log: Logger) => Promise<Server>): Promise<void> {
  const config = readConfig();
  const { databaseUrl, databaseWaitSeconds: waitSeconds } = config;
  if (databaseUrl === undefined) {
    throw new CliError("serve needs DATABASE_URL, for example postgres://user:password@host:5432/database");
  }
  if (config.auth.secret === undefined && config.auth.jwksUrl === undefined) {
    throw new CliError("serve needs HOLDFAST_JWT_SECRET (32 characters at least) or HOLDFAST_JWKS_URL");
  }
  const log = createLogger(config.logLevel);
  installCrashHandlers(log);
  const shutdown = installShutdown(log);
  if (config.tracing) shutdown.add((await startTracing()).close);
  const server = await open(config, log);
  shutdown.add(() => server.close());
  try {
    const isOver = () => shutdown.started;
    await reachDatabase({ db: server.db, databaseUrl, waitSeconds, log, isOver });
    print(`Holdfast is ready: ${await server.listen()}`);
  } catch (error) {
    // After a signal this failure is only its echo, and the handler of the signal ends the process.
    if (shutdown.started) return;
    await shutdown.run();
    throw error;
  }
}
