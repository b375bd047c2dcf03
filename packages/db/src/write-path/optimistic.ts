import type { WholeStatements } from "../statements.ts";
import type { Call } from "./call.ts";
import { changedTopics } from "./changed-topics.ts";
import { decideCalls, type Executed, type FeatureRows } from "./decide.ts";
import type { Need } from "./feature.ts";
import { keysByFeature } from "./lock.ts";
import { type Operation, recorded } from "./record.ts";
import type { Registry } from "./registry.ts";
import type { RowCache } from "./row-cache.ts";

/** Whether the tenant has followers, kept like a row. */
const FOLLOWED: Need = { feature: "", key: "followed" };
const NONE: ReadonlySet<string> = new Set();

/** Whether the next batch of the tenant may be decided on what is cached; asked once a batch. */
export function mayBeOptimistic(cache: RowCache, tenantId: number): boolean {
  return cache.find(tenantId, FOLLOWED) === false && cache.isTrusted(tenantId);
}

/** Whether a call can be decided on what is cached: it is no replay, and its rows are there. */
export function isKnown(cache: RowCache, { principal, feature, command, kind, needs }: Call): boolean {
  const { tenantId } = principal;
  if (feature.optimistic?.kinds.has(kind) !== true) return false;
  if (cache.hasKey(tenantId, command.idempotencyKey)) return false;
  return needs.every((need) => cache.find(tenantId, need) !== undefined);
}

/**
 * The same four steps in one round trip, for calls each of which `isKnown`: decide comes first, on cached rows, and one statement, which
 * is all of the transaction, locks, verifies, records and writes. It fails unless each row is as it was decided on, and where a key was used before. Undefined, and nothing sent, when that can't be done.
 */
export function executeOptimistically(
  tx: WholeStatements,
  registry: Registry,
  tenantId: number,
  calls: readonly Call[],
  { cache, onLocked }: { readonly cache: RowCache; readonly onLocked?: (() => void) | undefined },
): Executed | undefined {
  const [feature, another] = new Set(calls.map((call) => call.feature));
  const { name, optimistic } = feature ?? {};
  const wanted = keysByFeature(calls.flatMap((call) => call.needs));
  const keys = wanted.get(name ?? "");
  // One statement knows one feature's rows.
  if (!feature || !name || !optimistic || !keys || another !== undefined || wanted.size > 1) return undefined;
  const rows = optimistic.recall(keys.map((key) => cache.find(tenantId, { feature: name, key })));
  const recalled = [{ feature, rows, stuck: NONE }];
  const basis = { locked: recalled, recorded: new Map(), nowMs: undefined };
  const { operations, ...executed } = decideCalls(registry, tenantId, calls, basis);
  if (operations.length === 0) return undefined;
  cacheRows(cache, tenantId, recalled, operations, false);

  const written = optimistic.write(tx, rows, recorded(operations));
  // Its failure is the transaction's.
  written.then(onLocked, () => {});
  tx.touched?.push(...recalled.flatMap(changedTopics));
  return executed;
}

/** Keeps the rows as a batch leaves them and the keys that it uses, for the batch that comes next. It may come before the commit: it verifies them. */
export function cacheRows(
  cache: RowCache,
  tenantId: number,
  locked: readonly FeatureRows[],
  operations: readonly Operation[],
  followed: boolean,
): void {
  for (const { idempotencyKey } of operations) cache.keepKey(tenantId, idempotencyKey);
  cache.keep(tenantId, FOLLOWED, followed);
  for (const { feature, rows } of locked) {
    for (const [key, row] of feature.optimistic?.cacheable(rows) ?? []) {
      cache.keep(tenantId, { feature: feature.name, key }, row);
    }
  }
}

/** A batch failed, and has not left its rows as it thought; if it was decided on what was cached, that may have been wrong too. */
export function forgetRows(
  cache: RowCache,
  tenantId: number,
  aboard: readonly { readonly call: Call }[],
  wasOptimistic: boolean,
): void {
  if (wasOptimistic) {
    cache.disappointed(tenantId);
    cache.keep(tenantId, FOLLOWED, undefined);
  }
  for (const { call } of aboard) for (const need of call.needs) cache.keep(tenantId, need, undefined);
}
