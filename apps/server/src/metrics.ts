import { appRouter, type CallEnded } from "@holdfast/api";
import type { CallSeen, Db, Observer, TransactionSeen } from "@holdfast/db";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Door } from "./limits/door.ts";
import { createReplayCacheMetrics } from "./redis/metrics.ts";
import type { RedisObserver } from "./redis/replay-store.ts";
import { createWebhookMetrics } from "./webhooks/metrics.ts";

// No tenant, id, name or text of anybody's may become a label (invariant I10): labels are command kinds, error codes and
// results, which are closed sets of the code. docs/metrics.md describes every metric; a test keeps the two equal.

/** Doubling bounds: a quantile read from them is off by a third at most, be it of half a millisecond or of seconds. */
const SECONDS = [
  0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024, 2.048, 4.096,
];
/** A caller may wait for 60 s, and does for 10 s unless it says otherwise. */
const CALL_SECONDS = [...SECONDS.slice(1), 8.192, 16.384, 32.768, 65.536];
/** Up to the most calls that share a transaction. */
const CALLS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** How a success stands in the label `code`, beside the codes of the error table. */
const OK = "OK";
/** What one would be woken by exists from the start: an alert on an increase can't see a series that appears with it. */
const CODES_FROM_THE_START = [OK, "TIMEOUT", "OVERLOADED", "UNAVAILABLE", "INTERNAL"];

