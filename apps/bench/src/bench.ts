import { startEmbeddedPostgres } from "@holdfast/embedded-postgres";
import { CliError } from "@holdfast/server/tool";
import postgres from "postgres";
import {
  appendContenders,
  benchmarks,
  httpContenders,
  overloadContenders,
  seatContenders,
} from "./benchmarks.ts";
import { contenders } from "./contenders/index.ts";
import { ratios } from "./ratios.ts";
import { machineOf, printOutcomes, printRatios, type Report } from "./report.ts";
import { grownContenders } from "./run-grown.ts";
import type { Outcome } from "./run-scenario.ts";

export interface BenchOptions {
  /** For the run's own Postgres. */
  readonly directory: string;
  readonly scenarios: readonly string[];
  /** Names; all when left out. */
  readonly contenders: readonly string[] | undefined;
  readonly seconds: number;
  readonly rounds: number;
  readonly callers: number | undefined;
  readonly pgledgerFile: string | undefined;
  readonly grownOperations: number;
  readonly memoryCalls: number;
  readonly buyers: number;
  readonly seats: number;
  readonly watchers: number;
  readonly histories: readonly number[];
  readonly onProgress: (message: string) => void;
  /** Told each table as it is done, and the ratios. */
  readonly onResult: (text: string) => void;
}

const SETTINGS = [
  "fsync",
  "synchronous_commit",
  "full_page_writes",
  "shared_buffers",
  "max_wal_size",
  "wal_compression",
  "autovacuum",
];

/** Runs the scenarios one after the other on a Postgres of its own, as `pnpm start` would start it: fsync on. */
export async function bench(options: BenchOptions): Promise<Report> {
  const { seconds, rounds, onProgress, onResult } = options;
  const all = contenders(options.pgledgerFile);
  const names = [
    ...all.map(({ name }) => name),
    ...seatContenders,
    ...appendContenders,
    ...overloadContenders,
    ...httpContenders,
    ...grownContenders,
  ];
  const unknown = options.contenders?.filter((name) => !names.includes(name)) ?? [];
  if (unknown.length > 0)
    throw new CliError(`no contender ${unknown.join(", ")}; there are: ${[...new Set(names)].join(", ")}`);
  const taking = all.filter(({ name }) => options.contenders?.includes(name) ?? true);
  const server = await startEmbeddedPostgres({ dataDir: options.directory, onProgress });
  try {
    const machine = await describeMachine(server.url);
    const outcomes: Outcome[] = [];
    for (const benchmark of benchmarks.filter(({ name }) => options.scenarios.includes(name))) {
      const done = await benchmark.run(taking, { ...options, url: server.url, postmaster: server.pid });
      outcomes.push(...done);
      if (done.length > 0) onResult(printOutcomes(benchmark.description, done));
    }
    const report = { machine, seconds, rounds, outcomes, ratios: ratios(outcomes) };
    onResult(printRatios(report.ratios));
    return report;
  } finally {
    await server.stop();
  }
}

async function describeMachine(url: string): Promise<Report["machine"]> {
  const sql = postgres(url, { max: 1 });
  try {
    const [row] = await sql<{ version: string }[]>`select current_setting('server_version') as version`;
    const settings = await sql<{ name: string; setting: string }[]>`
      select name, current_setting(name) as setting from pg_settings where name in ${sql(SETTINGS)}`;
    return machineOf(
      row?.version ?? "",
      Object.fromEntries(settings.map(({ name, setting }) => [name, setting])),
    );
  } finally {
    await sql.end();
  }
}
