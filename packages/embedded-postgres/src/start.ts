import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findRunningServer } from "./adopt.ts";
import { type Binaries, prepareBinaries } from "./binaries.ts";
import { type Cluster, ensureCluster } from "./cluster.ts";
import { chooseDataHome, type DataHome } from "./data-home.ts";
import { EmbeddedPostgresError, tail } from "./errors.ts";
import { launch } from "./launch.ts";
import { findFreePort } from "./ping.ts";
import type { Places } from "./places.ts";
import { getPlatformPackage } from "./platform-package.ts";
import { serverArguments } from "./settings.ts";
import { stopServer } from "./stop.ts";
import type { EmbeddedPostgres, StartOptions } from "./types.ts";

/** How often to look again when another launcher, or another program on our port, was faster. */
const ATTEMPTS = 6;

/** `startEmbeddedPostgres` with the fallback directories given, so that tests keep to their own. */
export async function startIn(places: Places, options: StartOptions): Promise<EmbeddedPostgres> {
  const onProgress = options.onProgress ?? (() => undefined);
  try {
    const platformPackage = await getPlatformPackage();
    const requested = resolve(options.dataDir);
    const home = await chooseDataHome(requested, places.data);
    if (home.moved && home.runAs)
      onProgress(`User ${home.runAs.name} can't enter ${requested}, so the data is kept in ${home.path}.`);
    const binaries = await prepareBinaries(platformPackage, home.runAs, places.binaries, onProgress);
    const cluster = await ensureCluster(home, binaries, options.durable !== false, onProgress);
    return await startOrAdopt(home, binaries, cluster, options, onProgress);
  } catch (cause) {
    if (cause instanceof EmbeddedPostgresError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EmbeddedPostgresError("start_failed", `Can't start Postgres in ${options.dataDir}: ${reason}`, {
      cause,
    });
  }
}

async function startOrAdopt(
  home: DataHome,
  binaries: Binaries,
  cluster: Cluster,
  options: StartOptions,
  onProgress: (message: string) => void,
): Promise<EmbeddedPostgres> {
  const handle = (pid: number, port: number, adopted: boolean): EmbeddedPostgres => {
    let stopping: Promise<void> | undefined;
    const stop = () => {
      stopping ??= stopServer(pid, cluster.data, binaries);
      return stopping;
    };
    const url = `postgres://postgres:${cluster.password}@127.0.0.1:${port}/postgres`;
    return { url, port, pid, dataDir: home.path, adopted, stop };
  };

  let log = "";
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const running = await findRunningServer(home.path, cluster.data);
    if (running) {
      onProgress(
        `Using the Postgres that already serves ${home.path} (pid ${running.pid}, port ${running.port}).`,
      );
      return handle(running.pid, running.port, true);
    }
    const port = options.port ?? (await findFreePort());
    onProgress(`Starting Postgres on port ${port}.`);
    const result = await launch(
      binaries,
      home,
      cluster.data,
      serverArguments(cluster.data, port, options),
      port,
    );
    if (result.kind === "ready") return handle(result.pid, port, false);

    log = result.log;
    const bindFailure = /could not bind .*?address .*?: (.+)/.exec(log)?.[1];
    if (bindFailure !== undefined && options.port !== undefined)
      throw new EmbeddedPostgresError(
        "port_taken",
        `Port ${port} on 127.0.0.1 can't be used (${bindFailure}): stop the program that has it, or choose another port.`,
      );
    // The loser of two launches; or sessions of a killed server that have not ended yet.
    const dataTaken = /lock file "postmaster.pid" already exists|pre-existing shared memory block/.test(log);
    if (bindFailure === undefined && !dataTaken) break;
    await sleep(50 * attempt);
  }
  throw new EmbeddedPostgresError(
    "start_failed",
    `Postgres did not start; ${join(home.path, "server.log")} says: ${tail(log)}`,
  );
}
