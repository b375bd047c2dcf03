import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";

/** The server under fire. It is never started again: a process that ends is what the run looks for. */
export interface ServerProcess {
  readonly port: number;
  /** How it ended; undefined while it lives. */
  readonly exit: string | undefined;
  /** What it has logged. */
  readonly log: string;
  /** Resolves when it has ended, or after so long. */
  ends(withinMs: number): Promise<void>;
  stop(): Promise<void>;
}

const READY = /Holdfast is ready: http:\/\/[^\s:]+:(\d+)/;
/** Whoever needs more heap than this for requests of a megabyte keeps what it should let go, and dies of it. */
const HEAP_MB = 512;
const STOP_MS = 15_000;

export async function startServerProcess(
  program: string,
  env: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, program], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH, HOME, ...env },
  });
  let exit: string | undefined;
  let log = "";
  const exited = once(child, "exit").then(([code, signal]) => {
    exit = `${code ?? signal}`;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    log += chunk;
  });
  const port = await new Promise<number>((resolve, reject) => {
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk;
      const found = READY.exec(said)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    void exited.then(() => reject(new Error(`the server ended (${exit}) before it was ready:\n${log}`)));
  });
  return {
    port,
    get exit() {
      return exit;
    },
    get log() {
      return log;
    },
    async ends(withinMs) {
      const late = new AbortController();
      await Promise.race([
        exited.then(() => late.abort()),
        pause(withinMs, undefined, { signal: late.signal }).catch(() => {}),
      ]);
    },
    async stop() {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      await exited;
      clearTimeout(late);
    },
  };
}
