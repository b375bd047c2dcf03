import type { Reply } from "../../history.ts";
import type { Answer } from "./tiny-store.ts";

export function replyOf(answer: Answer): Reply {
  if (!answer.ok) return errorReply(answer.code, 409, answer.details, answer.replayed);
  // Like JSON on its way: nothing is shared with the tables.
  const data = structuredClone(answer.data);
  return { kind: "success", data: Array.isArray(data) ? data : { ...data, replayed: answer.replayed } };
}

export function errorReply(
  code: string,
  httpStatus: number,
  details: unknown,
  replayed = false,
  message = "In words.",
): Reply {
  const body = JSON.stringify({ error: { message, data: { code, details, replayed } } });
  return { kind: "error", httpStatus, code, details, replayed, body };
}

/** Replies of a call that was never executed, and says so. */
export const notExecuted: readonly Reply[] = [
  errorReply("OVERLOADED", 503, { retryAfterSeconds: 1 }),
  errorReply("UNAVAILABLE", 503, { retryAfterSeconds: 1 }),
  errorReply("TIMEOUT", 504, { outcome: "not_started" }),
];

/** Replies that leave it open whether the call was executed. */
export const unknown: readonly Reply[] = [
  { kind: "lost", reason: "connection" },
  { kind: "lost", reason: "gave-up" },
  { kind: "unreadable", httpStatus: 502, body: "<h1>Bad Gateway</h1>" },
  errorReply("TIMEOUT", 504, { outcome: "unknown" }),
  errorReply("INTERNAL", 500, { id: "5f8f3c1e-0000-4000-8000-000000000000" }),
];

/** Whether the same key is worth another try. */
export function isOpen(reply: Reply): boolean {
  if (reply.kind === "success") return false;
  return reply.kind !== "error" || ["OVERLOADED", "UNAVAILABLE", "TIMEOUT", "INTERNAL"].includes(reply.code);
}
