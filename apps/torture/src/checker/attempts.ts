import { type HistoryEvent, QUERIES, type Replied, type Sent } from "../history.ts";
import { callerName, contentOf, keyOf } from "./content.ts";

/**
 * What a reply promises. "success" and "refused": durable and recorded. "not-executed": this attempt had no effect and
 * never will. "unknown": none or one.
 */
export type Meaning = "success" | "refused" | "not-executed" | "unknown";

export interface Attempt {
  readonly sent: Sent;
  /** Undefined when the history ends before a reply. */
  readonly replied: Replied | undefined;
  readonly meaning: Meaning;
  readonly isQuery: boolean;
  /** Undefined for queries, and for calls that were sent without one. */
  readonly key: string | undefined;
  readonly caller: string;
  readonly content: string;
}

/** Codes of docs/errors.md with "recorded: yes". */
const RECORDED = new Set([
  ...["INSUFFICIENT_FUNDS", "BALANCE_LIMIT", "VERSION_CONFLICT"],
  ...["HOLD_EXPIRED", "HOLD_CLOSED", "HOLD_EXCEEDED", "BATCH_REFUSED"],
  ...["SEATS_TAKEN", "NOT_ENOUGH_SEATS", "RESERVATION_ACTIVE", "RESERVATION_EXPIRED"],
  ...["RESERVATION_CLOSED", "EXTENSION_LIMIT"],
  ...["SEQ_CONFLICT", "MESSAGE_ID_REUSED", "ANSWER_UNDER_WAY", "ANSWER_ENDED"],
]);

/** Codes of docs/errors.md that promise no effect, ever. TIMEOUT is told apart by its details. */
const NOT_EXECUTED = new Set([
  ...["BAD_REQUEST", "IDEMPOTENCY_KEY_REQUIRED", "UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"],
  ...["PAYLOAD_TOO_LARGE", "IDEMPOTENCY_KEY_REUSED", "CURRENCY_MISMATCH", "SAME_WALLET"],
  ...["RATE_LIMITED", "TRANSACTION_CONFLICT", "OVERLOADED", "UNAVAILABLE"],
]);

export function readAttempts(events: readonly HistoryEvent[]): Attempt[] {
  const replies = new Map<number, Replied>();
  for (const event of events) if (event.type === "replied") replies.set(event.attempt, event);
  return events
    .filter((event) => event.type === "sent")
    .map((sent): Attempt => {
      const replied = replies.get(sent.attempt);
      const isQuery = QUERIES.has(sent.procedure);
      return {
        sent,
        replied,
        meaning: sent.credential === undefined ? meaningOf(replied) : meaningForNobody(replied),
        isQuery,
        key: isQuery ? undefined : keyOf(sent.procedure, sent.input),
        caller: callerName(sent.caller),
        content: isQuery ? "" : contentOf(sent.input),
      };
    });
}

function meaningOf(replied: Replied | undefined): Meaning {
  if (replied === undefined) return "unknown";
  const { reply } = replied;
  if (reply.kind === "success") return "success";
  if (reply.kind !== "error") return "unknown";
  if (RECORDED.has(reply.code)) return "refused";
  if (NOT_EXECUTED.has(reply.code)) return "not-executed";
  const { outcome } = (reply.details ?? {}) as { outcome?: unknown };
  return reply.code === "TIMEOUT" && outcome === "not_started" ? "not-executed" : "unknown";
}

/** Whoever can't prove who they are has nothing done for them, also when their reply is lost. */
function meaningForNobody(replied: Replied | undefined): Meaning {
  const meaning = meaningOf(replied);
  return meaning === "unknown" ? "not-executed" : meaning;
}

/** Whether the caller was told an outcome that is recorded. */
export function wasTold({ meaning }: Attempt): boolean {
  return meaning === "success" || meaning === "refused";
}

/** When the reply came; never, for one that did not. */
export function repliedAtMs({ replied }: Attempt): number {
  return replied?.atMs ?? Number.POSITIVE_INFINITY;
}

/** The code of an error reply; undefined for any other. */
export function codeOf({ replied }: Attempt): string | undefined {
  return replied?.reply.kind === "error" ? replied.reply.code : undefined;
}

/** Whether the reply says that an earlier attempt was told the same. */
export function wasReplayed({ replied }: Attempt): boolean {
  const reply = replied?.reply;
  if (reply?.kind === "success") return reply.data["replayed"] === true;
  return reply?.kind === "error" && reply.replayed;
}

/** The data of a success, else nothing. */
export function dataOf({ replied }: Attempt): Readonly<Record<string, unknown>> {
  return replied?.reply.kind === "success" ? replied.reply.data : {};
}
