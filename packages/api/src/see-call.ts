import type { Principal } from "@holdfast/db";
import { context, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import { toHoldfastError } from "./errors.ts";

/** One call of a procedure, told when it was answered: nothing of what was asked or of what was answered. */
export interface CallEnded {
  /** The procedure, such as "wallets.boost": one of ours, so a closed set. */
  readonly procedure: string;
  /** Undefined when the caller could not be named. */
  readonly principal: Principal | undefined;
  /** Of the error table or the features' own errors; undefined for a success. */
  readonly code: string | undefined;
  /** The id of an unknown fault, as its caller sees it. */
  readonly faultId: string | undefined;
  /** The operation that the answer stands in, when there is one. */
  readonly operationId: string | undefined;
  readonly replayed: boolean;
  readonly durationMs: number;
}

export type OnCall = (ended: CallEnded) => void;

/** What a call is told to: the host, where it listens. */
export interface SeenContext {
  readonly principal: Principal | undefined;
  readonly onCall?: OnCall | undefined;
}

/** What the procedure says of itself while it runs. */
export interface Seen {
  readonly onOperation?: ((operationId: string, replayed: boolean) => void) | undefined;
}

const tracer = trace.getTracer("@holdfast/api");

/** Runs one call: as a span of the caller's trace, if it has one, and told to the host when it has ended, also by what `run` throws. */
export async function seeCall<Result extends { readonly ok: boolean }>(
  procedure: string,
  { principal, onCall }: SeenContext,
  run: (seen: Seen) => Promise<Result>,
): Promise<Result> {
  const within = context.active();
  const traced = trace.getSpan(within)?.isRecording() === true;
  if (onCall === undefined && !traced) return run({});
  const beganMs = performance.now();
  let operationId: string | undefined;
  let replayed = false;
  const seen: Seen = {
    onOperation(id, isReplay) {
      operationId = id;
      replayed = isReplay;
    },
  };
  const span = traced ? tracer.startSpan(procedure, {}, within) : undefined;
  const ends = (cause?: unknown): void => {
    const error = cause === undefined ? undefined : toHoldfastError(cause);
    const ended: CallEnded = {
      procedure,
      principal,
      code: error?.code,
      faultId: error !== undefined && "id" in error.details ? error.details.id : undefined,
      operationId,
      replayed,
      durationMs: performance.now() - beganMs,
    };
    if (span !== undefined) describe(span, ended, error?.status ?? 200);
    tell(onCall, ended);
  };
  let result: Result;
  try {
    result = await (span === undefined
      ? run(seen)
      : context.with(trace.setSpan(within, span), () => run(seen)));
  } catch (thrown) {
    ends(thrown);
    throw thrown;
  }
  ends("error" in result ? result.error : undefined);
  return result;
}

/** A listener that fails costs its line or its figure, never a call: that has its answer already. */
function tell(onCall: OnCall | undefined, ended: CallEnded): void {
  try {
    onCall?.(ended);
  } catch (error) {
    process.emitWarning(`a listener to calls threw ${error instanceof Error ? error.name : typeof error}`);
  }
}

function describe(
  span: Span,
  { principal, code, faultId, operationId, replayed }: CallEnded,
  status: number,
): void {
  span.setAttributes({
    ...(principal && { "holdfast.tenant": principal.tenantId, "holdfast.role": principal.role }),
    ...(code && { "holdfast.code": code }),
    ...(faultId && { "holdfast.fault": faultId }),
    ...(operationId && { "holdfast.operation": operationId, "holdfast.replayed": replayed }),
  });
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
