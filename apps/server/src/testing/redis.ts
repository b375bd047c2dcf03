import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@holdfast/db/testing";

export const HOW_TO_INSTALL_REDIS =
  "Install Redis (Debian: apt-get install redis-server), then run the tests again.";

let installed: boolean | undefined;

/** Whether this machine has a redis-server to start. */
export function redisIsInstalled(): boolean {
  installed ??= spawnSync("redis-server", ["--version"]).status === 0;
  return installed;
}

/** A Redis of one's own on loopback, which keeps everything in memory and nothing else. */
export interface OwnRedis {
  readonly port: number;
  readonly url: string;
  /** `kill -9`; what it held is gone. */
  kill(): Promise<void>;
  /** Another one at the same address, after a kill. */
  startAgain(): Promise<void>;
  /** Stops the process where it stands: connections stay open and nothing answers. */
  freeze(on: boolean): void;
  close(): Promise<void>;
}

export async function startRedis(): Promise<OwnRedis> {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-redis-"));
  const port = await freePort();
  let life = await launch(port, directory);

  async function kill(): Promise<void> {
    if (life.exitCode !== null || life.signalCode !== null) return;
    const gone = once(life, "exit");
    life.kill("SIGKILL");
    await gone;
  }

  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill,
    async startAgain() {
      life = await launch(port, directory);
    },
    freeze(on) {
      life.kill(on ? "SIGSTOP" : "SIGCONT");
    },
    async close() {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function launch(port: number, directory: string): Promise<ChildProcess> {
  const settings = {
    port,
    bind: "127.0.0.1",
    dir: directory,
    save: "",
    appendonly: "no",
    maxmemory: "256mb",
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const life = spawn("redis-server", [...args, "--maxmemory-policy", "allkeys-lru"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  await new Promise<void>((resolve, reject) => {
    life.once("error", reject);
    life.once("exit", () => reject(new Error(`redis-server ended before it was ready: ${output}`)));
    life.stdout.on("data", (chunk: Buffer) => {
      output += chunk;
      if (output.includes("Ready to accept connections")) resolve();
    });
  });
  return life;
}
