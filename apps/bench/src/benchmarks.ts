import type { Contender } from "./contenders/contender.ts";
import { appendScenarios } from "./conversations/append-scenario.ts";
import { runAppends } from "./conversations/run-appends.ts";
import { runHttp } from "./http/run-http.ts";
import { runMemory } from "./http/run-memory.ts";
import type { Pairing } from "./http/side.ts";
import { overloadContenders, runOverload } from "./overload/run-overload.ts";
import { runBystanders } from "./run-bystanders.ts";
import { runGrown } from "./run-grown.ts";
import { type Outcome, type RunOptions, runScenario } from "./run-scenario.ts";
import { scenarios } from "./scenarios.ts";
import { bestAvailable } from "./seats/best-available.ts";
import { onSale } from "./seats/on-sale.ts";
import { runSeats } from "./seats/run-seats.ts";
import { runWatchers } from "./watchers/run-watchers.ts";

/** What `--scenario` can name. */
export interface Benchmark {
  readonly name: string;
  readonly description: string;
  run(contenders: readonly Contender[], options: RunOptions): Promise<Outcome[]>;
}

/** The scenarios on seats: they have contenders of their own, and a report of their own in the docs. */
export const seatBenchmarks: readonly Benchmark[] = [
  ...[onSale, bestAvailable].map((scenario) => ({
    name: scenario.name,
    description: scenario.description,
    run: (_: unknown, options: RunOptions) => runSeats(scenario, options),
  })),
  {
    name: "watchers",
    description:
      "subscribers of one show at one server, 2,000 or 20, while another process makes 200 changes a second; latency from the answer to each of them",
    run: (_, options) => runWatchers(options),
  },
];

/** Who takes part in those. */
export const seatContenders: readonly string[] = [
  ...[onSale, bestAvailable].flatMap(({ contenders }) => contenders.map(({ name }) => name)),
  "many",
  "few",
];

/** The scenarios on conversations: they have contenders and a report of their own, too. */
export const appendBenchmarks: readonly Benchmark[] = appendScenarios.map((scenario) => ({
  name: scenario.name,
  description: scenario.description,
  run: (_: unknown, options: RunOptions) => runAppends(scenario, options),
}));

export { overloadContenders };

export const appendContenders: readonly string[] = appendScenarios.flatMap(({ contenders }) =>
  contenders.map(({ name }) => name),
);

const SINGLE_CALLS: readonly Pairing[] = (["holdfast", "textbook", "lean-no-op", "stock-no-op"] as const).map(
  (served) => ({ served, client: "http" }),
);

const BATCHED_CALLS: readonly Pairing[] = [
  { served: "holdfast", client: "holdfast-client" },
  { served: "textbook", client: "trpc-batch-client" },
];

export const httpContenders: readonly string[] = SINGLE_CALLS.map(({ served }) => served);

/** In the order in which they run. */
export const benchmarks: readonly Benchmark[] = [
  ...scenarios.map((scenario) => ({
    name: scenario.name,
    description: scenario.description,
    run: (contenders: readonly Contender[], options: RunOptions) =>
      runScenario(scenario, contenders, options),
  })),
  {
    name: "bystanders",
    description:
      "holdfast, calls that don't need the one wallet of 10,000 which somebody else's transaction holds for 2 s",
    run: (_, options) => runBystanders(options),
  },
  {
    name: "http",
    description:
      "64 connections, one tRPC mutation a request, one pair of wallets; every server a process, the callers another",
    run: (_, options) => runHttp("http", SINGLE_CALLS, options),
  },
  {
    name: "http-batch",
    description: "64 callers behind one client, which puts the calls of a moment into one request",
    run: (_, options) => runHttp("http-batch", BATCHED_CALLS, options),
  },
  {
    name: "overload",
    description:
      "one server, alone or behind HAProxy (docs/haproxy.cfg), 2,000 connections, ten times as many transfers a second as it can do; one call a request, or 20, and two seconds for each",
    run: (_, options) => runOverload(options),
  },
  {
    name: "memory",
    description: "the server's resident memory, early and late in the same process",
    run: (_, options) => runMemory(options),
  },
  {
    name: "grown",
    description: "uniform on an empty database and on grown ones, with keys in order of time and random ones",
    run: (_, options) => runGrown(options),
  },
  ...seatBenchmarks,
  ...appendBenchmarks,
];
