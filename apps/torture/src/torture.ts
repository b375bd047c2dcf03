import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verify } from "@holdfast/db";
import { checkHistory } from "./checker/check-history.ts";
import { checkTables } from "./checker/check-tables.ts";
import { readTables } from "./checker/tables.ts";
import type { Violation } from "./checker/violation.ts";
import { checkHealth } from "./health.ts";
import { type HistoryEvent, writeHistory } from "./history.ts";
import { createRandom } from "./random.ts";
import { type Report, Tally } from "./report.ts";
import { runRound } from "./run.ts";
import { createWorld } from "./world.ts";

export interface TortureOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly faults: boolean;
  readonly onProgress: (message: string) => void;
  readonly plant?: string | undefined;
  /** Only faults whose name matches. */
  readonly only?: RegExp | undefined;
  readonly clients?: number | undefined;
  readonly servers?: number | undefined;
  /** Where the history is left. */
  readonly directory?: string | undefined;
  /** Whether I11 is judged: not where other work on the same machine makes everything late. */
  readonly timed?: boolean | undefined;
}

/** How late a reply may be, and how long service may take to come back after a heal. */
const LATE_MS = 100;
const RECOVERY_LIMIT_MS = 5_000;
/** What is judged in one piece: a run of hours is many rounds, in one world that never rests. */
const ROUND_SECONDS = 60;

/** One run and its verdict: an empty list of violations, or what was broken first and the lines that show it. */
export async function torture(options: TortureOptions): Promise<Report> {
  const {
    seed,
    seconds,
    plant,
    faults,
    only,
    clients = 320,
    servers = 2,
    timed = true,
    directory = join(tmpdir(), "holdfast-torture", `seed-${seed}${plant === undefined ? "" : `-${plant}`}`),
    onProgress,
  } = options;
  await mkdir(directory, { recursive: true });
  const random = createRandom(seed);
  const world = await createWorld({ servers, plant, onProgress });
  const tally = new Tally({ seed, seconds, plant, directory });
  try {
    const rounds = Math.ceil(seconds / ROUND_SECONDS);
    for (let round = 1; round <= rounds && tally.violations.length === 0; round++) {
      const say = (message: string): void =>
        onProgress(rounds === 1 ? message : `round ${round}/${rounds}: ${message}`);
      const tenants = [2 * round - 1, 2 * round] as const;
      await world.createTenants(tenants);
      const seen = await runRound({
        world,
        random,
        seconds: Math.min(ROUND_SECONDS, seconds - (round - 1) * ROUND_SECONDS),
        tenants,
        clients,
        faults,
        only,
        historyFile: join(directory, `round-${round}.jsonl.gz`),
        onProgress: say,
      });
      const { strokes, recoveries } = seen;
      // For people who read a history; the checkers don't.
      await writeFile(join(directory, `round-${round}-faults.json`), JSON.stringify({ strokes, recoveries }));
      // What a server was told after that moment may be of things that the tables do not show yet.
      const untilMs = performance.now();
      const tables = await readTables(world.databaseUrl, tenants);
      const diaries = await world.readDiaries(tenants, untilMs);
      await keep(diaries, join(directory, `round-${round}-answers.jsonl.gz`));
      const events = [...seen.events, ...diaries].sort((a, b) => momentOf(a) - momentOf(b));
      const evidence = { ...seen, events };
      say(`checking ${events.length} lines of history`);
      const { violations, counts } = checkHistory(events, tables, {
        lateMs: timed ? LATE_MS : Number.POSITIVE_INFINITY,
      });
      tally.add(evidence, counts, [
        ...violations,
        ...(await checkTables(world.databaseUrl)),
        // The product's own check is judged by the way; it is no witness when a bug of ours must be caught.
        ...(plant === undefined ? await verified(world.databaseUrl) : []),
      ]);
    }
    for (const { index, process } of world.servers)
      await writeFile(join(directory, `server-${index}.log`), process.output);
    tally.blame(await checkHealth(world, tally, timed ? RECOVERY_LIMIT_MS : Number.POSITIVE_INFINITY));
    return tally.report();
  } finally {
    await world.close();
  }
}

async function keep(events: readonly HistoryEvent[], file: string): Promise<void> {
  const writer = writeHistory(file);
  for (const event of events) writer.write(event);
  await writer.close();
}

function momentOf(event: HistoryEvent): number {
  return event.type === "blind" ? event.fromMs : event.atMs;
}

/** What `holdfast verify` finds. */
async function verified(url: string): Promise<Violation[]> {
  return (await verify({ url })).map(({ invariant, table, row, message }) => ({
    invariant: invariant as Violation["invariant"],
    message: `holdfast verify: ${table} ${row}`,
    evidence: [message],
  }));
}
