import type { Statements } from "../statements.ts";
import { changedTopics } from "./changed-topics.ts";
import { ClockUnknown, type Decided, decideCalls, type FeatureRows } from "./decide.ts";
import type { Call, Executed } from "./execute.ts";
import type { Need, Optimistic } from "./feature.ts";
import { keysByFeature } from "./lock.ts";
import { recordOperations } from "./record.ts";
import type { Registry } from "./registry.ts";
import type { RowCache } from "./row-cache.ts";

/** Whether the tenant has followers, kept like a row. */
const FOLLOWED: Need = { feature: "", key: "followed" };
const NONE: ReadonlySet<string> = new Set();

export interface OptimisticOptions {
  readonly cache: RowCache;
  /** Told when the locks are granted. */
  readonly onLocked?: (() => void) | undefined;
}

/**
 * The same four steps in one round trip, for a batch whose rows are known from the batches before: decide comes first, on
 * cached rows, and what is sent locks, verifies, writes and commits. Locking fails unless each row is as it was decided on,
 * and recording a key fails when it was used before. Undefined, and nothing sent, when that can't be done.
 */
export function executeOptimistically(
  tx: Statements,
  registry: Registry,
  tenantId: number,
  calls: readonly Call[],
  { cache, onLocked }: OptimisticOptions,
): Executed | undefined {
  if (cache.find(tenantId, FOLLOWED) !== false || !cache.isTrusted(tenantId)) return undefined;
  const recalled = recall(cache, registry, tenantId, calls);
  if (recalled === undefined) return undefined;
  const decided = decideWithoutClock(registry, tenantId, calls, recalled);
  // A row that a decision only looked at would not be verified by what is written.
  if (decided === undefined || !recalled.every(({ optimistic, rows }) => optimistic.isClaimable(rows)))
    return undefined;
  const { operations, ...executed } = decided;
  cacheRows(cache, tenantId, recalled, false);

  const claims = recalled.map(({ optimistic, rows }) => optimistic.claim(tx, tenantId, rows));
  if (onLocked !== undefined) void Promise.all(claims).then(onLocked, () => {});
  recordOperations(tx, tenantId, operations, { unlessFollowed: registry.followed });
  for (const { optimistic, rows } of recalled) optimistic.writeClaimed(tx, tenantId, rows);
  tx.touched?.push(...recalled.flatMap(changedTopics));
  return executed;
}

/** Keeps the rows as a batch leaves them, for the batch that comes next. It may come before the commit: it verifies them. */
export function cacheRows(
  cache: RowCache,
  tenantId: number,
  locked: readonly FeatureRows[],
  followed: boolean,
): void {
  cache.keep(tenantId, FOLLOWED, followed);
  for (const { feature, rows } of locked) {
    for (const [key, row] of feature.optimistic?.cacheable(rows) ?? []) {
      cache.keep(tenantId, { feature: feature.name, key }, row);
    }
  }
}

/** What failed may have failed because of what was cached. */
export function forgetRows(
  cache: RowCache,
  tenantId: number,
  aboard: readonly { readonly call: Call }[],
): void {
  cache.forget(tenantId, [FOLLOWED, ...aboard.flatMap(({ call }) => call.needs)]);
}

interface Recalled extends FeatureRows {
  readonly optimistic: Optimistic;
}

function recall(
  cache: RowCache,
  registry: Registry,
  tenantId: number,
  calls: readonly Call[],
): Recalled[] | undefined {
  const recalled: Recalled[] = [];
  const wanted = keysByFeature(calls.flatMap((call) => call.needs));
  for (const call of calls) if (!wanted.has(call.feature.name)) return undefined;
  for (const feature of registry.features) {
    const keys = wanted.get(feature.name);
    if (keys === undefined) continue;
    const cached: unknown[] = [];
    for (const key of keys) {
      const row = cache.find(tenantId, { feature: feature.name, key });
      if (row === undefined) return undefined;
      cached.push(row);
    }
    const { optimistic } = feature;
    const rows = optimistic?.recall(cached);
    if (optimistic === undefined || rows === undefined) return undefined;
    recalled.push({ feature, optimistic, rows, stuck: NONE });
  }
  return recalled;
}

function decideWithoutClock(
  registry: Registry,
  tenantId: number,
  calls: readonly Call[],
  locked: readonly FeatureRows[],
): Decided | undefined {
  try {
    return decideCalls(registry, tenantId, calls, { locked, recorded: new Map(), nowMs: undefined });
  } catch (error) {
    if (error instanceof ClockUnknown) return undefined;
    throw error;
  }
}
