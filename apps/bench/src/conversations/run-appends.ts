import { startWireMeter } from "@holdfast/db/testing";
import postgres from "postgres";
import { type Counters, readCounters, readSizes, type Sizes } from "../counters.ts";
import { freshDatabase } from "../databases.ts";
import { type Costs, type Figures, figuresOf, medians } from "../figures.ts";
import { newKey } from "../keys.ts";
import { Latencies, merge } from "../load.ts";
import { type Outcome, type RunOptions, warmUpSecondsOf } from "../run-scenario.ts";
import { together } from "../together.ts";
import { AppendBooks } from "./append-books.ts";
import { type AppendScenario, resultName } from "./append-scenario.ts";
import { type Archive, type ArchiveContender, newMessage } from "./archive.ts";

/** A conversation grows by so much of its history before the next one is taken: it stays about as long as it is called. */
const GROWTH = 0.5;
/** So many of those who rewrite a long history wait for each other in a turn: more would only make it end later. */
const LONG = 50_000;
const CALLERS_OF_LONG = 2;
/** Appends of one caller, for what is counted and not timed. */
const METERED = 20;

/** For each length of history contenders take turns, round by round, on one Postgres; then each one's tables are checked. */
export async function runAppends(scenario: AppendScenario, options: RunOptions): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const history of scenario.histories(options))
    outcomes.push(...(await runHistory(scenario, history, options)));
  return outcomes;
}

async function runHistory(
  scenario: AppendScenario,
  history: number,
  options: RunOptions,
): Promise<Outcome[]> {
  const { url, rounds, onProgress } = options;
  const taking = scenario.contenders.filter(({ name }) => options.contenders?.includes(name) ?? true);
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  const runs: Run[] = [];
  try {
    for (const contender of taking) {
      const database = await freshDatabase(admin, url, databaseOf(contender));
      runs.push(await startRun(contender, scenario, history, database, options));
    }
    for (let round = 1; round <= rounds; round++) {
      for (const run of runs) {
        const name = resultName(run.contender, history);
        onProgress(`${scenario.name}: round ${round} of ${rounds}, ${name}`);
        run.figures.push(await takeTurn(run, admin, options));
      }
    }
    const outcomes: Outcome[] = [];
    for (const run of runs) {
      onProgress(`${scenario.name}: ${resultName(run.contender, history)} is checked`);
      outcomes.push(await outcomeOf(run, scenario, options));
    }
    return outcomes;
  } finally {
    await Promise.all(runs.map((run) => run.close()));
    // Arrays of 100,000 messages, each written many times, fill a disk.
    for (const contender of taking)
      await admin.unsafe(`drop database if exists ${databaseOf(contender)} with (force)`);
    await admin.end();
  }
}

const databaseOf = ({ name }: ArchiveContender): string => `bench_appends_${name.replaceAll("-", "_")}`;

interface Run {
  readonly contender: ArchiveContender;
  readonly archive: Archive;
  readonly sql: postgres.Sql;
  readonly books: AppendBooks;
  readonly history: number;
  readonly callers: number;
  /** How many conversations a turn may need: about as many messages of history for each length. */
  readonly conversations: number;
  readonly figures: Figures[];
  /** What appends have added to the tables. */
  grown: Sizes;
  readonly wrong: string[];
  close(): Promise<void>;
}

async function startRun(
  contender: ArchiveContender,
  scenario: AppendScenario,
  history: number,
  url: string,
  options: RunOptions,
): Promise<Run> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const archive = await contender.setUp(url);
  const most = Math.max(...scenario.histories(options)) * GROWTH;
  const wanted = options.callers ?? scenario.callers;
  return {
    contender,
    archive,
    sql,
    books: new AppendBooks(history),
    history,
    callers: contender.rewrites && history > LONG ? Math.min(wanted, CALLERS_OF_LONG) : wanted,
    conversations: history === 0 ? 1 : Math.max(1, Math.floor(most / history)),
    figures: [],
    grown: { tableBytes: 0, indexBytes: 0 },
    wrong: [],
    async close() {
      await archive.close();
      await sql.end();
    },
  };
}

