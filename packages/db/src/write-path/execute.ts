import type { Statements } from "../statements.ts";
import type { Call } from "./call.ts";
import { changedTopics } from "./changed-topics.ts";
import { decideCalls, type Executed } from "./decide.ts";
import type { Need } from "./feature.ts";
import { keysByFeature } from "./lock.ts";
import { cacheRows } from "./optimistic.ts";
import { recordOperations } from "./record.ts";
import type { Registry } from "./registry.ts";
import { lookUp } from "./replay.ts";
import type { RowCache } from "./row-cache.ts";

export interface ExecuteOptions {
  /** If false, rows that somebody else has locked are left alone, and the calls that need them come back stuck. */
  readonly wait: boolean;
  /** Rows to lock beyond those that the calls need, for what time alone has made due on them. */
  readonly also?: readonly Need[];
  /** Told when the locks are granted and the keys looked up. */
  readonly onLocked?: (() => void) | undefined;
  /** Where the rows go as this batch leaves them. */
  readonly cache?: RowCache | undefined;
}

/**
 * THE write path: every write of every feature, whether one command or a thousand, takes these four steps in one
 * transaction of one tenant. Two round trips: lock and replay travel together, write travels with COMMIT. Where the rows are
 * known from the batch before, `executeOptimistically` takes them in one statement.
 */
export async function executeCalls(
  tx: Statements,
  registry: Registry,
  tenantId: number,
  calls: readonly Call[],
  { wait, also = [], onLocked, cache }: ExecuteOptions,
): Promise<Executed> {
  // 1 lock: every row the calls touch, one statement a table, tables and rows in one global order.
  const wanted = keysByFeature(calls.flatMap((call) => call.needs).concat(also));
  const concerned = new Set([...wanted.keys(), ...calls.map((call) => call.feature.name)]);
  const locking = registry.features
    .filter((feature) => concerned.has(feature.name))
    .map(async (feature) => ({
      feature,
      ...(await feature.lock(tx, tenantId, wanted.get(feature.name) ?? [], wait)),
    }));

  // 2 replay: look the keys up, sent after the locks and so answered by a later snapshot.
  const keys = [...new Set(calls.map((call) => call.command.idempotencyKey))];
  const lookingUp = lookUp(tx, tenantId, keys, registry.followed);
  const [locked, { recorded, nowMs, followed }] = await Promise.all([Promise.all(locking), lookingUp]);
  onLocked?.();

  // A row that is gone may have been taken by a transaction which this very key belongs to: its outcome is there by now.
  if (locked.some(({ absent }) => absent)) {
    for (const [key, outcome] of (await lookUp(tx, tenantId, keys)).recorded) recorded.set(key, outcome);
  }

  // 3 decide: pure functions on the locked rows, one command after the other.
  const { operations, ...executed } = decideCalls(registry, tenantId, calls, { locked, recorded, nowMs });
  if (cache !== undefined) cacheRows(cache, tenantId, locked, operations, followed);

  // 4 write: a few set-based statements, not awaited here, so that they travel with COMMIT.
  if (operations.length > 0) {
    recordOperations(tx, tenantId, operations, nowMs);
    for (const { feature, rows } of locked) feature.write(tx, tenantId, rows, nowMs);
    if (followed || tx.touched !== undefined) {
      const topics = locked.flatMap(changedTopics);
      tx.touched?.push(...topics);
      // With the change or not at all: whoever follows it is told of neither more nor less than what is committed.
      if (followed && topics.length > 0) {
        for (const { follows } of registry.features) follows?.follow(tx, tenantId, topics, nowMs);
      }
    }
  }
  return executed;
}
