import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { deferred } from "./deferred.ts";

const SERVER = fileURLToPath(new URL("../../", import.meta.url));
const require = createRequire(import.meta.url);
const TSX = pathToFileURL(require.resolve("tsx")).href;
const READY = /^Holdfast is ready: (http:\S+)$/m;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Spawned {
  readonly child: ChildProcess;
  /** The address, once the process has printed it; rejects when it ends before. */
  readonly ready: Promise<string>;
  readonly ended: Promise<Ended>;
  /** What it has logged so far. */
  readonly stderr: string;
}

/** The `holdfast` command in a process of its own, with exactly this environment beside PATH and HOME. */
export function spawnHoldfast(args: readonly string[], env: Record<string, string>): Spawned {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, ["--import", TSX, "src/cli.ts", ...args], {
    cwd: SERVER,
    env: { ...(PATH && { PATH }), ...(HOME && { HOME }), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const ready = deferred<string>();
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
    const address = READY.exec(stdout)?.[1];
    if (address !== undefined) ready.resolve(address);
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  const ended = once(child, "close").then(([code, signal]): Ended => {
    ready.reject(new Error(`holdfast ended (${code ?? signal}) before it was ready: ${stderr}`));
    return { code, signal, stdout, stderr };
  });
  // Whoever only waits for the end has no use for this rejection.
  ready.promise.catch(() => {});
  return {
    child,
    ready: ready.promise,
    ended,
    get stderr() {
      return stderr;
    },
  };
}
