import { type Context, type Link, type Span, trace } from "@opentelemetry/api";
import type { TransactionSeen } from "../observe.ts";
import { startSpan } from "../trace.ts";

/** A call that somebody traces, from its arrival until a transaction takes it aboard. */
export class TracedCall {
  readonly within: Context;
  #wait: Span | undefined;

  constructor(within: Context) {
    this.within = within;
  }

  /** The call waits, for its turn or for a row or key that somebody else has locked. */
  waits(lane: "swift" | "row" | "key"): void {
    this.#wait?.end();
    this.#wait = startSpan("queue", this.within, { "holdfast.lane": lane });
  }

  boards(): void {
    this.#wait?.end();
    this.#wait = undefined;
  }
}

/** A transaction of the write path with traced calls aboard. */
export interface TracedBatch {
  /** What its statements belong to. */
  readonly within: Context;
  end(result: TransactionSeen["result"]): void;
}

/**
 * Begins the span of a batch; undefined when nobody traces a call aboard. A span has one parent, and a batch many callers: it is
 * part of the first one's trace, has links to them all, and each has a link to it.
 */
export function startBatch(
  aboard: readonly { readonly traced: TracedCall | undefined }[],
): TracedBatch | undefined {
  let first: Context | undefined;
  const callers: Span[] = [];
  for (const { traced } of aboard) {
    const caller = traced && trace.getSpan(traced.within);
    if (caller === undefined) continue;
    first ??= traced?.within;
    callers.push(caller);
  }
  if (first === undefined) return undefined;
  const span = startSpan("batch", first, { "holdfast.batch.calls": aboard.length });
  const here: Link = { context: span.spanContext() };
  for (const caller of callers) {
    span.addLink({ context: caller.spanContext() });
    caller.addLink(here);
  }
  return {
    within: trace.setSpan(first, span),
    end(result) {
      span.setAttribute("holdfast.batch.result", result).end();
    },
  };
}