export interface Metrics {
  /** For `connect`. */
  readonly observer: Observer;
  /** For the replay cache's Redis, where there is one. */
  readonly redis: RedisObserver;
  /** For the procedures of the API. */
  onCall(ended: CallEnded): void;
  readonly registry: Registry;
  /** Begins to count. What the process does before, it does for itself: warming up, seeding the demo. */
  start(): void;
  /** An attempt to send a webhook something. */
  webhookAttempt(arrived: boolean): void;
  /** Adds what is asked of the database's handle at each reading. */
  attach(db: Db, door: Pick<Door, "inside" | "refused">): void;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: "holdfast_" });
  const calls = new Counter({
    name: "holdfast_calls_total",
    help: "Calls answered, replays included.",
    labelNames: ["kind", "code"],
    registers,
  });
  const replays = new Counter({
    name: "holdfast_replays_total",
    help: "Calls answered with an outcome that was recorded before.",
    labelNames: ["kind"],
    registers,
  });
  const callSeconds = new Histogram({
    name: "holdfast_call_seconds",
    help: "From a call's arrival at the write path to its answer.",
    labelNames: ["kind"],
    buckets: CALL_SECONDS,
    registers,
  });
  const procedureCalls = new Counter({
    name: "holdfast_procedure_calls_total",
    help: "Calls of procedures answered, queries and what never reached the write path included.",
    labelNames: ["procedure", "code"],
    registers,
  });
  const procedureSeconds = new Histogram({
    name: "holdfast_procedure_seconds",
    help: "From a call's arrival at its procedure to its answer.",
    labelNames: ["procedure"],
    buckets: CALL_SECONDS,
    registers,
  });
  const lockWait = new Histogram({
    name: "holdfast_lock_wait_seconds",
    help: "From BEGIN until a transaction's locks and look-ups answered or were given up; of one that is a single statement, until its answer.",
    buckets: SECONDS,
    registers,
  });
  const batchSize = new Histogram({
    name: "holdfast_batch_size",
    help: "Calls that shared one transaction.",
    buckets: CALLS,
    registers,
  });
  const transactionSeconds = new Histogram({
    name: "holdfast_transaction_seconds",
    help: "From BEGIN to the end of a transaction that had calls aboard.",
    labelNames: ["result"],
    buckets: SECONDS,
    registers,
  });
  const commitSeconds = new Histogram({
    name: "holdfast_commit_seconds",
    help: "From the last answer to a transaction's writes to that of its COMMIT; of one that is a single statement, from its sending to its answer.",
    buckets: SECONDS,
    registers,
  });
  const conflicts = new Counter({
    name: "reservation_conflicts_total",
    help: "Reservations refused because a seat was taken.",
    registers,
  });
  const rollbacks = new Counter({
    name: "reservation_rollbacks_total",
    help: "Transactions with a reservation aboard that were rolled back.",
    registers,
  });
  const reservationSeconds = new Histogram({
    name: "reservation_duration_seconds",
    help: "From a reservation's arrival at the write path to its answer.",
    buckets: CALL_SECONDS,
    registers,
  });

  function outcome({ kind, code, replayed, durationMs }: CallSeen): void {
    const seconds = durationMs / 1_000;
    calls.inc({ kind, code: code ?? OK });
    callSeconds.observe({ kind }, seconds);
    if (replayed) replays.inc({ kind });
    if (kind !== "seats.reserve") return;
    reservationSeconds.observe(seconds);
    // A conflict that is told again has not happened again.
    if (code === "SEATS_TAKEN" && !replayed) conflicts.inc();
  }

  // Each call passes here, and prom-client would look its labels up anew each time.
  const series = new Map<string, Counter.Internal>();
  const durations = new Map<string, Histogram.Internal<"procedure">>();
  function onCall({ procedure, code = OK, durationMs }: CallEnded): void {
    const name = `${procedure} ${code}`;
    let counted = series.get(name);
    if (counted === undefined) {
      counted = procedureCalls.labels(procedure, code);
      series.set(name, counted);
    }
    let timed = durations.get(procedure);
    if (timed === undefined) {
      timed = procedureSeconds.labels(procedure);
      durations.set(procedure, timed);
    }
    counted.inc();
    timed.observe(durationMs / 1_000);
  }

  function transaction({ calls, kinds, lockMs, commitMs, totalMs, result }: TransactionSeen): void {
    lockWait.observe(lockMs / 1_000);
    if (calls === 0) return;
    batchSize.observe(calls);
    transactionSeconds.observe({ result }, totalMs / 1_000);
    if (commitMs !== undefined) commitSeconds.observe(commitMs / 1_000);
    if (result === "rolled-back" && kinds.has("seats.reserve")) rollbacks.inc();
  }

  const webhooks = createWebhookMetrics(registry);
  const replayCache = createReplayCacheMetrics(registry);

  let counting = false;
  return {
    registry,
    webhookAttempt: webhooks.attempt,
    redis: replayCache.redis,
    observer: {
      replayCache: (seen) => counting && replayCache.asked(seen),
      outcome: (seen) => counting && outcome(seen),
      transaction: (seen) => counting && transaction(seen),
    },
    onCall: (ended) => {
      if (counting) onCall(ended);
    },
    start() {
      counting = true;
    },
    attach(db, door) {
      for (const procedure of Object.keys(appRouter._def.procedures)) {
        procedureCalls.inc({ procedure, code: "INTERNAL" }, 0);
      }
      for (const kind of db.registry.features.flatMap(({ inputs }) => Object.keys(inputs))) {
        for (const code of CODES_FROM_THE_START) calls.inc({ kind, code }, 0);
        replays.inc({ kind }, 0);
      }
      addGauges(registry, db, door);
      // After the gauges of sessions: it takes one, which is none of their business.
      webhooks.attach(db);
    },
  };
}

function addGauges(registry: Registry, db: Db, door: Pick<Door, "inside" | "refused">): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge("holdfast_waiting_calls", "Calls that wait for their transaction.", () => db.waiting);
  gauge("holdfast_calls_inside", "Calls that were let in and are not answered yet.", () => door.inside);
  new Counter({
    name: "holdfast_turned_away_total",
    help: "Requests refused before they were read, because more came than can be served.",
    registers: [registry],
    collect() {
      this.reset();
      this.inc(door.refused);
    },
  });
  const sessions = () => db.sessions;
  gauge("holdfast_sessions_in_use", "Database sessions lent to a transaction.", () => sessions().inUse);
  gauge("holdfast_sessions_max", "Database sessions that there may be at most.", () => sessions().max);
  gauge("holdfast_sessions_waiting", "Transactions that wait for a session.", () => sessions().waiting);
  const waits = new Counter({
    name: "holdfast_session_waits_total",
    help: "Transactions that had to wait for a session.",
    registers: [registry],
    collect() {
      waits.reset();
      waits.inc(sessions().waited);
    },
  });
  gauge("holdfast_watchers", "Subscriptions to the change feed.", () => db.watchers);
}
