import { newId } from "../ids.ts";
import { type Principal, SYSTEM_CALLER } from "../principal.ts";
import type { Call, Result } from "./call.ts";
import type { Command, DecideContext, Decision, Feature, Outcome } from "./feature.ts";
import { needName } from "./lock.ts";
import type { Operation } from "./record.ts";
import type { Registry } from "./registry.ts";
import { differingFields, type Recorded } from "./replay.ts";

/** The rows of one feature that a batch decides on. */
export interface FeatureRows {
  readonly feature: Feature;
  readonly rows: unknown;
  /** Needs that somebody else has locked. */
  readonly stuck: ReadonlySet<string>;
}

/** What a batch decides on. */
export interface Basis {
  readonly locked: readonly FeatureRows[];
  /** What the keys were used for before; what is decided now is added. */
  readonly recorded: Map<string, Recorded>;
  /** The database's clock; undefined where no decision may ask for it. */
  readonly nowMs: number | undefined;
}

export interface Executed {
  /** What became of the calls, in their order. */
  readonly results: Result[];
  /** How many commands time alone had made due on the locked rows; they were decided before the calls. */
  readonly due: number;
}

export interface Decided extends Executed {
  readonly operations: Operation[];
}

/** Decides a batch with the features' pure functions, one command after the other, each on what those before it left. */
export function decideCalls(
  registry: Registry,
  tenantId: number,
  calls: readonly Call[],
  { locked, recorded, nowMs }: Basis,
): Decided {
  const all = Object.fromEntries(locked.map(({ feature, rows }) => [feature.name, rows]));
  const stuck = new Set(
    locked.flatMap(({ feature, stuck }) => [...stuck].map((key) => needName({ feature: feature.name, key }))),
  );
  const operations: Operation[] = [];
  const decide = (call: Omit<Call, "needs">): Decision => {
    const { feature, command, principal, kind, caller, input } = call;
    const { derive } = registry;
    const operationId = newId();
    const context: DecideContext =
      nowMs === undefined
        ? new TimelessContext(principal, operationId, derive)
        : { principal, nowMs, operationId, newId, derive };
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
        if (changes !== undefined) feature.apply(rows, changes, operationId);
      }
    }
    const { idempotencyKey } = command;
    operations.push({ id: operationId, idempotencyKey, kind, caller, input, outcome });
    recorded.set(idempotencyKey, { operationId, kind, caller, input, outcome });
    return decision;
  };
  if (nowMs !== undefined) {
    for (const { feature, rows } of locked) {
      for (const command of feature.due?.(rows, nowMs) ?? []) decide(dueCall(feature, command, tenantId));
    }
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
  return { results, operations, due };
}

class TimelessContext implements DecideContext {
  readonly newId = newId;
  readonly principal: Principal;
  readonly operationId: string;
  readonly derive: DecideContext["derive"];

  constructor(principal: Principal, operationId: string, derive: DecideContext["derive"]) {
    this.principal = principal;
    this.operationId = operationId;
    this.derive = derive;
  }

  get nowMs(): number {
    throw new TypeError(
      "a command of the feature's optimistic kinds asked what time it is, before the database was",
    );
  }
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
