import { startWireMeter } from "@holdfast/db/testing";
import postgres from "postgres";
import { Books } from "./books.ts";
import type { Contender, Ledger } from "./contenders/contender.ts";
import { type Counters, readCounters, readSizes, type Sizes } from "./counters.ts";
import { freshDatabase, settle } from "./databases.ts";
import { type Costs, type Figures, figuresOf, medians } from "./figures.ts";
import { runLoad } from "./load.ts";
import type { Scenario } from "./scenarios.ts";

export interface RunOptions {
  /** The Postgres of the run, and its process. */
  readonly url: string;
  readonly postmaster: number;
  readonly seconds: number;
  readonly rounds: number;
  /** Overrides the scenario's own number. */
  readonly callers: number | undefined;
  /** Names of those who take part; everybody when left out. */
  readonly contenders: readonly string[] | undefined;
  /** How many operations `grown` starts with. */
  readonly grownOperations: number;
  /** How many calls `memory` makes. */
  readonly memoryCalls: number;
  /** How many buyers come to `onsale`; its house has a tenth as many seats. */
  readonly buyers: number;
  /** How many seats the house of `best-available` has. */
  readonly seats: number;
  /** How many watch in `watchers`. */
  readonly watchers: number;
  /** Of how many messages the conversations of `append` are, ascending. */
  readonly histories: readonly number[];
  readonly onProgress: (message: string) => void;
}

export interface Outcome {
  readonly scenario: string;
  readonly contender: string;
  readonly callers: number;
  readonly median: Figures;
  readonly rounds: readonly Figures[];
  readonly costs: Costs | undefined;
  /** What its tables got wrong; a contender with any has no result. */
  readonly wrong: readonly string[];
}

/** How long a turn of so many seconds is run before it counts. */
export const warmUpSecondsOf = (seconds: number): number => Math.min(1, seconds);

/** Operations of one caller, for what is counted and not timed. */
const METERED = 50;

/** Contenders take turns, round by round, on one Postgres; then each one's tables are checked. */
export async function runScenario(
  scenario: Scenario,
  contenders: readonly Contender[],
  options: RunOptions,
): Promise<Outcome[]> {
  const { url, rounds, onProgress } = options;
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  const taking = contenders.filter(({ name }) => scenario.contenders.includes(name));
  const runs: Run[] = [];
  try {
    for (const contender of taking) {
      onProgress(`${scenario.name}: ${contender.name} opens ${scenario.world.wallets} wallets`);
      const database = await freshDatabase(admin, url, `bench_${contender.name.replaceAll("-", "_")}`);
      const run = await startRun(contender, scenario, database);
      runs.push(run);
      await settle(database, run.ledger.tables);
    }
    for (let round = 1; round <= rounds; round++) {
      for (const run of runs) {
        onProgress(`${scenario.name}: round ${round} of ${rounds}, ${run.contender.name}`);
        run.figures.push(await takeTurn(run, scenario, admin, options));
        await settle(run.url, run.ledger.tables);
      }
    }
    const outcomes: Outcome[] = [];
    for (const run of runs) {
      onProgress(`${scenario.name}: ${run.contender.name} is checked`);
      outcomes.push(await outcomeOf(run, scenario, options));
    }
    return outcomes;
  } finally {
    await Promise.all(runs.map((run) => run.close()));
    await admin.end();
  }
}

interface Run {
  readonly contender: Contender;
  readonly url: string;
  readonly ledger: Ledger;
  readonly sql: postgres.Sql;
  readonly books: Books;
  readonly operate: () => Promise<void>;
  readonly sizes: Sizes;
  readonly figures: Figures[];
  close(): Promise<void>;
}

async function startRun(contender: Contender, scenario: Scenario, url: string): Promise<Run> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const ledger = await contender.setUp({ url, ...scenario.world });
  const books = new Books(scenario.world);
  return {
    contender,
    url,
    ledger,
    sql,
    books,
    operate: scenario.operate(ledger, books),
    sizes: await readSizes(sql, ledger.tables),
    figures: [],
    async close() {
      await ledger.close();
      await sql.end();
    },
  };
}

async function takeTurn(
  run: Run,
  scenario: Scenario,
  admin: postgres.Sql,
  { seconds, callers, postmaster }: RunOptions,
): Promise<Figures> {
  const counters: Counters[] = [];
  const onMeasure = async (): Promise<void> => {
    counters.push(await readCounters(admin, postmaster));
  };
  const many = run.ledger.transferMany;
  if (many !== undefined) {
    let transfers = 0;
    const load = await runLoad({
      callers: 1,
      seconds,
      warmUpSeconds: warmUpSecondsOf(seconds),
      onMeasure,
      async operate() {
        transfers = await many();
        run.books.movedAround(transfers);
      },
    });
    const each = figuresOf({ ...load, operations: load.operations * transfers }, ...counters);
    return { ...each, p50Ms: undefined, p99Ms: undefined, p999Ms: undefined };
  }
  const load = await runLoad({
    callers: callers ?? scenario.callers,
    seconds,
    warmUpSeconds: warmUpSecondsOf(seconds),
    onMeasure,
    operate: run.operate,
  });
  return figuresOf(load, ...counters);
}

async function outcomeOf(run: Run, scenario: Scenario, options: RunOptions): Promise<Outcome> {
  const { contender, ledger, books, figures } = run;
  const sizes = await readSizes(run.sql, ledger.tables);
  const wrong = books.differences(await ledger.state(), ledger.entriesOfHold ?? 0);
  return {
    scenario: scenario.name,
    contender: contender.name,
    callers: ledger.transferMany === undefined ? (options.callers ?? scenario.callers) : 1,
    median: medians(figures),
    rounds: figures,
    costs: {
      ...(ledger.transferMany === undefined && scenario.metered !== false
        ? await meter(contender, scenario, options)
        : { roundTrips: undefined, statements: undefined }),
      tableBytes: (sizes.tableBytes - run.sizes.tableBytes) / books.commands,
      indexBytes: (sizes.indexBytes - run.sizes.indexBytes) / books.commands,
    },
    wrong,
  };
}

/** Round trips and statements an operation, of the scenario's callers, on a database of its own behind a meter. */
async function meter(
  contender: Contender,
  scenario: Scenario,
  { url, callers = scenario.callers }: RunOptions,
): Promise<Pick<Costs, "roundTrips" | "statements">> {
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  const wire = await startWireMeter(Number(new URL(url).port));
  const metered = new URL(await freshDatabase(admin, url, "bench_metered"));
  metered.port = String(wire.port);
  const ledger = await contender.setUp({ url: metered.href, ...scenario.world });
  try {
    const operate = scenario.operate(ledger, new Books(scenario.world));
    const each = async (): Promise<void> => {
      for (let n = 0; n < METERED; n++) await operate();
    };
    // Statements are prepared the first time.
    await operate();
    const before = { roundTrips: wire.roundTrips, statements: wire.statements };
    await Promise.all(Array.from({ length: callers }, each));
    const operations = METERED * callers;
    return {
      roundTrips: (wire.roundTrips - before.roundTrips) / operations,
      statements: (wire.statements - before.statements) / operations,
    };
  } finally {
    await ledger.close();
    await wire.close();
    await admin.unsafe("drop database if exists bench_metered with (force)");
    await admin.end();
  }
}
