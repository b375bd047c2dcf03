import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "@holdfast/embedded-postgres";
import { progress } from "../cli/output.ts";
import type { Shutdown } from "../cli/shutdown.ts";
import { readConfig } from "../config.ts";
import { withRuntime } from "../state/runtime.ts";

/** Lends the database of the environment, or of a running `start`; where there is neither, one that lasts as long as the work. */
export async function withLabDatabase<T>(
  shutdown: Shutdown,
  work: (databaseUrl: string) => Promise<T>,
): Promise<T> {
  const { databaseUrl } = await withRuntime(readConfig());
  if (databaseUrl !== undefined) return work(databaseUrl);
  progress("Starting a Postgres for these races; it is removed with them.");
  const directory = await mkdtemp(join(tmpdir(), "holdfast-lab-"));
  const starting = startEmbeddedPostgres({ dataDir: directory, onProgress: progress });
  let ending: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    const postgres = await starting.catch(() => undefined);
    await postgres?.stop();
    // Not the same where root's Postgres runs as another user, who can't enter the first.
    for (const path of new Set([directory, postgres?.dataDir ?? directory]))
      await rm(path, { recursive: true, force: true });
  };
  const endOnce = (): Promise<void> => {
    ending ??= end();
    return ending;
  };
  shutdown.add(endOnce);
  try {
    return await work((await starting).url);
  } finally {
    await endOnce();
  }
}
