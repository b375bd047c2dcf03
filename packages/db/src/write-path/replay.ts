import { pgArray, type Statements, textOf } from "../statements.ts";
import type { Outcome } from "./feature.ts";

/** What the idempotency key of a call was used for before. */
export interface Recorded {
  /** The operation that recorded it. */
  readonly operationId?: string | undefined;
  readonly kind: string;
  readonly caller: string;
  /** The parsed input as canonical JSON: the fingerprint. */
  readonly input: string;
  readonly outcome: Outcome;
}

/** The part of a call that its key is bound to. */
export type Fingerprint = Pick<Recorded, "kind" | "caller" | "input">;

/** What the keys of a batch were used for before, and the moment at which that was looked up. */
export interface LookedUp {
  readonly recorded: Map<string, Recorded>;
  /** The database's clock in epoch milliseconds: `clock_timestamp()`, because `now()` goes stale in a lock wait. */
  readonly nowMs: number;
  /** Whether the tenant has somebody who follows what is changed. */
  readonly followed: boolean;
}

const lookUpStatement = (followed: string): string => `
  select floor(extract(epoch from clock_timestamp()) * 1000)::bigint::text as now_ms, ${followed} as followed, found.*
  from (select) as always left join (unnest($2::text[]) as wanted(key) cross join lateral (
    select id::text, idempotency_key, kind, caller, input::text as input, outcome::text as outcome from holdfast.operations
    where tenant_id = $1::int and idempotency_key = wanted.key offset 0) as found) on true`;

/**
 * Looks idempotency keys up. It runs after the locks were granted, in a statement and so a snapshot of its own: under
 * READ COMMITTED it sees whatever the previous holder of the locks committed.
 */
export async function lookUp(
  tx: Statements,
  tenantId: number,
  keys: readonly string[],
  followed = "false",
): Promise<LookedUp> {
  const rows = await tx.run(lookUpStatement(followed), [String(tenantId), pgArray(keys)]);
  const recorded = new Map<string, Recorded>();
  for (const row of rows) {
    if (row["idempotency_key"] === null) continue;
    recorded.set(textOf(row, "idempotency_key"), {
      operationId: textOf(row, "id"),
      kind: textOf(row, "kind"),
      caller: textOf(row, "caller"),
      input: textOf(row, "input"),
      outcome: JSON.parse(textOf(row, "outcome")) as Outcome,
    });
  }
  const [first] = rows;
  if (first === undefined) throw new TypeError("the clock answered no row");
  return { recorded, nowMs: Number(textOf(first, "now_ms")), followed: first["followed"] === true };
}

/**
 * The fields in which a call differs from the one that used its key, or undefined when it is the same call. Another
 * caller learns that the key is taken and nothing else.
 */
export function differingFields(recorded: Fingerprint, call: Fingerprint): string[] | undefined {
  if (recorded.caller !== call.caller) return ["idempotencyKey"];
  if (recorded.kind !== call.kind) return ["kind"];
  if (recorded.input === call.input) return undefined;
  const before = JSON.parse(recorded.input) as Record<string, unknown>;
  const now = JSON.parse(call.input) as Record<string, unknown>;
  const fields = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(now[field]),
  );
  // The same fields in another order, as a later version of a schema may give them, are the same call.
  return fields.length === 0 ? undefined : fields;
}
