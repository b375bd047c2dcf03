import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { sqlstateOf } from "./postgres-error.ts";

const tracer = trace.getTracer("@holdfast/db");

/**
 * The trace that the caller is part of; undefined when no span around it records. Holdfast goes on with traces and begins none,
 * so without OpenTelemetry's SDK in the process nothing is made and nothing is paid.
 */
export function activeTrace(): Context | undefined {
  const active = context.active();
  return trace.getSpan(active)?.isRecording() === true ? active : undefined;
}

export function startSpan(name: string, within: Context, attributes: Attributes): Span {
  return tracer.startSpan(name, { attributes }, within);
}

/** Runs a statement as a span of its own: its name is told, its text and its parameters never are. */
export async function traceStatement<T>(
  within: Context,
  name: string,
  statement: () => Promise<T>,
): Promise<T> {
  const attributes = { "db.system.name": "postgresql", "db.query.summary": name };
  const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, within);
  try {
    return await statement();
  } catch (error) {
    const sqlstate = sqlstateOf(error);
    span.setStatus({ code: SpanStatusCode.ERROR });
    if (sqlstate !== undefined) span.setAttribute("db.response.status_code", sqlstate);
    throw error;
  } finally {
    span.end();
  }
}

/** What writes: a statement on a table, or the call of a function of ours. */
const WRITES = /\b(?:(insert into|update|delete from)\s+holdfast\.(\w+)|select\s+holdfast\.(\w+)\()/gi;

/** A condition, or a value that hangs on one, and not what a statement is about. */
const CONDITIONS = /\bexists\s*\([^()]*\)|\bcase\b.*?\bend\b/gis;

/** What a statement does to what of ours: "LOCK wallets", "INSERT entries, CALL change_wallets", "COMMIT". */
export function statementName(text: string): string {
  const writes = [...text.matchAll(WRITES)].map(([, verb, table, called]) =>
    verb === undefined ? `CALL ${called}` : `${verb.split(" ")[0]?.toUpperCase()} ${table}`,
  );
  if (writes.length > 0) return writes.join(", ");
  const verb = /\bfor (no key )?update\b/i.test(text) ? "lock" : (/\w+/.exec(text)?.[0] ?? "statement");
  const table = /\b(?:from|join)\s+holdfast\.(\w+)/i.exec(text.replaceAll(CONDITIONS, ""))?.[1];
  return table === undefined ? verb.toUpperCase() : `${verb.toUpperCase()} ${table}`;
}
