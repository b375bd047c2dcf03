import { spawn, spawnSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { asAdmin } from "../admin.ts";
import type { World } from "../world.ts";
import { type Fault, pause } from "./fault.ts";

let available: boolean | undefined;

/** Whether strace is installed and may attach; without it the fault is left out, and the report says so. */
export function straceIsAvailable(): boolean {
  available ??= spawnSync("strace", ["-o", "/dev/null", "-e", "trace=none", "true"]).status === 0;
  return available;
}

/**
 * Kills a backend inside fdatasync, which is inside COMMIT: the log record is written and may or may not be on disk.
 * Postgres then ends every other backend and recovers by itself.
 */
export const killInFdatasync: Fault = {
  name: "postgres: kill in fdatasync of a commit",
  async strike({ world, random }) {
    const pids = await backendsOf(world.postgres.pid);
    const when = random.whole(1, 20);
    const strace = spawn(
      "strace",
      [
        "-f",
        "-qq",
        ...["-e", "trace=fdatasync", "-e", `inject=fdatasync:signal=SIGKILL:when=${when}`],
        ...pids.flatMap((pid) => ["-p", pid]),
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    let output = "";
    strace.stderr.on("data", (chunk: Buffer) => {
      output += chunk;
    });
    const ended = new Promise<void>((resolve) => strace.once("exit", () => resolve()));
    const giveUpAt = performance.now() + 3_000;
    while (performance.now() < giveUpAt && !output.includes("killed by SIGKILL")) await pause(20);
    strace.kill("SIGINT");
    await ended;
    await untilPostgresAnswers(world);
    return output.includes("killed by SIGKILL") ? 1 : 0;
  },
};

/** Postgres ends every backend and recovers; it is healed when it lets somebody in again. */
async function untilPostgresAnswers(world: World): Promise<void> {
  const giveUpAt = performance.now() + 10_000;
  const answers = (): Promise<boolean> =>
    asAdmin(world.databaseUrl, (sql) => sql`select 1`).then(
      () => true,
      () => false,
    );
  while (performance.now() < giveUpAt && !(await answers())) await pause(20);
}

async function backendsOf(postmaster: number): Promise<string[]> {
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(
    processes.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
      return { pid, parent: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) };
    }),
  );
  return parents.filter(({ parent }) => parent === postmaster).map(({ pid }) => pid);
}
