import { type FailureInfo, failure, type HoldfastFailure } from "./client-error.ts";
import type { Over } from "./deadline.ts";
import type { Reply } from "./transport.ts";

/** What is known of a call over its attempts so far. */
export interface Trail {
  readonly path: string;
  readonly idempotencyKey: string | undefined;
  /** Whether an attempt may have taken effect. */
  readonly unresolved: boolean;
}

export type FailedReply = Exclude<Reply, { type: "answer" }>;

const UNKNOWN = "it may have taken effect. The same key tells, and never executes twice.";
const NOT_STARTED = "nothing was executed. The same call may be sent again.";

/** What a proxy says when it, or the server behind it, can't answer just now. */
const PASSING_STATUS: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Whether the same attempt, same key, may succeed: the server said so, or nobody with a say did. */
export function mayTryAgain(reply: FailedReply): boolean {
  if (reply.type === "error") return reply.data.retry === "same-key";
  return reply.type === "none" || PASSING_STATUS.has(reply.status);
}

/**
 * Whether the call may have taken effect, now that this attempt failed so. A recorded refusal is the server's last word
 * on the key. Every other error speaks of its own attempt alone: a token that expired between two attempts does not
 * undo the first, and one that became another user's finds the key taken.
 */
export function unresolvedAfter(reply: FailedReply, before: boolean): boolean {
  if (reply.type === "none") return before || reply.sent;
  if (reply.type === "foreign") return true;
  const { data } = reply;
  if (data.retry === "new-key" && data.code !== "IDEMPOTENCY_KEY_REUSED") return false;
  return (
    before || data.code === "INTERNAL" || (data.code === "TIMEOUT" && data.details.outcome === "unknown")
  );
}

/** How long the server wants to be left alone, in milliseconds. */
export function retryAfterOf(reply: FailedReply): number | undefined {
  if (reply.type === "none") return undefined;
  if (reply.type === "error" && "retryAfterSeconds" in reply.data.details) {
    return reply.data.details.retryAfterSeconds * 1_000;
  }
  return reply.retryAfterMs;
}

/** What the call ends with if this reply was its last. */
export function failureOf(reply: FailedReply, trail: Trail): HoldfastFailure {
  if (reply.type === "error") {
    const { code, details, retry, httpStatus, replayed } = reply.data;
    if (code === "TIMEOUT") return unanswered("deadline", trail, undefined, httpStatus);
    return failure(code, details, { ...trail, message: reply.message, retry, status: httpStatus, replayed });
  }
  if (reply.type === "none" || mayTryAgain(reply)) return unanswered("deadline", trail, reply.cause);
  const message = `HTTP status ${reply.status} came in a form that no Holdfast server answers in. Is the url right?`;
  const details = { httpStatus: reply.status };
  return failure("UNEXPECTED_REPLY", details, local(trail, message, "same-key"), reply.cause);
}

/** The end of a call that nobody answered in time, or that the caller gave up. */
export function unanswered(over: Over, trail: Trail, cause?: unknown, status?: number): HoldfastFailure {
  const outcome = trail.unresolved ? "unknown" : "not_started";
  const rest = trail.unresolved ? UNKNOWN : NOT_STARTED;
  if (over === "aborted") {
    return failure("ABORTED", { outcome }, local(trail, `The call was given up; ${rest}`, "same-key"), cause);
  }
  const info = { ...local(trail, `The call was not answered in time; ${rest}`, "same-key"), status };
  return failure("TIMEOUT", { outcome }, info, cause);
}

/** The input, or the store of its key, can't be used: nothing was sent. */
export function unprepared(trail: Trail, cause: unknown): HoldfastFailure {
  const message = "The call could not be prepared, so nothing was sent; `cause` says why.";
  return failure("ABORTED", { outcome: "not_started" }, local(trail, message, "never"), cause);
}

/** The function that gives the token failed. */
export function noToken(trail: Trail, cause: unknown): HoldfastFailure {
  const message = "There is no token to send, so this attempt was not made; `cause` says why.";
  return failure("UNAUTHENTICATED", {}, local(trail, message, "never"), cause);
}

function local(trail: Trail, message: string, retry: FailureInfo["retry"]): FailureInfo {
  return { ...trail, message, retry, status: undefined, replayed: false };
}
