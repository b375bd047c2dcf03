import { HoldfastError } from "../errors.ts";
import { type Observer, watchTransaction } from "../observe.ts";
import { createPipeline } from "../pipeline.ts";
import { isRetryable, isSqlstate, LOCK_TIMEOUT, ROWS_DIFFER } from "../postgres-error.ts";
import { SYSTEM_CALLER } from "../principal.ts";
import type { Lender, Sessions } from "../sessions.ts";
import type { TopicName } from "../topic-name.ts";
import { activeTrace } from "../trace.ts";
import { DeadlinePassed, OutcomeUnknown, runTransaction } from "../transaction.ts";
import { type Call, type Executed, executeCalls, type Result } from "./execute.ts";
import type { Need } from "./feature.ts";
import { type Lane, type LaneLimits, Lanes, mayFollow, type Ticket } from "./lanes.ts";
import { executeOptimistically, forgetRows } from "./optimistic.ts";
import type { Registry } from "./registry.ts";
import type { ReplayCache } from "./replay-cache.ts";
import { RowCache } from "./row-cache.ts";
import { startBatch, type TracedBatch, TracedCall } from "./trace.ts";

export interface CoalesceOptions extends LaneLimits {
  readonly sessions: Sessions;
  readonly registry: Registry;
  /** The most calls that may wait; beyond it callers are told OVERLOADED at once. */
  readonly maxWaiting: number;
  /** How long a transaction that waits for no lock may take before its session is given up, in milliseconds. */
  readonly batchTimeoutMs: number;
  /**
   * How long a batch waits for somebody else's lock, in milliseconds. Another server's batch holds its locks for less;
   * who holds one longer is stuck, and must not hold up the calls that don't need it.
   */
  readonly briefWaitMs: number;
  /** The most transactions at a time that wait for rows which somebody else has locked. */
  readonly maxPatient: number;
  /** Told what a transaction has changed, once it is committed. */
  readonly onTouched: (tenantId: number, topics: readonly TopicName[]) => void;
  readonly observer: Observer | undefined;
  readonly replayCache: ReplayCache | undefined;
}

export interface Coalescer {
  /** Resolves when the call's transaction is committed, rejects with a code from the table, by `deadline` (epoch ms). */
  submit(call: Call, deadline: number): Promise<Exclude<Result, { type: "stuck" }>>;
  /** Refuses new calls and waits for those under way. */
  close(): Promise<void>;
  readonly waiting: number;
  /** Those of them that wait for a row or a key which somebody else's transaction holds. */
  readonly stuck: number;
}

/** How long a row that was stuck keeps its lane after the last call has left it. */
const REMEMBER_STUCK_MS = 1_000;
/** A batch gets as long as its most patient caller has, and a second at least: its session would be given up for nothing. */
const LEAST_BATCH_MS = 1_000;

function batchDeadline(tickets: readonly Ticket[], mostMs: number): number {
  const now = Date.now();
  const latest = tickets.reduce((last, ticket) => Math.max(last, ticket.deadline), now + LEAST_BATCH_MS);
  return Math.min(latest, now + mostMs);
}

/** Lets calls that arrive together travel together; a lone call pays microseconds. */
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** How long a patient lane waits at a time when no other lane waits for its turn. */
const LONG_TURN_MS = 500;

/**
 * Coalesces concurrent calls into batches: while a tenant's transaction is under way its calls wait here, and when it
 * ends all that waited go into the next. No timer, no added delay, one commit for many callers.
 *
 * A row that a foreign transaction holds must delay only those who need it. The swift lane waits for a lock briefly, as
 * long as another server's batch may take. Then it leaves alone what it can't have: calls whose row is stuck move to a
 * patient lane of that row, which waits for it while holding nothing else. The same for a key that is being recorded by
 * somebody's open transaction.
 */
