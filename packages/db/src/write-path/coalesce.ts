import { HoldfastError } from "../errors.ts";
import { watchTransaction } from "../observe.ts";
import { createPipeline } from "../pipeline.ts";
import { isSqlstate, LOCK_TIMEOUT } from "../postgres-error.ts";
import { SYSTEM_CALLER } from "../principal.ts";
import { activeTrace } from "../trace.ts";
import { DeadlinePassed, runTransaction } from "../transaction.ts";
import { type BatchOptions, createBatches } from "./batches.ts";
import type { Call, Result } from "./call.ts";
import type { Need } from "./feature.ts";
import { type Lane, type LaneLimits, Lanes, mayFollow, type Ticket } from "./lanes.ts";
import { TracedCall } from "./trace.ts";

export interface CoalesceOptions extends LaneLimits, BatchOptions {
  /** The most calls that may wait; beyond it callers are told OVERLOADED at once. */
  readonly maxWaiting: number;
  /** The most transactions at a time that wait for rows which somebody else has locked. */
  readonly maxPatient: number;
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
  const patientQueue: Lane[] = [];
  const turnMs = (): number => (patientQueue.length > 0 ? options.briefWaitMs : LONG_TURN_MS);
  const batches = createBatches({ ...options, lanes, move: enqueue, turnMs });
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
    for (;;) {
      await nextTurn();
      // Asked only now: by this turn those who waited may have left, and what was under way may have ended.
      if (it.waiting.length === 0 && underWay.size === 0) break;
      const batch = it.waiting.length > 0 ? batches.run(it, pipeline) : Promise.race(underWay);
      underWay.add(batch);
      await new Promise<void>((goOn) => {
        // Assigned in two steps, or V8 takes it for a method and keeps it, and the batch with it, until a full collection.
        const followed = (): void => {
          if (pipeline.isOpen() && mayFollow(it)) goOn();
        };
        it.onJoined = followed;
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
      if (typeof it.stuck !== "object" || (await isFree(it, it.stuck))) await batches.run(it);
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
