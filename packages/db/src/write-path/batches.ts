import { type Observer, watchTransaction } from "../observe.ts";
import { isRetryable, isSqlstate, LOCK_TIMEOUT } from "../postgres-error.ts";
import { SYSTEM_CALLER } from "../principal.ts";
import type { Lender, Sessions } from "../sessions.ts";
import type { TopicName } from "../topic-name.ts";
import { DeadlinePassed, OutcomeUnknown, runTransaction } from "../transaction.ts";
import type { Executed } from "./decide.ts";
import { executeCalls } from "./execute.ts";
import type { Lane, Lanes, Ticket } from "./lanes.ts";
import { executeOptimistically, forgetRows, isKnown, mayBeOptimistic } from "./optimistic.ts";
import type { Registry } from "./registry.ts";
import type { ReplayCache } from "./replay-cache.ts";
import { RowCache } from "./row-cache.ts";
import { startBatch, type TracedBatch } from "./trace.ts";

export interface BatchOptions {
  readonly sessions: Sessions;
  readonly registry: Registry;
  /** How long a transaction that waits for no lock may take before its session is given up, in milliseconds. */
  readonly batchTimeoutMs: number;
  /**
   * How long a batch waits for somebody else's lock, in milliseconds. Another server's batch holds its locks for less;
   * who holds one longer is stuck, and must not hold up the calls that don't need it.
   */
  readonly briefWaitMs: number;
  /** Of the latest rows so many are remembered from batch to batch, and up to twice as many. */
  readonly cachedRows: number;
  /** Told what a transaction has changed, once it is committed. */
  readonly onTouched: (tenantId: number, topics: readonly TopicName[]) => void;
  readonly observer: Observer | undefined;
  readonly replayCache: ReplayCache | undefined;
}

export interface Batches {
  /** Runs the next batch of a lane in one transaction, until each call aboard has its answer or waits in a lane again. Never rejects. */
  run(it: Lane, from?: Lender): Promise<void>;
}

interface Surroundings {
  readonly lanes: Lanes;
  /** Lets a call wait in another lane. */
  readonly move: (to: Lane, ticket: Ticket) => void;
  /** How long a patient lane waits at a time. */
  readonly turnMs: () => number;
}

/** A batch gets as long as its most patient caller has, and a second at least: its session would be given up for nothing. */
const LEAST_BATCH_MS = 1_000;

function batchDeadline(tickets: readonly Ticket[], mostMs: number): number {
  const now = Date.now();
  const latest = tickets.reduce((last, ticket) => Math.max(last, ticket.deadline), now + LEAST_BATCH_MS);
  return Math.min(latest, now + mostMs);
}

