import { setTimeout as sleep } from "node:timers/promises";
import type { Binaries } from "./binaries.ts";
import { EmbeddedPostgresError } from "./errors.ts";
import { POLL_MS } from "./launch.ts";
import { findPostmasterPid } from "./postmaster-pid.ts";
import { judgeProcess } from "./process-check.ts";
import { run } from "./run.ts";

const STAGE_MS = 10_000;

/**
 * Stops a server: fast (sessions end, data is written), and if that takes more than 10 s immediately (the next start
 * recovers). Looks at the process again before each signal, because its id may have passed to another program.
 */
export async function stopServer(pid: number, data: string, binaries: Binaries): Promise<void> {
  for (const [signal, mode] of [
    ["SIGINT", "fast"],
    ["SIGQUIT", "immediate"],
  ] as const) {
    if (!(await isRunning(pid, data))) return;
    if (process.platform === "win32") await run(binaries.pgCtl, ["stop", "-D", data, "-m", mode, "-W"]);
    else signalQuietly(pid, signal);
    const deadline = performance.now() + STAGE_MS;
    while (performance.now() < deadline) {
      if (!(await isRunning(pid, data))) return;
      await sleep(POLL_MS);
    }
  }
  throw new EmbeddedPostgresError(
    "stop_failed",
    `Postgres (pid ${pid}) serving ${data} has not stopped: see its server.log and end it by hand.`,
  );
}

async function isRunning(pid: number, data: string): Promise<boolean> {
  const judgement = await judgeProcess(pid, data);
  if (judgement === "unknown") return (await findPostmasterPid(data))?.pid === pid;
  return judgement === "server";
}

function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended in between.
  }
}
