import { setTimeout as pause } from "node:timers/promises";
import { countDeadlocks } from "./deadlocks.ts";
import { type HistoryEvent, readHistory, watchBlindness, writeHistory } from "./history.ts";
import { waitForQuiet } from "./quiet.ts";
import type { Random } from "./random.ts";
import { type Schedule, startSchedule } from "./schedule.ts";
import { startWorkload, type Workload } from "./workload/workload.ts";
import type { World } from "./world.ts";

export interface RoundOptions {
  readonly world: World;
  readonly random: Random;
  readonly seconds: number;
  /** Who works in this round: tenants of its own, so that it can be judged by itself. */
  readonly tenants: readonly [number, number];
  readonly clients: number;
  readonly faults: boolean;
  /** Only faults whose name matches. */
  readonly only?: RegExp | undefined;
  readonly historyFile: string;
  readonly onProgress: (message: string) => void;
}

/** What a round leaves behind for the checkers and the report. */
export interface Evidence {
  readonly events: HistoryEvent[];
  readonly workload: Workload["counts"];
  readonly unresolved: Workload["unresolved"];
  /** Answers that never ended. */
  readonly unended: readonly string[];
  readonly strokes: Schedule["strokes"];
  readonly recoveries: Schedule["recoveries"];
  readonly deadlocks: number;
}

/** What a crowd has kept waiting is done so long after it has gone. */
const OUT_OF_BREATH_MS = 1_000;

/** Runs workload and faults for the given time, heals everything, and lets every caller learn its one true outcome. */
export async function runRound(options: RoundOptions): Promise<Evidence> {
  const { world, random, seconds, tenants, clients, historyFile, onProgress } = options;
  const history = writeHistory(historyFile);
  const stopWatching = watchBlindness(history);
  onProgress("opening wallets");
  const seed = random.whole(0, 2 ** 31);
  const workload = await startWorkload({ world, history, seed, tenants, clients });
  const schedule = options.faults
    ? startSchedule({ world, workload }, random.fork(), options.only)
    : undefined;
  let deadlocks = 0;
  for (let second = 1; second <= seconds; second++) {
    await pause(1_000);
    deadlocks = Math.max(deadlocks, await countDeadlocks(world));
    const { intents, attempts } = workload.counts;
    const fired = (schedule?.strokes ?? []).reduce((sum, stroke) => sum + stroke.fired, 0);
    onProgress(`${second}/${seconds} s  ${intents} calls  ${attempts} attempts  ${fired} faults`);
  }
  await schedule?.stop();
  onProgress("healed; every caller resolves what is open");
  await workload.finish();
  const { versions, unended } = await waitForQuiet(world, tenants);
  await workload.finishWatching(versions);
  stopWatching();
  for (const { fromMs, toMs, starves } of schedule?.strokes ?? [])
    if (starves) history.write({ type: "blind", fromMs, toMs: toMs + OUT_OF_BREATH_MS });
  await history.close();
  return {
    events: await readHistory(historyFile),
    workload: workload.counts,
    unresolved: workload.unresolved,
    unended,
    strokes: schedule?.strokes ?? [],
    recoveries: schedule?.recoveries ?? [],
    deadlocks,
  };
}