export function createBatches(options: BatchOptions & Surroundings): Batches {
  const { sessions, registry, replayCache, lanes, move, turnMs } = options;
  const cache = new RowCache(options.cachedRows);

  /**
   * Runs `aboard`, or when that is empty the next batch of the lane, in one transaction. With `skip` it does not wait for
   * rows at all, and finds out which are stuck.
   */
  async function runBatch(it: Lane, aboard: Ticket[], skip: boolean, from: Lender): Promise<void> {
    const { tenantId } = it;
    const deadline = batchDeadline([...aboard, ...it.waiting], options.batchTimeoutMs);
    let live: readonly Ticket[] = aboard;
    const lockTimeoutMs = it.stuck === "key" ? turnMs() : options.briefWaitMs;
    const watch = watchTransaction(options.observer);
    let batch: TracedBatch | undefined;
    const before = aboard.length;
    /** Whether the attempt under way was decided on cached rows. Only the first one at a batch may be. */
    let optimistic = false;
    let attempts = 0;
    try {
      const how = {
        ...{ tenantId, caller: SYSTEM_CALLER, deadline, lockTimeoutMs, planOnce: true },
        trace: () => batch?.within,
        onWritten: watch?.written,
      };
      const { results, epoch } = await runTransaction(from, how, async (tx) => {
        const isFirst = attempts++ === 0;
        let areKnown = false;
        if (aboard.length === 0) {
          const mayTry = isFirst && it.stuck === undefined && mayBeOptimistic(cache, tenantId);
          const taken = lanes.takeBatch(it, mayTry ? (call) => isKnown(cache, call) : undefined);
          aboard.push(...taken.tickets);
          areKnown = taken.isKnown;
        }
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
        if (areKnown) executed = executeOptimistically(tx, registry, tenantId, calls, how);
        else if (!isFirst) forgetRows(cache, tenantId, live, optimistic);
        optimistic = executed !== undefined;
        it.optimistic = optimistic;
        executed ??= await executeCalls(tx, registry, tenantId, calls, { wait: !skip, ...how });
        return { results: executed.results, epoch };
      });
      watch?.end("committed");
      batch?.end("committed");
      if (optimistic) cache.verified(tenantId);
      for (const [at, ticket] of live.entries()) {
        const result = results[at];
        if (result === undefined || ticket.settled) continue;
        if (result.type === "stuck") move(lanes.rowLane(tenantId, result.need), ticket);
        else ticket.resolve(result);
      }
      // Never before: what is not committed may not be told.
      const calls = live.map((ticket) => ticket.call);
      await epoch?.then(
        (read) => replayCache?.keep(read, calls, results),
        // It is kept nowhere, and the database will answer the repeats.
        () => {},
      );
    } catch (error) {
      const result = error instanceof OutcomeUnknown ? "unknown" : "rolled-back";
      watch?.end(result);
      batch?.end(result);
      forgetRows(cache, tenantId, live, optimistic);
      // Others were at its rows, or this session may not do it by itself: with BEGIN and its locks it finds out what is.
      if (optimistic && !isForRecovery(error)) await runBatch(it, [...live], skip, sessions);
      else await recover(it, aboard, skip, error);
    } finally {
      it.aboard -= aboard.length - before;
    }
  }

  /** After a failure every call is still owed its one true answer; going again with the same keys can't double it. */
  async function recover(it: Lane, aboard: readonly Ticket[], skip: boolean, error: unknown): Promise<void> {
    if (error instanceof OutcomeUnknown) for (const ticket of aboard) ticket.attempted = true;
    const left = aboard.filter((ticket) => !ticket.settled);
    if (isForAnotherTurn(error)) {
      lanes.putBack(it, left);
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
      return;
    }
    if (left.length === 0) return;
    if (isSqlstate(error, LOCK_TIMEOUT)) {
      if (it.stuck === "key") lanes.putBack(it, left);
      // Also in the lane of a row that is free again: a call aboard may need another one, which is not.
      else if (!skip) await runBatch(it, left, true, sessions);
      // No row was waited for, so it is a key, and Postgres doesn't say whose: each waits for its own.
      else for (const ticket of left) move(lanes.keyLane(it.tenantId, ticket.call), ticket);
      return;
    }
    const [first] = left;
    if (left.length === 1) first?.reject(error instanceof Error ? error : new Error("the batch failed"));
    if (left.length < 2) return;
    // The database refused the batch for one command's sake: split it until that one stands alone.
    const middle = Math.ceil(left.length / 2);
    await runBatch(it, left.slice(0, middle), skip, sessions);
    await runBatch(it, left.slice(middle), skip, sessions);
  }

  return { run: (it, from = sessions) => runBatch(it, [], false, from) };
}

/** Whether the same calls may fare better in a while: nothing is wrong with them. */
function isForAnotherTurn(error: unknown): boolean {
  return error instanceof OutcomeUnknown || error instanceof DeadlinePassed || isRetryable(error);
}

function isForRecovery(error: unknown): boolean {
  return isForAnotherTurn(error) || isSqlstate(error, LOCK_TIMEOUT);
}
