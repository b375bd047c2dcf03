import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { accepts, freePort } from "./ports.ts";
import { throughPort } from "./test-database.ts";

export const HOW_TO_INSTALL_PGBOUNCER = "Install PgBouncer (Debian: apt-get install pgbouncer).";

export function pgbouncerIsInstalled(): boolean {
  return spawnSync("pgbouncer", ["--version"]).status === 0;
}

export interface OwnPgbouncer {
  /** The database through it. */
  readonly url: string;
  close(): Promise<void>;
}

/** PgBouncer before one database, in transaction mode, with so many connections to share. */
export async function startPgbouncer(url: string, connections: number): Promise<OwnPgbouncer> {
  const { hostname, port: serverPort, pathname, username, password } = new URL(url);
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), "holdfast-pgbouncer-"));
  const file = join(directory, "pgbouncer.ini");
  const to = `host=${hostname} port=${serverPort} dbname=${pathname.slice(1)} user=${username}`;
  const settings = {
    listen_addr: "127.0.0.1",
    listen_port: port,
    unix_socket_dir: "",
    auth_type: "any",
    pool_mode: "transaction",
    default_pool_size: connections,
    // What docs/postgres.md says.
    ignore_startup_parameters: "role",
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  await writeFile(
    file,
    ["[databases]", `* = ${to}${password && ` password=${password}`}`, "[pgbouncer]", ...lines, ""].join(
      "\n",
    ),
  );
  // It refuses to run as root, and whoever it runs as must be able to read that.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await Promise.all([chmod(directory, 0o755), chmod(file, 0o644)]);
  const life = spawn("pgbouncer", [...(isRoot ? ["-u", "nobody"] : []), file], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  life.stderr.on("data", (part: Buffer) => {
    log = `${log}${part}`.slice(-4_000);
  });
  await once(life, "spawn");
  while (!(await accepts(port))) {
    if (life.exitCode !== null) throw new Error(`PgBouncer ended before it was ready: ${log}`);
    await pause(10);
  }
  return {
    url: throughPort(url, port),
    async close() {
      if (life.exitCode === null && life.kill("SIGKILL")) await once(life, "exit");
      await rm(directory, { recursive: true, force: true });
    },
  };
}