async function takeTurn(run: Run, admin: postgres.Sql, options: RunOptions): Promise<Figures> {
  const { archive, history, books } = run;
  // On an empty one: to append to a long history that is rewritten would take longer than the warm-up.
  const warm = await archive.fill(1, 0);
  await load(
    { ...run, history: 0 },
    warm,
    warmUpSecondsOf(options.seconds),
    async () => {},
    new AppendBooks(0),
  );
  const conversations = await archive.fill(run.conversations, history);
  await run.sql.unsafe(`vacuum analyze ${archive.tables.join(", ")}`);
  const before = await readSizes(run.sql, archive.tables);
  // Nobody pays for the pages that the one before, or filling, has dirtied.
  await admin.unsafe("checkpoint");
  const counters: Counters[] = [];
  const onMeasure = async () => {
    counters.push(await readCounters(admin, options.postmaster));
  };
  const measured = await load(run, conversations, options.seconds, onMeasure, books);
  const after = await readSizes(run.sql, archive.tables);
  run.grown = {
    tableBytes: run.grown.tableBytes + after.tableBytes - before.tableBytes,
    indexBytes: run.grown.indexBytes + after.indexBytes - before.indexBytes,
  };
  for (const conversation of conversations)
    run.wrong.push(...books.differences(conversation, await archive.idsOf(conversation)));
  return figuresOf(measured, ...counters);
}

/** Nobody begins an append after the time is up, and all that were begun count, however long they take. */
async function load(
  { archive, callers, history }: Pick<Run, "archive" | "callers" | "history">,
  conversations: readonly string[],
  seconds: number,
  onMeasure: () => Promise<void>,
  books: AppendBooks,
) {
  const most = history === 0 ? Number.POSITIVE_INFINITY : Math.max(1, history * GROWTH);
  const latencies = Array.from({ length: callers }, () => new Latencies());
  await onMeasure();
  const startedMs = performance.now();
  let begun = 0;
  let caller = 0;
  await together(callers, async (isStopped) => {
    const own = latencies[caller++] as Latencies;
    while (!isStopped() && performance.now() - startedMs < seconds * 1_000) {
      const conversation = conversations[Math.floor(begun++ / most)];
      if (conversation === undefined) return;
      const message = newMessage(newKey());
      const sentMs = performance.now();
      const place = await archive.append(conversation, message, message.id);
      own.add(performance.now() - sentMs);
      books.appended(conversation, message.id, place);
    }
  });
  const endedMs = performance.now();
  await onMeasure();
  const latenciesMs = merge(latencies);
  return { operations: latenciesMs.length, seconds: (endedMs - startedMs) / 1_000, latenciesMs };
}

async function outcomeOf(run: Run, scenario: AppendScenario, options: RunOptions): Promise<Outcome> {
  const { contender, archive, books, history, figures, callers, grown } = run;
  return {
    scenario: scenario.name,
    contender: resultName(contender, history),
    callers,
    median: medians(figures),
    rounds: figures,
    costs: {
      ...(await meter(run, options)),
      tableBytes: grown.tableBytes / books.count,
      indexBytes: grown.indexBytes / books.count,
    },
    wrong: [...run.wrong, ...(await archive.findings())],
  };
}

/** Round trips and statements an append, which no length of history changes, on a database of its own behind a meter. */
async function meter(
  { contender, callers }: Pick<Run, "contender" | "callers">,
  { url }: RunOptions,
): Promise<Pick<Costs, "roundTrips" | "statements">> {
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  const wire = await startWireMeter(Number(new URL(url).port));
  const metered = new URL(await freshDatabase(admin, url, "bench_metered"));
  metered.port = String(wire.port);
  const archive = await contender.setUp(metered.href);
  try {
    const [conversation = ""] = await archive.fill(1, 0);
    const append = () => archive.append(conversation, newMessage(newKey()), newKey());
    // Statements are prepared the first time.
    await append();
    const before = { roundTrips: wire.roundTrips, statements: wire.statements };
    await together(callers, async () => {
      for (let n = 0; n < METERED; n++) await append();
    });
    const operations = METERED * callers;
    return {
      roundTrips: (wire.roundTrips - before.roundTrips) / operations,
      statements: (wire.statements - before.statements) / operations,
    };
  } finally {
    await archive.close();
    await wire.close();
    await admin.unsafe("drop database if exists bench_metered with (force)");
    await admin.end();
  }
}
