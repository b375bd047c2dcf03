import { cpus, release, totalmem } from "node:os";
import type { Ratio } from "./ratios.ts";
import type { Outcome } from "./run-scenario.ts";

/** What `--json` writes. Figures are an operation's unless they say otherwise. */
export interface Report {
  readonly machine: {
    readonly cores: number;
    readonly cpu: string;
    readonly memoryBytes: number;
    readonly system: string;
    readonly node: string;
    readonly postgres: string;
    readonly settings: Readonly<Record<string, string>>;
  };
  readonly seconds: number;
  readonly rounds: number;
  readonly outcomes: readonly Outcome[];
  readonly ratios: readonly Ratio[];
}

export function machineOf(postgres: string, settings: Readonly<Record<string, string>>): Report["machine"] {
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? "unknown",
    memoryBytes: totalmem(),
    system: `${process.platform} ${process.arch} ${release()}`,
    node: process.version,
    postgres,
    settings,
  };
}

const NOTHING = "–";
const whole = (value: number | undefined): string =>
  value === undefined ? NOTHING : Math.round(value).toLocaleString("en-US");
const decimals = (value: number | undefined): string =>
  value === undefined ? NOTHING : value < 10 ? value.toFixed(2) : value.toFixed(1);

const COLUMNS: readonly (readonly [heading: string, cell: (outcome: Outcome) => string])[] = [
  ["contender", ({ contender }) => contender],
  ["callers", ({ callers }) => String(callers)],
  ["ops/s", ({ median }) => whole(median.operationsPerSecond)],
  ["reservations/s", ({ median }) => whole(median.reservationsPerSecond)],
  ["attempts/s", ({ median }) => whole(median.attemptsPerSecond)],
  ["sales/s", ({ median }) => whole(median.salesPerSecond)],
  ["releases/s", ({ median }) => whole(median.releasesPerSecond)],
  ["events/s", ({ median }) => whole(median.eventsPerSecond)],
  ["offered/s", ({ median }) => whole(median.offeredPerSecond)],
  ["sent/s", ({ median }) => whole(median.sentPerSecond)],
  ["refused/s", ({ median }) => whole(median.refusedPerSecond)],
  ["failed/s", ({ median }) => whole(median.failedPerSecond)],
  ["p50 ms", ({ median }) => decimals(median.p50Ms)],
  ["p99 ms", ({ median }) => decimals(median.p99Ms)],
  ["p99.9 ms", ({ median }) => decimals(median.p999Ms)],
  ["max ms", ({ median }) => decimals(median.maxMs)],
  ["refusal p50 ms", ({ median }) => decimals(median.refusalP50Ms)],
  ["refusal p99 ms", ({ median }) => decimals(median.refusalP99Ms)],
  ["normal after s", ({ median }) => decimals(median.normalAgainSeconds)],
  ["callers' lag ms", ({ median }) => decimals(median.lagP99Ms)],
  ["sold out s", ({ median }) => decimals(median.soldOutSeconds)],
  ["side by side %", ({ median }) => decimals(median.adjacentPercent)],
  ["Postgres µs", ({ median }) => whole(median.postgresCpuUs)],
  ["Node µs", ({ median }) => whole(median.nodeCpuUs)],
  ["trips", ({ costs }) => decimals(costs?.roundTrips)],
  ["statements", ({ costs }) => decimals(costs?.statements)],
  ["WAL B", ({ median }) => whole(median.walBytes)],
  ["table B", ({ costs }) => whole(costs?.tableBytes)],
  ["index B", ({ costs }) => whole(costs?.indexBytes)],
  ["event B", ({ median }) => whole(median.bytesAnEvent)],
  ["queries/s", ({ median }) => decimals(median.queriesPerSecond)],
  ["server MB", ({ median }) => whole(median.serverMemoryBytes && median.serverMemoryBytes / 1e6)],
  ["server CPU %", ({ median }) => whole(median.serverCpuPercent)],
];

/** A heading, then a row each, in the columns where at least one has a figure. Who got its tables wrong has no result. */
export function outcomeRows(outcomes: readonly Outcome[]): string[][] {
  const columns = COLUMNS.filter(([, cell]) => outcomes.some((outcome) => cell(outcome) !== NOTHING));
  return [
    columns.map(([heading]) => heading),
    ...outcomes.map((outcome) =>
      outcome.wrong.length === 0
        ? columns.map(([, cell]) => cell(outcome))
        : columns.map((_, at) => (at === 0 ? `${outcome.contender}: no result` : NOTHING)),
    ),
  ];
}

/** One scenario's outcomes as a table. */
export function printOutcomes(description: string, outcomes: readonly Outcome[]): string {
  const name = outcomes[0]?.scenario ?? "";
  const wrong = outcomes.flatMap((outcome) =>
    outcome.wrong.length === 0
      ? []
      : [
          `  WRONG ${outcome.contender}: ${outcome.wrong.slice(0, 5).join("; ")} (${outcome.wrong.length} in all)`,
        ],
  );
  return [`${name}: ${description}`, table(outcomeRows(outcomes)), ...wrong, ""].join("\n");
}

export function printRatios(ratios: readonly Ratio[]): string {
  if (ratios.length === 0) return "";
  return ["ratios, of medians over the rounds", table(ratioRows(ratios))].join("\n");
}

export function ratioRows(ratios: readonly Ratio[]): string[][] {
  return ratios.map(({ name, value, target, want, met }) => [
    name,
    `${decimals(value)}×`,
    target === undefined ? NOTHING : `${want} ${target}×`,
    met === undefined ? "" : met ? "met" : "SHORT",
  ]);
}

/** Names to the left, figures to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `  ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  ")}`,
    )
    .join("\n");
}
