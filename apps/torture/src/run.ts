import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type HistoryEvent, readHistory, writeHistory } from "./history.ts";
import { createRandom } from "./random.ts";
import { type Schedule, startSchedule } from "./schedule.ts";
import { startWorkload, type Workload } from "./workload/workload.ts";
import { createWorld, type World } from "./world.ts";

export interface RunOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly servers: number;
  readonly clients: number;
  readonly deadlineMs: number;
  readonly faults: boolean;
  /** Only faults whose name matches. */
  readonly only?: RegExp | undefined;
  readonly plant?: string | undefined;
  readonly historyFile?: string | undefined;
  readonly onProgress: (message: string) => void;
}

/** What a run leaves behind for the checkers and the report, read before the world is torn down. */
export interface Evidence {
  readonly events: readonly HistoryEvent[];
  readonly workload: Workload["counts"];
  readonly schedule: Pick<Schedule, "struck" | "recoveriesMs" | "leftOut"> | undefined;
  readonly servers: readonly { readonly output: string; readonly unexpectedExits: readonly string[] }[];
}

/** Runs workload and faults for the given time, heals everything, and lets every caller learn its one true outcome. */
export async function run<T>(
  options: RunOptions,
  examine: (world: World, evidence: Evidence) => Promise<T>,
): Promise<T> {
  const { seed, seconds, onProgress } = options;
  const random = createRandom(seed);
  const world = await createWorld({ servers: options.servers, plant: options.plant, onProgress });
  try {
    const historyFile = options.historyFile ?? join(world.directory, "history.jsonl");
    const history = writeHistory(historyFile);
    onProgress("opening wallets");
    const workload = await startWorkload({
      world,
      history,
      seed: random.whole(0, 2 ** 31),
      clients: options.clients,
      deadlineMs: options.deadlineMs,
    });
    const schedule = options.faults
      ? startSchedule({ world, workload }, random.fork(), options.only)
      : undefined;
    for (let second = 0; second < seconds; second++) {
      await pause(1_000);
      onProgress(progressLine(second + 1, seconds, workload, schedule));
    }
    await schedule?.stop();
    onProgress("healed; every caller resolves what is open");
    await workload.finish();
    await history.close();
    const events = await readHistory(historyFile);
    const servers = world.servers.map((site) => site.process);
    return await examine(world, { events, workload: workload.counts, schedule, servers });
  } finally {
    await world.close();
  }
}

function progressLine(
  second: number,
  seconds: number,
  { counts }: Workload,
  schedule: Schedule | undefined,
): string {
  const fired = [...(schedule?.struck.values() ?? [])].reduce((sum, struck) => sum + struck.fired, 0);
  return `${second}/${seconds} s  ${counts.intents} intents  ${counts.attempts} attempts  ${fired} faults`;
}
