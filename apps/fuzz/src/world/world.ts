import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTenant, migrate } from "@holdfast/db";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@holdfast/embedded-postgres";
import { bundle, type Plant } from "@holdfast/torture/bundle";
import { type Audit, startAudit } from "./audit.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";

/** Everything that a run owns: a Postgres, a server, and what nobody may be told. */
export interface World {
  readonly databaseUrl: string;
  readonly server: ServerProcess;
  readonly audit: Audit;
  /** Signs tokens. */
  readonly secret: string;
  /** Secrets, passwords and variables that the process knows and no answer may tell. */
  readonly never: readonly string[];
  /** Where the program is: its logs may say so. */
  readonly directory: string;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly tenants: readonly number[];
  readonly plant?: Plant | undefined;
  readonly onProgress: (message: string) => void;
}

const newSecret = (name: string): string => `${name}-${randomBytes(24).toString("hex")}`;

export async function createWorld({ tenants, plant, onProgress }: WorldOptions): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-fuzz-"));
  const opened: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      for (const end of opened.toReversed()) await end();
    })();
    return closing;
  };
  try {
    onProgress("starting Postgres");
    const postgres = await startPostgres(directory);
    opened.push(() => postgres.stop().then(() => rm(postgres.dataDir, { recursive: true, force: true })));
    await migrate({ url: postgres.url });
    for (const tenantId of tenants)
      await createTenant({ url: postgres.url, tenantId, name: `tenant ${tenantId}` });
    onProgress("starting the server");
    const program = join(directory, "holdfast.mjs");
    await bundle({ entry: "apps/fuzz/src/server/main.ts", outfile: program, edits: plant?.edits ?? [] });
    const [secret, tokenSecret, variable] = ["sign", "token", "variable"].map(newSecret) as [
      string,
      string,
      string,
    ];
    const server = await startServerProcess(program, {
      DATABASE_URL: postgres.url,
      PORT: "0",
      HOLDFAST_JWT_SECRET: secret,
      HOLDFAST_TOKEN_SECRET: tokenSecret,
      HOLDFAST_DEMO: "1",
      // Whatever address a request names: nothing leaves this machine.
      HOLDFAST_WEBHOOK_POLL_MS: "0",
      HOLDFAST_LOG_LEVEL: "warn",
      HOLDFAST_STATE_DIR: directory,
      SOMETHING_ELSE: variable,
    });
    opened.push(() => server.stop());
    const audit = await startAudit(postgres.url);
    opened.push(() => audit.close());
    const { password } = new URL(postgres.url);
    const never = [secret, tokenSecret, variable, password];
    return { databaseUrl: postgres.url, server, audit, secret, never, directory, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Without fsync: nothing is broken here but requests. */
function startPostgres(directory: string): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir: join(directory, "postgres"), durable: false });
}
