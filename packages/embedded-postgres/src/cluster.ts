import { randomBytes } from "node:crypto";
import { chown, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Binaries } from "./binaries.ts";
import type { DataHome } from "./data-home.ts";
import { EmbeddedPostgresError, systemErrorCode, tail } from "./errors.ts";
import { findPassword, makePassword } from "./password.ts";
import { readCommandLine } from "./process-check.ts";
import { run } from "./run.ts";

export interface Cluster {
  /** What Postgres calls its data directory. */
  data: string;
  password: string;
}

/**
 * The cluster of a data home, made when there is none. initdb works in a directory of its own that is renamed when it
 * is complete: one that was killed half-way leaves no `data/` behind, and of launchers that run at the same time
 * one wins and the others take its cluster. No lock file that could go stale is involved.
 */
export async function ensureCluster(
  home: DataHome,
  binaries: Binaries,
  durable: boolean,
  onProgress: (message: string) => void,
): Promise<Cluster> {
  const data = join(home.path, "data");
  await removeUnfinished(home.path);
  const major = await findMajorVersion(data);
  if (major === undefined) {
    await rejectForeignFiles(data);
    const password = (await findPassword(home.path)) ?? (await makePassword(home.path));
    onProgress(`Creating a Postgres cluster in ${home.path}.`);
    await initialise(home, data, password, binaries, durable);
    return { data, password };
  }
  if (major !== binaries.version.split(".")[0])
    throw new EmbeddedPostgresError(
      "data_unusable",
      `${data} was made by Postgres ${major}, and these binaries are ${binaries.version}: dump it with Postgres ${major} and load it into a new data directory.`,
    );
  const password = await findPassword(home.path);
  if (password !== undefined) return { data, password };
  throw new EmbeddedPostgresError(
    "data_unusable",
    `The password file of the cluster in ${home.path} is missing: restore it, or move that directory away to start empty.`,
  );
}

async function initialise(
  home: DataHome,
  data: string,
  password: string,
  binaries: Binaries,
  durable: boolean,
): Promise<void> {
  const workshop = join(home.path, `init-${process.pid}-${randomBytes(6).toString("hex")}`);
  const passwordFile = join(workshop, "password");
  await mkdir(workshop, { mode: 0o700 });
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (home.runAs)
      for (const path of [passwordFile, workshop]) await chown(path, home.runAs.uid, home.runAs.gid);
    const unfinished = join(workshop, "data");
    // biome-ignore format: an option and its value on one line
    const args = [
      "-D", unfinished, "-U", "postgres", `--pwfile=${passwordFile}`, "--auth=scram-sha-256",
      "-E", "UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
      ...(durable ? [] : ["--no-sync"]),
    ];
    const { exitCode, output } = await run(binaries.initdb, args, home.runAs);
    if (exitCode !== 0)
      throw new EmbeddedPostgresError(
        "initdb_failed",
        `initdb could not create a cluster in ${home.path}: ${tail(output)}`,
      );
    await rename(unfinished, data).catch(async (error) => {
      if ((await findMajorVersion(data)) === undefined) throw error; // else another launcher was faster
    });
    if (durable && process.platform !== "win32") await syncDirectory(home.path);
  } finally {
    await removeQuietly(workshop);
  }
}

async function findMajorVersion(data: string): Promise<string | undefined> {
  try {
    return (await readFile(join(data, "PG_VERSION"), "utf8")).trim();
  } catch (cause) {
    if (systemErrorCode(cause) === "ENOENT") return undefined;
    throw new EmbeddedPostgresError(
      "data_unusable",
      `${data} can't be read (${systemErrorCode(cause)}): start this as the user who made it, or choose another data directory.`,
      { cause },
    );
  }
}

async function rejectForeignFiles(data: string): Promise<void> {
  if (!(await stat(data).catch(() => undefined))) return;
  if ((await readdir(data)).length === 0 || (await findMajorVersion(data)) !== undefined) return;
  throw new EmbeddedPostgresError(
    "data_unusable",
    `${data} holds files but no Postgres cluster: move it away, or choose another data directory.`,
  );
}

/** Removes what killed launchers left; their process ids are in the names. */
async function removeUnfinished(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    const pid = /^(?:init-|password\.)(\d+)-[0-9a-f]+$/.exec(name)?.[1];
    if (pid !== undefined && (await readCommandLine(Number(pid))) === undefined)
      await removeQuietly(join(home, name));
  }
}

/** Best effort: an orphaned initdb may still be writing there, and the next start tries again. */
async function removeQuietly(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }).catch(() => undefined);
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path);
  await directory.sync().finally(() => directory.close());
}
