import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkHistory } from "./checker/check-history.ts";
import { checkTables } from "./checker/check-tables.ts";
import { readTables } from "./checker/tables.ts";
import type { Violation } from "./checker/violation.ts";
import { checkHealth } from "./health.ts";
import { type Report, summarise } from "./report.ts";
import { type RunOptions, run } from "./run.ts";

/** The longest that service may take to come back after a heal. */
const RECOVERY_LIMIT_MS = 5_000;

export type TortureOptions = Pick<RunOptions, "seed" | "seconds" | "faults" | "onProgress"> &
  Partial<Pick<RunOptions, "plant" | "only" | "clients" | "historyFile" | "servers" | "deadlineMs">>;

/** One run and its verdict: an empty list of violations, or what was broken and the lines that show it. */
export async function torture(options: TortureOptions): Promise<Report> {
  const historyFile = options.historyFile ?? (await defaultHistoryFile(options.seed, options.plant));
  const full = { servers: 2, clients: 48, deadlineMs: 3_000, ...options, historyFile };
  return run(full, async (world, evidence) => {
    options.onProgress(`checking ${evidence.events.length} lines of history`);
    const { violations, counts } = checkHistory([...evidence.events], await readTables(world.databaseUrl));
    const found: Violation[] = [
      ...violations,
      ...(await checkTables(world.databaseUrl)),
      ...(await checkHealth(world, evidence, RECOVERY_LIMIT_MS)),
    ];
    const { seed, seconds } = options;
    return summarise({ seed, seconds, plant: options.plant, historyFile }, evidence, counts, found);
  });
}

async function defaultHistoryFile(seed: number, plant: string | undefined): Promise<string> {
  const directory = join(tmpdir(), "holdfast-torture");
  await mkdir(directory, { recursive: true });
  return join(directory, `history-seed-${seed}${plant === undefined ? "" : `-${plant}`}.jsonl`);
}