export function createCoalescer(options: CoalesceOptions): Coalescer {
  const { sessions, registry, replayCache } = options;
  const lanes = new Lanes(options);
  const cache = new RowCache();
  const patientQueue: Lane[] = [];
  let patientRunning = 0;
  let underWay = 0;
  let closed = false;
  let whenDone: (() => void) | undefined;

  function enqueue(to: Lane, ticket: Ticket): void {
    lanes.add(to, ticket);
    start(to);
  }

  function start(it: Lane): void {
    if (it.running || it.waiting.length === 0) return;
    it.running = true;
    if (it.stuck === undefined) {
      void drainSwift(it);
    } else if (patientRunning < options.maxPatient) {
      patientRunning++;
      void drainPatient(it);
    } else {
      patientQueue.push(it);
    }
  }

  /** Many who wait follow in the pipeline when the batch before has sent its COMMIT, few when it has ended: together they cost less. */
  async function drainSwift(it: Lane): Promise<void> {
    const underWay = new Set<Promise<void>>();
    const pipeline = createPipeline(sessions, () => it.onJoined?.());
    while (it.waiting.length > 0 || underWay.size > 0) {
      await nextTurn();
      const batch = it.waiting.length > 0 ? runBatch(it, [], false, pipeline) : Promise.race(underWay);
      underWay.add(batch);
      await new Promise<void>((goOn) => {
        it.onJoined = () => {
          if (pipeline.open && mayFollow(it)) goOn();
        };
        void batch.then(() => {
          underWay.delete(batch);
          goOn();
        });
      });
    }
    it.running = false;
    it.remove();
  }

  async function drainPatient(it: Lane): Promise<void> {
    while (it.waiting.length > 0) {
      await nextTurn();
      if (typeof it.stuck !== "object" || (await isFree(it, it.stuck))) await runBatch(it, [], false);
      // Patient lanes take turns: one that waits in vain must not keep another from finding its row free.
      if (patientQueue.length > 0) break;
    }
    if (it.waiting.length > 0) {
      patientQueue.push(it);
    } else {
      it.running = false;
      // A row that was stuck a moment ago may be so again: who needs it goes on using its lane for a while.
      setTimeout(it.remove, REMEMBER_STUCK_MS).unref();
    }
    const next = patientQueue.shift();
    if (next === undefined) patientRunning--;
    else void drainPatient(next);
  }

  const turnMs = (): number => (patientQueue.length > 0 ? options.briefWaitMs : LONG_TURN_MS);

  /** Waits for a stuck row in a transaction that holds nothing else, so that nobody waits for those who wait. */
  async function isFree(it: Lane, { feature: name, key }: Need): Promise<boolean> {
    const feature = registry.features.find((candidate) => candidate.name === name);
    const { tenantId } = it;
    const deadline = Date.now() + options.batchTimeoutMs;
    const watch = watchTransaction(options.observer);
    try {
      await runTransaction(
        sessions,
        { tenantId, caller: SYSTEM_CALLER, deadline, lockTimeoutMs: turnMs(), retries: 0, planOnce: true },
        async (tx) => {
          watch?.begin([]);
          await feature?.lock(tx, tenantId, [key], true);
          watch?.locked();
        },
      );
      watch?.end("committed");
      return true;
    } catch (error) {
      watch?.end("rolled-back");
      // Any other failure is met again by the batch that follows, which tells it.
      return !isSqlstate(error, LOCK_TIMEOUT) && !(error instanceof DeadlinePassed);
    }
  }

  /**
   * Runs `aboard`, or when that is empty the next batch of the lane, in one transaction. With `skip` it does not wait for
   * rows at all, and finds out which are stuck.
   */
  async function runBatch(it: Lane, aboard: Ticket[], skip: boolean, from: Lender = sessions): Promise<void> {
    const { tenantId } = it;
    const deadline = batchDeadline([...aboard, ...it.waiting], options.batchTimeoutMs);
    let live: readonly Ticket[] = aboard;
    const lockTimeoutMs = it.stuck === "key" ? turnMs() : options.briefWaitMs;
    const watch = watchTransaction(options.observer);
    let batch: TracedBatch | undefined;
    const before = aboard.length;
    /** Whether the attempt under way was decided on cached rows. Only the first one at a batch may be. */
    let optimistic = false;
    let mayBeOptimistic = before === 0 && it.stuck === undefined;
    const disappointed = (): void => {
      if (optimistic) cache.disappointed(tenantId);
      forgetRows(cache, tenantId, live);
    };
    try {
      const how = {
        ...{ tenantId, caller: SYSTEM_CALLER, deadline, lockTimeoutMs, planOnce: true },
        trace: () => batch?.within,
        onWritten: watch?.written,
      };
      const { results, epoch } = await runTransaction(from, how, async (tx) => {
        if (aboard.length === 0) aboard.push(...lanes.takeBatch(it));
        // Who was told TIMEOUT meanwhile is not executed behind their back.
        live = aboard.filter((ticket) => !ticket.settled);
        const calls = live.map((ticket) => ticket.call);
        watch?.begin(calls);
        // If one is under way, that was an attempt which was rolled back.
        batch?.end("rolled-back");
        batch = startBatch(live);
        tx.afterCommit(() => options.onTouched(tenantId, tx.touched));
        const epoch = replayCache?.readEpoch(tx);
        epoch?.catch(() => {});
        const how = { cache, onLocked: watch?.locked };
        let executed: Executed | undefined;
        if (mayBeOptimistic) executed = executeOptimistically(tx, registry, tenantId, calls, how);
        else disappointed();
        optimistic = executed !== undefined;
        it.optimistic = optimistic;
        mayBeOptimistic = false;
        executed ??= await executeCalls(tx, registry, tenantId, calls, { wait: !skip, ...how });
        return { results: executed.results, epoch };
      });
      watch?.end("committed");
      batch?.end("committed");
      if (optimistic) cache.verified(tenantId);
      for (const [at, ticket] of live.entries()) {
        const result = results[at];
        if (result === undefined || ticket.settled) continue;
        if (result.type === "stuck") enqueue(lanes.rowLane(tenantId, result.need), ticket);
        else ticket.resolve(result);
      }
      // Never before: what is not committed may not be told.
      const calls = live.map((ticket) => ticket.call);
      if (epoch !== undefined) replayCache?.keep(await epoch, calls, results);
    } catch (error) {
      const result = error instanceof OutcomeUnknown ? "unknown" : "rolled-back";
      watch?.end(result);
      batch?.end(result);
      disappointed();
      if (optimistic && isSqlstate(error, ROWS_DIFFER)) await runBatch(it, [...live], skip);
      else await recover(it, aboard, skip, error);
    } finally {
      it.aboard -= aboard.length - before;
    }
  }

  /** After a failure every call is still owed its one true answer; going again with the same keys can't double it. */
  async function recover(it: Lane, aboard: readonly Ticket[], skip: boolean, error: unknown): Promise<void> {
    if (error instanceof OutcomeUnknown) for (const ticket of aboard) ticket.attempted = true;
    const left = aboard.filter((ticket) => !ticket.settled);
    if (error instanceof OutcomeUnknown || error instanceof DeadlinePassed || isRetryable(error)) {
      lanes.putBack(it, left);
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
      return;
    }
    if (left.length === 0) return;
    if (isSqlstate(error, LOCK_TIMEOUT)) {
      if (it.stuck === "key") lanes.putBack(it, left);
      // Also in the lane of a row that is free again: a call aboard may need another one, which is not.
      else if (!skip) await runBatch(it, left, true);
      // No row was waited for, so it is a key, and Postgres doesn't say whose: each waits for its own.
      else for (const ticket of left) enqueue(lanes.keyLane(it.tenantId, ticket.call), ticket);
      return;
    }
    const [first] = left;
    if (left.length === 1) first?.reject(error instanceof Error ? error : new Error("the batch failed"));
    if (left.length < 2) return;
    // The database refused the batch for one command's sake: split it until that one stands alone.
    const middle = Math.ceil(left.length / 2);
    await runBatch(it, left.slice(0, middle), skip);
    await runBatch(it, left.slice(middle), skip);
  }

  return {
    get waiting() {
      return lanes.waitingCalls;
    },

    get stuck() {
      return lanes.stuckCalls;
    },

    submit(call, deadline) {
      if (closed || lanes.waitingCalls >= options.maxWaiting) {
        return Promise.reject(new HoldfastError("OVERLOADED", { retryAfterSeconds: 1 }));
      }
      return new Promise((resolve, reject) => {
        underWay++;
        const settle = (): boolean => {
          if (ticket.settled) return false;
          ticket.settled = true;
          clearTimeout(timer);
          underWay--;
          if (underWay === 0) whenDone?.();
          return true;
        };
        const within = activeTrace();
        const ticket: Ticket = {
          call,
          traced: within && new TracedCall(within),
          deadline,
          settled: false,
          lane: undefined,
          attempted: false,
          resolve: (result) => settle() && resolve(result),
          reject: (error) => settle() && reject(error),
        };
        const timer = setTimeout(
          () => {
            const queued = ticket.lane !== undefined && !ticket.attempted;
            lanes.leave(ticket);
            ticket.reject(new HoldfastError("TIMEOUT", { outcome: queued ? "not_started" : "unknown" }));
          },
          Math.max(0, deadline - Date.now()),
        );
        enqueue(lanes.laneFor(call), ticket);
        // Beside the queue and not before it: a call that is new waits for nobody's cache.
        replayCache?.find(call, (outcome) => {
          if (ticket.settled) return false;
          lanes.leave(ticket);
          ticket.resolve({ type: "outcome", outcome, replayed: true });
          return true;
        });
      });
    },

    async close() {
      closed = true;
      if (underWay > 0) {
        await new Promise<void>((resolve) => {
          whenDone = resolve;
        });
      }
    },
  };
}
