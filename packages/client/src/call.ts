import { nextDelayMs } from "./backoff.ts";
import type { CallOptions, Result, RetryEvent } from "./call-options.ts";
import type { HoldfastFailure } from "./client-error.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import {
  type FailedReply,
  failureOf,
  mayTryAgain,
  noToken,
  retryAfterOf,
  type Trail,
  unanswered,
  unprepared,
  unresolvedAfter,
} from "./failures.ts";
import { toWire, type WireInput } from "./to-wire.ts";
import { authorize, type Token } from "./token.ts";
import type { Transport } from "./transport.ts";

/** What all calls of one client share. */
export interface Caller {
  readonly transport: Transport;
  readonly token: Token;
  readonly deadlineMs: number;
  readonly onRetry: ((event: RetryEvent) => void) | undefined;
}

/** One intent: the same path, content and key on every attempt. */
export interface Call {
  readonly path: string;
  readonly type: "query" | "mutation";
  readonly input: unknown;
  /** Undefined where the server takes none. */
  readonly idempotencyKey: string | undefined;
  readonly options: CallOptions;
}

/**
 * Characters of JSON above which an input gets a request of its own, so that it can't push its neighbours over the
 * limit of a body or a URL (where one character may become nine).
 */
const MAX_SHARED_LENGTH = { mutation: 4_096, query: 200 };

/** One call with all its attempts. Ends by its deadline, and never rejects. */
export async function runCall(caller: Caller, call: Call): Promise<Result<unknown>> {
  const { path, idempotencyKey, options } = call;
  let trail: Trail = { path, idempotencyKey, unresolved: false };
  let wire: WireInput;
  try {
    wire = toWire(idempotencyKey === undefined ? call.input : { ...Object(call.input), idempotencyKey });
  } catch (cause) {
    return { ok: false, error: unprepared(trail, cause) };
  }
  const { deadlineMs, signal } = options;
  const ownRequest =
    deadlineMs !== undefined || signal !== undefined || wire.length > MAX_SHARED_LENGTH[call.type];
  const deadline = startDeadline(deadlineMs ?? caller.deadlineMs, signal);
  try {
    let error: HoldfastFailure | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const authorized = await deadline.race(authorize(caller.token));
      if (typeof authorized === "string") return { ok: false, error: unanswered(authorized, trail, error) };
      if (!authorized.ok) return { ok: false, error: noToken(trail, authorized.cause) };

      const { authorization } = authorized;
      const alone = ownRequest || attempt > 1;
      const reply = await deadline.race(
        caller.transport.send({ ...call, ...deadline, input: wire.value, authorization, alone }),
      );
      // A read has no effect, so it is never unresolved.
      const settle = (unresolved: boolean) => ({
        ...trail,
        unresolved: unresolved && call.type === "mutation",
      });
      if (typeof reply === "string") return { ok: false, error: unanswered(reply, settle(true), error) };
      if (reply.type === "answer") return { ok: true, data: reply.data };

      trail = settle(unresolvedAfter(reply, trail.unresolved));
      error = failureOf(reply, trail);
      const delayMs = delayAfter(attempt, reply, deadline);
      if (delayMs === undefined) return { ok: false, error };
      tell(caller, { path, attempt, delayMs, error });
      const over = await deadline.wait(delayMs);
      if (over !== undefined) return { ok: false, error: unanswered(over, trail, error) };
    }
  } finally {
    deadline.stop();
  }
}

/** Milliseconds until the next attempt, or undefined when there must not, or can not, be one. */
function delayAfter(failedAttempts: number, reply: FailedReply, deadline: Deadline): number | undefined {
  if (!mayTryAgain(reply)) return undefined;
  const remainingMs = deadline.remainingMs();
  return nextDelayMs({
    failedAttempts,
    remainingMs,
    retryAfterMs: retryAfterOf(reply),
    random: Math.random(),
  });
}

/** A log line that throws must not leave the caller without the answer. */
function tell({ onRetry }: Caller, event: RetryEvent): void {
  try {
    onRetry?.(event);
  } catch {}
}
