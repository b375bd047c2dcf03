import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Binaries } from "./binaries.ts";
import type { DataHome } from "./data-home.ts";
import { EmbeddedPostgresError, tail } from "./errors.ts";
import { acceptsConnections } from "./ping.ts";
import { findPostmasterPid } from "./postmaster-pid.ts";
import { programEnv, spawnIdentity } from "./run.ts";
import { openServerLog } from "./server-log.ts";

export const READY_DEADLINE_MS = 30_000;
export const POLL_MS = 15;

export type LaunchResult = { kind: "ready"; pid: number } | { kind: "exited"; log: string };

/** Starts a server and waits till it accepts connections or has given up. */
export async function launch(
  binaries: Binaries,
  home: DataHome,
  data: string,
  args: string[],
  port: number,
): Promise<LaunchResult> {
  const log = await openServerLog(home.path);
  try {
    // Detached: Ctrl-C in a terminal reaches the whole process group, and the application has to drain first.
    const child = spawn(binaries.postgres, args, {
      ...spawnIdentity(home.runAs),
      env: programEnv(),
      detached: true,
      stdio: ["ignore", log.file.fd, log.file.fd],
      windowsHide: true,
    });
    let failure: string | undefined;
    child.once("error", (error) => {
      failure = error.message;
    });
    child.once("exit", (code, signal) => {
      failure = `it ended with ${signal ?? `exit code ${code}`}`;
    });
    child.unref();

    const deadline = performance.now() + READY_DEADLINE_MS;
    while (performance.now() < deadline) {
      if (failure !== undefined) return { kind: "exited", log: (await log.read()) || failure };
      const postmaster = await findPostmasterPid(data);
      const ready = postmaster?.status === "ready" && postmaster.pid === child.pid;
      if (ready && (await acceptsConnections(port))) return { kind: "ready", pid: postmaster.pid };
      await sleep(POLL_MS);
    }
    throw notReady(child.pid, log.path, await log.read());
  } finally {
    await log.file.close();
  }
}

/** The server is left alone: it may be recovering from a crash, and to end that would mean to begin it again. */
export function notReady(pid: number | undefined, logPath: string, log: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    "not_ready",
    `Postgres (pid ${pid}) was not ready after ${READY_DEADLINE_MS / 1000} s and is left running in case it recovers: start again to wait for it, or see ${logPath}: ${tail(log)}`,
  );
}
