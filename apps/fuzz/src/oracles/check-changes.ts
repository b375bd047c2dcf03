import { errorTable } from "@holdfast/db";
import type { Exchange } from "../wire/exchange.ts";
import type { RowsWritten } from "../world/audit.ts";
import type { Finding } from "./finding.ts";
import { toldIn } from "./outcomes.ts";

/** What a request's answers say that it may have written. */
export interface Allowance {
  /** Operations that may be recorded as successes, and those as refusals. */
  readonly successes: number;
  readonly refusals: number;
}

/** Undefined when the answers don't tell: one is missing, or streamed. Then anything may have been written. */
export function allowanceOf({ responses, end }: Exchange): Allowance | undefined {
  let [successes, refusals] = [0, 0];
  if (end !== "answered") return undefined;
  for (const response of responses) {
    const told = toldIn(response);
    const isStreamed = told === undefined && response.status < 400 && response.contentType.includes("json");
    if (isStreamed || !response.complete) return undefined;
    for (const one of told ?? []) {
      if (one.ok) successes++;
      else if (errorTable[one.code as keyof typeof errorTable]?.recorded || one.code === "TIMEOUT")
        refusals++;
    }
  }
  return { successes, refusals };
}

/**
 * A refusal changes nothing: what was written since the request was sent is either its own recorded refusal, or was done in
 * nobody's name, by the clock or by who says an answer. Those are operations of kinds that no procedure sends.
 *
 * A recorded refusal is a row of `operations` and nothing else; an unrecorded one, a read and a 401 are not even that.
 */
export function checkChanges(
  written: readonly RowsWritten[],
  allowed: Allowance | undefined,
  isProcedure: (kind: string) => boolean,
): Finding[] {
  if (allowed === undefined) return [];
  const own = written.filter(({ kind }) => kind !== null && isProcedure(kind));
  const successes = own.filter(({ ok }) => ok === true).length;
  const refusals = own.length - successes;
  const findings: Finding[] = [];
  const found = (message: string) => findings.push({ rule: "a refusal changes nothing", message });
  if (successes > allowed.successes) found(`${successes} successes recorded, ${allowed.successes} told`);
  if (refusals > allowed.refusals) found(`${refusals} refusals recorded, ${allowed.refusals} told`);
  const explained = new Set(
    written
      .filter(({ kind, ok }) => kind !== null && (ok || !isProcedure(kind)))
      .map(({ transaction }) => transaction),
  );
  const rest = written.filter(({ kind, transaction }) => kind === null && !explained.has(transaction));
  if (rest.length > 0)
    found(`without an operation: ${rest.map(({ action, table }) => `${action} ${table}`).join(", ")}`);
  return findings;
}
