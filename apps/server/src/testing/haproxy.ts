import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { accepts, freePort } from "@holdfast/db/testing";

export const HOW_TO_INSTALL_HAPROXY =
  "Install HAProxy (Debian: apt-get install haproxy), then run this again.";

let installed: boolean | undefined;

export function haproxyIsInstalled(): boolean {
  installed ??= spawnSync("haproxy", ["-v"]).status === 0;
  return installed;
}

/** HAProxy on a port of its own, configured as in the docs. */
export interface OwnHaproxy {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

export interface HaproxyOptions {
  /** Where the server listens. */
  readonly server: { readonly port: number };
  /** How many requests the server has at a time; as in the file when left out. */
  readonly calls?: number;
  readonly batches?: number;
  /** How long whoever finds no slot waits, such as "20ms". */
  readonly queue?: string;
}

export async function startHaproxy({ server, calls, batches, queue }: HaproxyOptions): Promise<OwnHaproxy> {
  const port = await freePort();
  const life = spawn("haproxy", ["-db", "-f", configFile()], {
    env: {
      ...process.env,
      LISTEN: `127.0.0.1:${port}`,
      SERVER: `127.0.0.1:${server.port}`,
      ...(calls === undefined ? {} : { REQUESTS: `${calls}` }),
      ...(batches === undefined ? {} : { BATCHES: `${batches}` }),
      ...(queue === undefined ? {} : { QUEUE: queue }),
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaints = "";
  life.stderr.on("data", (part: Buffer) => {
    complaints += part;
  });
  await once(life, "spawn");
  while (!(await accepts(port))) {
    if (life.exitCode !== null) throw new Error(`HAProxy ended before it was ready: ${complaints}`);
    await pause(10);
  }
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async close() {
      if (life.exitCode !== null || life.signalCode !== null) return;
      const gone = once(life, "exit");
      life.kill("SIGKILL");
      await gone;
    },
  };
}

/** What is handed to those who run Holdfast, from wherever in the repository this was bundled to. */
function configFile(): string {
  for (let directory = new URL(".", import.meta.url); ; directory = new URL("..", directory)) {
    const file = fileURLToPath(new URL("docs/haproxy.cfg", directory));
    if (existsSync(file)) return file;
    if (directory.pathname === "/") throw new Error("there is no docs/haproxy.cfg");
  }
}
