import type { OperationRow } from "./tables.ts";

/** One command without its key: a call of its own, or one of a batch. */
export interface Step {
  /** Without the feature's name: "boost". */
  readonly kind: string;
  readonly [field: string]: unknown;
}

export interface Refusal {
  readonly ok: false;
  readonly code: string;
  readonly details: unknown;
}
export type Result = { readonly ok: true; readonly data: Readonly<Record<string, unknown>> } | Refusal;

/** A step, and what its operation says became of it. */
export interface Taken {
  readonly step: Step;
  readonly result: Result;
  /** Done in the name of a service, whoever asked: what was agreed when the hold was placed. */
  readonly asService?: boolean;
}

const FEATURE = "wallets.";

export function isBatch({ kind }: OperationRow): boolean {
  return kind === `${FEATURE}batch`;
}

export function commandsOf({ input }: OperationRow): Step[] {
  return Array.isArray(input["commands"]) ? (input["commands"] as Step[]) : [];
}

/** Every step that was decided, in order. A refused batch as a whole has none; undefined when the rows don't fit. */
export function takenBy(operation: OperationRow): Taken[] | undefined {
  const { outcome } = operation;
  if (!isBatch(operation)) {
    const step = { ...operation.input, kind: operation.kind.slice(FEATURE.length) };
    return [{ step, result: resultOf(outcome) }];
  }
  if (!outcome.ok) return [];
  const steps = commandsOf(operation);
  const { results } = (outcome.data ?? {}) as { results?: unknown };
  if (!Array.isArray(results) || results.length !== steps.length) return undefined;
  return steps.map((step, at) => ({ step, result: resultOf(results[at] as OperationRow["outcome"]) }));
}

export function resultOf({ ok, data, code, details }: OperationRow["outcome"]): Result {
  if (ok) return { ok, data: (data ?? {}) as Readonly<Record<string, unknown>> };
  return { ok: false, code: code ?? "", details };
}

/** What an operation answered; nothing when it was refused. */
export function dataIn({ outcome }: Pick<OperationRow, "outcome">): Readonly<Record<string, unknown>> {
  return outcome.ok ? ((outcome.data ?? {}) as Readonly<Record<string, unknown>>) : {};
}

/** A command without its key and its feature's name: "reserve" of "seats.reserve". */
export function stepOf(kind: string, input: Readonly<Record<string, unknown>>): Step {
  return { ...input, kind: kind.slice(kind.indexOf(".") + 1) };
}

/** A field that holds text; undefined when it is left out. */
export function textIn(fields: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" ? value : undefined;
}
