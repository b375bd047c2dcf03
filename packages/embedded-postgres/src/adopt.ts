import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { notReady, POLL_MS, READY_DEADLINE_MS } from "./launch.ts";
import { acceptsConnections } from "./ping.ts";
import { discardPostmasterPid, findPostmasterPid } from "./postmaster-pid.ts";
import { judgeProcess } from "./process-check.ts";

export interface RunningServer {
  pid: number;
  port: number;
}

/**
 * The server that already serves this data directory: left behind by a Node process that was killed, or just
 * started by another launcher, in which case this waits till it is ready. One that is stopping is waited out.
 * Undefined when there is none and one can be started.
 */
export async function findRunningServer(home: string, data: string): Promise<RunningServer | undefined> {
  const deadline = performance.now() + READY_DEADLINE_MS;
  for (;;) {
    const postmaster = await findPostmasterPid(data);
    if (postmaster === undefined) return undefined;
    const judgement = await judgeProcess(postmaster.pid, data);
    if (judgement === "gone") return undefined;
    if (judgement === "other") {
      await discardPostmasterPid(data, postmaster);
      return undefined;
    }
    if (postmaster.status === "ready" && (await acceptsConnections(postmaster.port)))
      return { pid: postmaster.pid, port: postmaster.port };
    if (judgement === "unknown") return undefined;
    if (performance.now() > deadline) {
      const logPath = join(home, "server.log");
      throw notReady(postmaster.pid, logPath, await readFile(logPath, "utf8").catch(() => ""));
    }
    await sleep(POLL_MS);
  }
}
