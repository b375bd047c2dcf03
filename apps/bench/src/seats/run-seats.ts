import { startWireMeter } from "@holdfast/db/testing";
import postgres from "postgres";
import { type Counters, readCounters, readSizes, type Sizes } from "../counters.ts";
import { freshDatabase } from "../databases.ts";
import { type Costs, type Figures, figuresOf, medians } from "../figures.ts";
import { type Outcome, type RunOptions, warmUpSecondsOf } from "../run-scenario.ts";
import type { BoxOffice, SeatContender } from "./box-office.ts";
import { createHouse } from "./house.ts";
import { SaleBooks } from "./sale-books.ts";
import type { SeatLoad, SeatScenario } from "./seat-scenario.ts";

const CALLERS = 64;
const BALANCE = 1_000_000_000;
/** The house of the warm-up, at most: a service that sells is not a cold one. */
const WARM_UP_SEATS = 1_000;
/** The house of what is counted and not timed, against the real one. */
const METERED_SHARE = 0.1;
const LEAST_SEATS = 20;

/**
 * Contenders take turns, round by round, on one Postgres: a turn is a show that ends when it is sold or full. Then each
 * one's tables are checked.
 */
export async function runSeats(scenario: SeatScenario, options: RunOptions): Promise<Outcome[]> {
  const { url, rounds, onProgress } = options;
  const taking = scenario.contenders.filter(({ name }) => options.contenders?.includes(name) ?? true);
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  const runs: Run[] = [];
  try {
    for (const contender of taking) {
      onProgress(`${scenario.name}: ${contender.name} opens`);
      const database = await freshDatabase(admin, url, `bench_seats_${contender.name.replaceAll("-", "_")}`);
      runs.push(await startRun(contender, scenario, database, options));
    }
    for (let round = 1; round <= rounds; round++) {
      for (const run of runs) {
        onProgress(`${scenario.name}: round ${round} of ${rounds}, ${run.contender.name}`);
        run.figures.push(await takeTurn(run, scenario, round, admin, options));
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
  readonly contender: SeatContender;
  readonly office: BoxOffice;
  readonly sql: postgres.Sql;
  readonly books: SaleBooks;
  readonly sizes: Sizes;
  readonly figures: Figures[];
  operations: number;
  close(): Promise<void>;
}

async function startRun(
  contender: SeatContender,
  scenario: SeatScenario,
  url: string,
  options: RunOptions,
): Promise<Run> {
  const { buyers } = scenario.size(options);
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const office = await contender.setUp({ url, buyers, balance: BALANCE });
  return {
    contender,
    office,
    sql,
    books: new SaleBooks({ buyers, balance: BALANCE }),
    sizes: await readSizes(sql, office.tables),
    figures: [],
    operations: 0,
    async close() {
      await office.close();
      await sql.end();
    },
  };
}

async function takeTurn(
  run: Run,
  scenario: SeatScenario,
  round: number,
  admin: postgres.Sql,
  options: RunOptions,
): Promise<Figures> {
  const { seats } = scenario.size(options);
  await warmUp(run, scenario, Math.min(seats, WARM_UP_SEATS), options);
  // Nobody pays for the pages that the one before, or the warm-up, has dirtied.
  await admin.unsafe("checkpoint");
  const counters: Counters[] = [];
  const load = await show(run, scenario, seats, options, round, async () => {
    counters.push(await readCounters(admin, options.postmaster));
  });
  const { reservations, sales, soldOutSeconds, releasesPerSecond, adjacentShare, seconds } = load;
  return {
    ...figuresOf(load, ...counters),
    reservationsPerSecond: reservations / seconds,
    attemptsPerSecond: load.latenciesMs.length / seconds,
    salesPerSecond: sales === undefined ? undefined : sales / seconds,
    soldOutSeconds,
    releasesPerSecond,
    adjacentPercent: adjacentShare === undefined ? undefined : 100 * adjacentShare,
  };
}

/** One show after the other, for as long as other scenarios warm up: the fastest sell a house in half of that. */
async function warmUp(run: Run, scenario: SeatScenario, seats: number, options: RunOptions): Promise<void> {
  const startedMs = performance.now();
  do await show(run, scenario, seats, options, 0);
  while (performance.now() - startedMs < 1_000 * warmUpSecondsOf(options.seconds));
}

/** One show from its opening to its end. */
async function show(
  run: Pick<Run, "office" | "books" | "operations">,
  scenario: SeatScenario,
  seats: number,
  { callers = CALLERS }: Pick<RunOptions, "callers">,
  seed: number,
  onMeasure: () => Promise<void> = async () => {},
): Promise<SeatLoad> {
  const { office, books } = run;
  const house = createHouse(seats);
  const id = await office.openShow(house);
  books.opened(id, house);
  const load = await scenario.run({ office, books, house, show: id, callers, seed, onMeasure });
  run.operations += load.operations + (load.furtherOperations ?? 0);
  return load;
}

const share = (seats: number, of: number): number =>
  Math.min(seats, Math.max(LEAST_SEATS, Math.round(seats * of)));

async function outcomeOf(run: Run, scenario: SeatScenario, options: RunOptions): Promise<Outcome> {
  const { contender, office, books, figures, operations } = run;
  const sizes = await readSizes(run.sql, office.tables);
  const wrong = books.differences(await office.state(), office);
  return {
    scenario: scenario.name,
    contender: contender.name,
    callers: options.callers ?? CALLERS,
    median: medians(figures),
    rounds: figures,
    costs: {
      ...(await meter(contender, scenario, options)),
      tableBytes: (sizes.tableBytes - run.sizes.tableBytes) / operations,
      indexBytes: (sizes.indexBytes - run.sizes.indexBytes) / operations,
    },
    wrong,
  };
}

/** Round trips and statements a call, on a database of its own behind a meter. */
async function meter(
  contender: SeatContender,
  scenario: SeatScenario,
  options: RunOptions,
): Promise<Pick<Costs, "roundTrips" | "statements">> {
  const { url } = options;
  const { seats, buyers } = scenario.size(options);
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  const wire = await startWireMeter(Number(new URL(url).port));
  const metered = new URL(await freshDatabase(admin, url, "bench_metered"));
  metered.port = String(wire.port);
  const office = await contender.setUp({ url: metered.href, buyers, balance: BALANCE });
  try {
    const run = { office, books: new SaleBooks({ buyers, balance: BALANCE }), operations: 0 };
    // Statements are prepared the first time.
    await show(run, scenario, LEAST_SEATS, options, 0);
    const counts: { roundTrips: number; statements: number }[] = [];
    const load = await show(run, scenario, share(seats, METERED_SHARE), options, 1, async () => {
      counts.push({ roundTrips: wire.roundTrips, statements: wire.statements });
    });
    const [before, after] = counts;
    return {
      roundTrips: ((after?.roundTrips ?? 0) - (before?.roundTrips ?? 0)) / load.operations,
      statements: ((after?.statements ?? 0) - (before?.statements ?? 0)) / load.operations,
    };
  } finally {
    await office.close();
    await wire.close();
    await admin.unsafe("drop database if exists bench_metered with (force)");
    await admin.end();
  }
}
