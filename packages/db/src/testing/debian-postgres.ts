import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import postgres from "postgres";
import { freePort } from "./ports.ts";

const execute = promisify(execFile);
const INSTALLED = "/usr/lib/postgresql";

export const HOW_TO_INSTALL = "Install Postgres with its tools (Debian: apt-get install postgresql).";

/** Where a Postgres is installed with the tools that the embedded one lacks, such as pg_dump; undefined for nowhere. */
export async function findPostgresTools(): Promise<string | undefined> {
  const versions = await readdir(INSTALLED).catch((): string[] => []);
  const newest = versions.map(Number).sort((a, b) => b - a)[0];
  if (newest === undefined) return undefined;
  const bin = join(INSTALLED, String(newest), "bin");
  const programs = await readdir(bin).catch((): string[] => []);
  return ["initdb", "postgres", "pg_dump", "pg_dumpall", "pg_restore", "psql"].every((name) =>
    programs.includes(name),
  )
    ? bin
    : undefined;
}

export interface Cluster {
  /** Of a database in it, as its superuser. */
  url(database: string): string;
  close(): Promise<void>;
}

/** A cluster of its own that nothing was ever made in, without fsync. */
export async function startCluster(bin: string): Promise<Cluster> {
  const user = await serverUser();
  const directory = await mkdtemp(join(tmpdir(), "holdfast-cluster-"));
  if (user !== undefined) await chown(directory, user.uid, user.gid);
  const options = { cwd: directory, ...user };
  await execute(
    join(bin, "initdb"),
    ["-D", join(directory, "data"), "-U", "postgres", "-A", "trust", "-N"],
    options,
  );
  const port = await freePort();
  const settings = ["fsync=off", "listen_addresses=127.0.0.1", "unix_socket_directories="];
  const server = spawn(
    join(bin, "postgres"),
    ["-D", join(directory, "data"), "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
    { ...options, stdio: "ignore" },
  );
  const url = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`;
  await untilReady(url("postgres"), server);
  return {
    url,
    async close() {
      if (server.exitCode === null && server.kill("SIGINT")) await once(server, "exit");
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Postgres refuses to run as root. */
async function serverUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = await Promise.all(["-u", "-g"].map((flag) => execute("id", [flag, "postgres"])));
  return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
}

async function untilReady(url: string, server: ChildProcess): Promise<void> {
  for (;;) {
    if (server.exitCode !== null)
      throw new Error(`Postgres ended with ${server.exitCode} before it was ready`);
    const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });
    try {
      await sql`select 1`;
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      await sql.end({ timeout: 1 });
    }
  }
}
