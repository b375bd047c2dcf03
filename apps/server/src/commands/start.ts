import { mkdir } from "node:fs/promises";
import { createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { migrate } from "@holdfast/db";
import { startEmbeddedPostgres } from "@holdfast/embedded-postgres";
import { command } from "../cli/command.ts";
import { CliError } from "../cli/failure.ts";
import { print, progress } from "../cli/output.ts";
import { installCrashHandlers, installShutdown, type Shutdown } from "../cli/shutdown.ts";
import { tryIt } from "../cli/try-it.ts";
import { type Config, readConfig } from "../config.ts";
import { createDemoTenants } from "../demo/seed.ts";
import { migrateJobs } from "../jobs/queue.ts";
import { createLogger, type Logger } from "../log.ts";
import { createServer } from "../server.ts";
import { findRuntime, removeRuntime, writeRuntime } from "../state/runtime.ts";
import { ensureSecret } from "../state/secret.ts";
import { startTracing } from "../tracing.ts";

/** What 1,000 tokens cost the demo people, so that metering can be seen: an answer costs some 25 sat of their 1,000,000. */
const DEMO_PRICE = 200n;

export const start = command({
  name: "start",
  description:
    "Start everything on this machine: Postgres (or DATABASE_URL), schema, demo data, API and console",
  run: async () => {
    const config = readConfig();
    if (config.auth.jwksUrl !== undefined) {
      throw new CliError("start signs its demo tokens itself: unset HOLDFAST_JWKS_URL, or use serve");
    }
    const log = createLogger(config.logLevel);
    installCrashHandlers(log);
    const shutdown = installShutdown(log);
    try {
      await bringUp(config, log, shutdown);
    } catch (error) {
      // After a signal this failure is only its echo, and the handler of the signal ends the process.
      if (shutdown.started) return;
      await shutdown.run();
      throw error;
    }
  },
});

async function bringUp(config: Config, log: Logger, shutdown: Shutdown): Promise<void> {
  const { stateDir } = config;
  await mkdir(stateDir, { recursive: true });
  await refuseSecondStart(stateDir);
  await refuseTakenPort(config.host, config.port);

  if (config.tracing) shutdown.add((await startTracing()).close);
  const databaseUrl = config.databaseUrl ?? (await startPostgres(stateDir, shutdown));
  progress("Bringing the schema up to date.");
  await migrate({ url: databaseUrl });
  await migrateJobs({ url: databaseUrl });
  await createDemoTenants(databaseUrl);

  const secret = config.auth.secret ?? (await ensureSecret(stateDir));
  const auth = { ...config.auth, secret };
  const tokenSecret = config.tokenSecret ?? secret;
  const answers = { ...config.answers, pricePer1000Tokens: config.answers.pricePer1000Tokens ?? DEMO_PRICE };
  const settings = { ...config, databaseUrl, auth, tokenSecret, answers, demo: true };
  const server = await createServer(settings, { log });
  shutdown.add(() => server.close());
  const address = await server.listen();
  const port = Number(new URL(address).port);
  await writeRuntime(stateDir, { pid: process.pid, url: databaseUrl, secret, host: config.host, port });
  shutdown.add(() => removeRuntime(stateDir));

  print(`Holdfast is ready: ${address}`);
  if (process.stdout.isTTY) print(...tryIt(address, server.people));
}

async function startPostgres(stateDir: string, shutdown: Shutdown): Promise<string> {
  progress("Starting Postgres; the first time this takes a few seconds.");
  const starting = startEmbeddedPostgres({ dataDir: join(stateDir, "postgres"), onProgress: progress });
  // Registered before it runs, so that a Ctrl-C while it starts leaves no server behind.
  shutdown.add(async () => {
    const postgres = await starting.catch(() => undefined);
    await postgres?.stop();
  });
  return (await starting).url;
}

/** Two would share one Postgres, and the first to end would take it from the other. */
async function refuseSecondStart(stateDir: string): Promise<void> {
  const running = await findRuntime(stateDir);
  if (!running || !isAlive(running.pid)) return;
  const host = running.host.includes(":") ? `[${running.host}]` : running.host;
  const answers = await fetch(`http://${host}:${running.port}/healthz`, {
    signal: AbortSignal.timeout(1000),
  }).then(
    (response) => response.ok,
    () => false,
  );
  if (answers)
    throw new CliError(`Holdfast already runs: http://${host}:${running.port} (process ${running.pid})`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Asked before the long work begins, because nobody wants to wait for Postgres to learn this. */
async function refuseTakenPort(host: string, port: number): Promise<void> {
  const probe = createTcpServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject).listen({ host, port }, resolve);
  });
  await new Promise((resolve) => probe.close(resolve));
}
