import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTenant, migrate } from "@holdfast/db";
import { type FaultyProxy, freePort, startFaultyProxy } from "@holdfast/db/testing";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@holdfast/embedded-postgres";
import { type OwnRedis, redisIsInstalled, startRedis } from "@holdfast/server/testing";
import { bundle } from "./bundle.ts";
import { CROWD_TENANT } from "./crowd/tenant.ts";
import type { Caller, HistoryEvent } from "./history.ts";
import { SMALL_SCALE } from "./plants/plant.ts";
import { findPlant } from "./plants/plants.ts";
import { readDiaries } from "./read-diary.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";
import { createTokenSigner } from "./workload/tokens.ts";

/** Everything that a run owns: one Postgres, some servers, a proxy before each of them and one behind. */
export interface World {
  readonly databasePort: number;
  /** Straight to Postgres, as a superuser: for the checker and for whatever faults do behind Holdfast's back. */
  readonly databaseUrl: string;
  readonly servers: readonly ServerSite[];
  readonly secret: string;
  tokenOf(caller: Caller): Promise<string>;
  /** The file to run for a crowd of callers. */
  readonly crowdProgram: string;
  /** The replay cache of the servers; undefined where no redis-server is installed. */
  readonly redis: OwnRedis | undefined;
  /** Replaced when a fault kills it and it is started again. */
  readonly postgres: EmbeddedPostgres;
  restartPostgres(): Promise<void>;
  createTenants(tenantIds: readonly number[]): Promise<void>;
  /** What the servers themselves have asked for these tenants and were told until this moment. */
  readDiaries(tenantIds: readonly number[], untilMs: number): Promise<HistoryEvent[]>;
  close(): Promise<void>;
}

export interface ServerSite {
  readonly index: number;
  /** Between the clients and this server. */
  readonly clientProxy: FaultyProxy;
  /** Between this server and Postgres. */
  readonly databaseProxy: FaultyProxy;
  readonly process: ServerProcess;
}

export interface WorldOptions {
  readonly servers: number;
  /** A planted bug, switched on in the servers alone. */
  readonly plant?: string | undefined;
  readonly onProgress?: (message: string) => void;
}

/** Deadlocks are looked for before any lock_timeout of ours ends the wait: there must be none. */
const SETTINGS = { max_connections: "100", deadlock_timeout: "10ms" };

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

export async function createWorld({
  servers: count,
  plant,
  onProgress = () => {},
}: WorldOptions): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-torture-"));
  const databasePort = await freePort();
  const secret = "torture-secret-that-is-long-enough-to-sign-with";
  const start = (): Promise<EmbeddedPostgres> =>
    startEmbeddedPostgres({
      dataDir: join(directory, "postgres"),
      port: databasePort,
      settings: SETTINGS,
    });
  onProgress("starting Postgres");
  let postgres = await start();
  const redis = redisIsInstalled() ? await startRedis() : undefined;
  const diaryOf = (index: number): string => join(directory, `diary-${index}.jsonl`);
  const servers: ServerSite[] = [];
  const crowdProgram = join(directory, "crowd.mjs");
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= tearDown().finally(() => {
      for (const signal of SIGNALS) process.off(signal, leave);
    });
    return closing;
  };
  /** Nothing may be left running after Ctrl-C. It comes more than once: from the terminal, pnpm and tsx. */
  const leave = (): void => {
    void close().finally(() => process.exit(130));
  };
  for (const signal of SIGNALS) process.on(signal, leave);

  async function tearDown(): Promise<void> {
    await Promise.all(servers.map((site) => site.process.stop()));
    await Promise.all(servers.flatMap((site) => [site.clientProxy.close(), site.databaseProxy.close()]));
    await redis?.close();
    await postgres.stop();
    for (const path of [directory, postgres.dataDir]) await rm(path, { recursive: true, force: true });
  }

  async function startServer(index: number, program: string): Promise<void> {
    const databaseProxy = await startFaultyProxy(databasePort);
    const through = new URL(postgres.url);
    through.port = String(databaseProxy.port);
    const port = await freePort();
    const clientProxy = await startFaultyProxy(port);
    const server = await startServerProcess({
      ...{ databaseUrl: through.href, port, secret, program, index },
      // Without a proxy: in this busy process it would be slower than Redis may be.
      redisUrl: redis?.url,
      diary: diaryOf(index),
    });
    servers.push({ index, process: server, databaseProxy, clientProxy });
  }

  try {
    await migrate({ url: postgres.url });
    onProgress(`starting ${count} servers`);
    await createTenant({ url: postgres.url, tenantId: CROWD_TENANT, name: "crowd" });
    await bundle({ entry: "apps/torture/src/crowd/main.ts", outfile: crowdProgram });
    const program = join(directory, "holdfast.mjs");
    await bundle({
      entry: "apps/torture/src/server/main.ts",
      outfile: program,
      edits: [...SMALL_SCALE, ...(plant === undefined ? [] : findPlant(plant).edits)],
    });
    for (let index = 0; index < count; index++) await startServer(index, program);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    databasePort,
    databaseUrl: postgres.url,
    servers,
    secret,
    tokenOf: createTokenSigner(secret),
    crowdProgram,
    redis,
    get postgres() {
      return postgres;
    },
    async restartPostgres() {
      if (closing !== undefined) return;
      postgres = await start();
      if (closing !== undefined) await postgres.stop();
    },
    async createTenants(tenantIds) {
      for (const tenantId of tenantIds)
        await createTenant({ url: postgres.url, tenantId, name: `tenant ${tenantId}` });
    },
    readDiaries: (tenantIds, untilMs) =>
      readDiaries(
        servers.map(({ index }) => diaryOf(index)),
        tenantIds,
        untilMs,
      ),
    close,
  };
}
