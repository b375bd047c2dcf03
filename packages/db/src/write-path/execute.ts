import { newId } from "../ids.ts";
import { callerOf, type Principal, SYSTEM_CALLER } from "../principal.ts";
import type { Statements } from "../statements.ts";
import type { Command, DecideContext, Decision, Feature, Need, Outcome, TopicChanged } from "./feature.ts";
import { keysByFeature, needName } from "./lock.ts";
import { type Operation, recordOperations } from "./record.ts";
import type { Registry } from "./registry.ts";
import { differingFields, type Fingerprint, lookUp, type Recorded } from "./replay.ts";

/** One caller's command, parsed: what `Registry.parse` made of it, and who sent it. */
export interface Call extends Fingerprint {
  readonly principal: Principal;
  readonly feature: Feature;
  readonly command: Command;
  readonly needs: readonly Need[];
}

/** What became of a call. Only what is recorded is an outcome; a call that is stuck has not been looked at. */
export type Result =
  | {
      readonly type: "outcome";
      readonly outcome: Outcome;
      readonly replayed: boolean;
      readonly operationId?: string | undefined;
    }
  | { readonly type: "not-executed"; readonly code: string; readonly details: unknown }
  | { readonly type: "stuck"; readonly need: Need };

export function createCall(registry: Registry, principal: Principal, kind: string, sent: unknown): Call {
  const { feature, command, input } = registry.parse(kind, sent);
  return {
    principal,
    feature,
    command,
    kind,
    input,
    caller: callerOf(principal),
    needs: feature.needs(command, principal),
  };
}

export interface ExecuteOptions {
  /** If false, rows that somebody else has locked are left alone, and the calls that need them come back stuck. */
  readonly wait: boolean;
  /** Rows to lock beyond those that the calls need, for what time alone has made due on them. */
  readonly also?: readonly Need[];
  /** Told when the locks are granted and the keys looked up. */
  readonly onLocked?: (() => void) | undefined;
}

export interface Executed {
  /** What became of the calls, in their order. */
  readonly results: Result[];
  /** How many commands time alone had made due on the locked rows; they were decided before the calls. */
  readonly due: number;
}

/**
 * THE write path: every write of every feature, whether one command or a thousand, takes these four steps in one
 * transaction of one tenant. Two round trips: lock and replay travel together, write travels with COMMIT.
 */
export async function executeCalls(
  tx: Statements,
  registry: Registry,
  tenantId: number,
  calls: readonly Call[],
  { wait, also = [], onLocked }: ExecuteOptions,
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
  const all = Object.fromEntries(locked.map(({ feature, rows }) => [feature.name, rows]));
  const stuck = new Set(
    locked.flatMap(({ feature, stuck }) => [...stuck].map((key) => needName({ feature: feature.name, key }))),
  );
  const operations: Operation[] = [];
  const decide = (call: Omit<Call, "needs">): Decision => {
    const { feature, command, principal, kind, caller, input } = call;
    const context: DecideContext = { principal, nowMs, operationId: newId(), newId, derive: registry.derive };
    const decision = feature.decide(all, command, context);
    if (!decision.ok) {
      const error = registry.error(decision.code);
      if (error === undefined) throw new TypeError(`no feature declares the error code "${decision.code}"`);
      if (!error.recorded) return decision;
    }
    const outcome: Outcome = decision.ok ? { ok: true, data: decision.data } : decision;
    if (decision.ok) {
      for (const { feature, rows } of locked) {
        const changes = decision.changes[feature.name];
        if (changes !== undefined) feature.apply(rows, changes, context.operationId);
      }
    }
    const { idempotencyKey } = command;
    const { operationId } = context;
    operations.push({ id: operationId, idempotencyKey, kind, caller, input, outcome });
    recorded.set(idempotencyKey, { operationId, kind, caller, input, outcome });
    return decision;
  };
  for (const { feature, rows } of locked) {
    for (const command of feature.due?.(rows, nowMs) ?? []) decide(dueCall(feature, command, tenantId));
  }
  const due = operations.length;
  const results = calls.map((call): Result => {
    const before = recorded.get(call.command.idempotencyKey);
    if (before !== undefined) return replay(before, call);
    const blocked = stuck.size > 0 && call.needs.find((need) => stuck.has(needName(need)));
    if (blocked) return { type: "stuck", need: blocked };
    const decision = decide(call);
    const now = recorded.get(call.command.idempotencyKey);
    if (now !== undefined) {
      return { type: "outcome", outcome: now.outcome, replayed: false, operationId: now.operationId };
    }
    if (decision.ok) throw new TypeError("a success was not recorded");
    return { type: "not-executed", code: decision.code, details: decision.details };
  });

  // 4 write: a few set-based statements, not awaited here, so that they travel with COMMIT.
  if (operations.length > 0) {
    recordOperations(tx, tenantId, operations, nowMs);
    for (const { feature, rows } of locked) feature.write(tx, tenantId, rows, nowMs);
    if (followed || tx.touched !== undefined) {
      const topics = locked.flatMap(({ feature, rows }) => changedTopics(feature, rows));
      tx.touched?.push(...topics);
      // With the change or not at all: whoever follows it is told of neither more nor less than what is committed.
      if (followed && topics.length > 0) {
        for (const { follows } of registry.features) follows?.follow(tx, tenantId, topics, nowMs);
      }
    }
  }
  return { results, due };
}

function changedTopics(feature: Feature, rows: unknown): TopicChanged[] {
  const kind = feature.topic?.kind;
  if (kind === undefined) return [];
  const first = new Map<string, bigint>();
  for (const { id, version } of feature.touched?.(rows) ?? []) {
    const known = first.get(id);
    if (known === undefined || version < known) first.set(id, version);
  }
  return [...first].map(([id, version]) => ({ kind, id, first: version }));
}

function replay(before: Recorded, call: Call): Result {
  const fields = differingFields(before, call);
  const { outcome, operationId } = before;
  if (fields === undefined) return { type: "outcome", outcome, replayed: true, operationId };
  return { type: "not-executed", code: "IDEMPOTENCY_KEY_REUSED", details: { fields } };
}

function dueCall(feature: Feature, command: Command, tenantId: number): Omit<Call, "needs"> {
  const principal: Principal = { tenantId, subject: "holdfast", role: "service" };
  const { idempotencyKey: _, kind, ...input } = command;
  return { principal, feature, command, kind, input: JSON.stringify(input), caller: SYSTEM_CALLER };
}
