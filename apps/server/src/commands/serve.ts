import { command } from "../cli/command.ts";
import { CliError } from "../cli/failure.ts";
import { print } from "../cli/output.ts";
import { reachDatabase } from "../cli/reach-database.ts";
import { installCrashHandlers, installShutdown } from "../cli/shutdown.ts";
import { readConfig } from "../config.ts";
import { createLogger } from "../log.ts";
import { createServer } from "../server.ts";

export const serve = command({
  name: "serve",
  description: "Serve the API and the console: the service without the development tools",
  run: async () => {
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
    const server = await createServer(config, { log });
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
  },
});
