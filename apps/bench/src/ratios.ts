import type { Figures } from "./figures.ts";
import type { Outcome } from "./run-scenario.ts";

/** A figure of one run that means the same on any machine: a quotient of two things measured in turns. */
export interface Ratio {
  readonly name: string;
  readonly value: number;
  /** Undefined where a ratio is told and nothing was promised. */
  readonly target?: number;
  /** Whether the target is a least or a most. */
  readonly want: "at least" | "at most";
  readonly met?: boolean;
}

interface Definition {
  readonly name: string;
  readonly want: Ratio["want"];
  readonly target?: number;
  readonly of: readonly [scenario: string, contender: string, figure: keyof Figures];
  readonly over: readonly [scenario: string, contender: string, figure: keyof Figures];
}

const speed = "operationsPerSecond";

function faster(name: string, scenario: string, contender: string, over: string, target: number): Definition {
  return {
    name,
    want: "at least",
    target,
    of: [scenario, contender, speed],
    over: [scenario, over, speed],
  };
}

const definitions: readonly Definition[] = [
  faster("hot: holdfast / textbook", "hot", "holdfast", "textbook", 60),
  faster("hot: holdfast / sql-function", "hot", "holdfast", "sql-function", 8),
  faster("hot, 512 callers: holdfast / bulk bound", "hot-512", "holdfast", "bulk", 0.45),
  faster("uniform: holdfast / textbook", "uniform", "holdfast", "textbook", 18),
  faster("uniform: holdfast / sql-function", "uniform", "holdfast", "sql-function", 2),
  faster("zipf: holdfast / sql-function", "zipf", "holdfast", "sql-function", 2.5),
  {
    name: "lone: p50 of holdfast / sql-function",
    want: "at most",
    target: 2,
    of: ["lone", "holdfast", "p50Ms"],
    over: ["lone", "sql-function", "p50Ms"],
  },
  {
    name: "hot: p99 / p50 of holdfast",
    want: "at most",
    target: 5,
    of: ["hot", "holdfast", "p99Ms"],
    over: ["hot", "holdfast", "p50Ms"],
  },
  faster("http: holdfast / stock tRPC over textbook", "http", "holdfast", "textbook", 15),
  faster("http: holdfast / its host's no-op", "http", "holdfast", "lean-no-op", 0.45),
  {
    name: "bystanders: p99 disturbed / undisturbed",
    want: "at most",
    target: 3,
    of: ["bystanders", "disturbed", "p99Ms"],
    over: ["bystanders", "undisturbed", "p99Ms"],
  },
  faster("grown / empty", "grown", "grown", "empty", 0.85),
  faster("grown with random keys / empty", "grown", "grown-random-keys", "empty", 0.85),
  faster("http: no-op of the lean path / of the stock adapter", "http", "lean-no-op", "stock-no-op", 3.5),
  reserves("onsale: holdfast / conditional-update, reservations", "onsale", "conditional-update", 5),
  // How many attempts the last seats take is partly luck, also with the same wishes: this one has none of it.
  {
    name: "onsale: holdfast / conditional-update, attempts",
    want: "at least",
    of: ["onsale", "holdfast", "attemptsPerSecond"],
    over: ["onsale", "conditional-update", "attemptsPerSecond"],
  },
  reserves("onsale: holdfast / per-seat-lock, reservations", "onsale", "per-seat-lock"),
  reserves("best-available: holdfast / skip-locked, reservations", "best-available", "skip-locked"),
  {
    name: "watchers: queries a second for many / for few",
    want: "at most",
    target: 1,
    of: ["watchers", "many", "queriesPerSecond"],
    over: ["watchers", "few", "queriesPerSecond"],
  },
  // What an append costs is how long the conversation is taken by it, so a quotient of appends a second.
  costs("append: cost with 10,000 messages / with 100", "holdfast, 100", "holdfast, 10,000"),
  costs("append: cost with 100,000 messages / with 100", "holdfast, 100", "holdfast, 100,000"),
  cheaper("append: holdfast / jsonb-append with 1,000 messages", "jsonb-append, 1,000", 50),
  cheaper("append: holdfast / read-modify-write with 1,000 messages", "read-modify-write, 1,000"),
  faster("append-hot: holdfast / counter-row", "append-hot", "holdfast", "counter-row", 3),
  {
    name: "append-hot: holdfast / jsonb-append",
    want: "at least",
    of: ["append-hot", "holdfast", speed],
    over: ["append-hot", "jsonb-append", speed],
  },
];

function costs(name: string, short: string, long: string): Definition {
  return {
    name,
    want: "at most",
    target: 1.3,
    of: ["append", short, speed],
    over: ["append", long, speed],
  };
}

function cheaper(name: string, over: string, target?: number): Definition {
  return {
    name,
    want: "at least",
    ...(target === undefined ? {} : { target }),
    of: ["append", "holdfast, 1,000", speed],
    over: ["append", over, speed],
  };
}

function reserves(name: string, scenario: string, over: string, target?: number): Definition {
  return {
    name,
    want: "at least",
    ...(target === undefined ? {} : { target }),
    of: [scenario, "holdfast", "reservationsPerSecond"],
    over: [scenario, over, "reservationsPerSecond"],
  };
}

/** Between what the same scenario measured first and last. */
function memoryRatio(outcomes: readonly Outcome[]): Ratio[] {
  const measured = outcomes.flatMap(({ scenario, contender, median }) =>
    scenario !== "memory" || median.serverMemoryBytes === undefined
      ? []
      : [{ contender, bytes: median.serverMemoryBytes }],
  );
  const [early, late] = measured;
  if (early === undefined || late === undefined) return [];
  const value = late.bytes / early.bytes;
  const name = `memory: after ${late.contender} / after ${early.contender}`;
  return [{ name, value, target: 1.2, want: "at most", met: value <= 1.2 }];
}

/** Of each shape of a request: how much is done when ten times as much is asked for, and what that does to the server. */
function overloadRatios(outcomes: readonly Outcome[]): Ratio[] {
  const ours = outcomes.filter(({ scenario }) => scenario === "overload");
  return ours.flatMap(({ contender, median }) => {
    const [load, shape] = contender.split(", ");
    const peak = ours.find((other) => other.contender === `peak, ${shape}`)?.median;
    if (load !== "ten times" || peak === undefined) return [];
    const { refusalP99Ms, memoryGrowth, normalAgainSeconds } = median;
    const atMost = (what: string, value: number | undefined, target: number): Ratio[] =>
      value === undefined
        ? []
        : [{ name: `overload, ${shape}: ${what}`, value, target, want: "at most", met: value <= target }];
    const value = median.operationsPerSecond / peak.operationsPerSecond;
    const name = `overload, ${shape}: done at ten times the peak / at the peak`;
    return [
      { name, value, target: 0.85, want: "at least", met: value >= 0.85 },
      ...atMost("p99 of a refusal / 50 ms", refusalP99Ms && refusalP99Ms / 50, 1),
      ...atMost("memory at the end / at the beginning of the load", memoryGrowth, 1.2),
      ...atMost("normal again after / 10 s", normalAgainSeconds && normalAgainSeconds / 10, 1),
    ];
  });
}

/** The ratios whose both sides were measured in this run; whoever got its tables wrong was not. */
export function ratios(all: readonly Outcome[]): Ratio[] {
  const outcomes = all.filter(({ wrong }) => wrong.length === 0);
  const figure = ([scenario, contender, name]: Definition["of"]): number | undefined =>
    outcomes.find((outcome) => outcome.scenario === scenario && outcome.contender === contender)?.median[
      name
    ];
  const quotients = definitions.flatMap(({ name, want, target, of, over }): Ratio[] => {
    const [above, below] = [figure(of), figure(over)];
    if (above === undefined || below === undefined) return [];
    const value = above / below;
    if (target === undefined) return [{ name, value, want }];
    return [{ name, value, target, want, met: want === "at least" ? value >= target : value <= target }];
  });
  return [...quotients, ...memoryRatio(outcomes), ...overloadRatios(outcomes)];
}
