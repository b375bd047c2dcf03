/**
 * One intent: something a person decided once, such as "boost bob with 50 sat". It has one idempotency key from the
 * decision until a definitive outcome, however often it is sent. This file is the state machine, without I/O.
 *
 * ```
 * idle ─submit─► pending ─answer─► confirmed | refused
 *                  ▲  └──no definitive answer──► unresolved ─┐
 *                  └───────────── check (same key) ──────────┘
 * ```
 */
export interface Intent<I> {
  readonly key: string;
  readonly input: I;
  /** ISO 8601, by this device's clock: for display, and to decide whether to resume without asking. */
  readonly decidedAt: string;
}

/** The part of a client failure that decides what it means for an intent. */
export interface IntentError {
  readonly code: string;
  readonly message: string;
  readonly retry: "same-key" | "new-key" | "never";
  /** Whether an attempt of this call may have taken effect. */
  readonly unresolved: boolean;
}

export type IntentResult<D, E extends IntentError> = { ok: true; data: D } | { ok: false; error: E };

export type IntentState<I, D, E extends IntentError> =
  | { readonly status: "idle" }
  /** Sent; nothing is known yet. `checking`: an earlier attempt stayed without a definitive answer. */
  | { readonly status: "pending"; readonly intent: Intent<I>; readonly checking: boolean }
  /** It may or may not have happened. `error` is absent after a reload. */
  | { readonly status: "unresolved"; readonly intent: Intent<I>; readonly error: E | undefined }
  | { readonly status: "confirmed"; readonly intent: Intent<I>; readonly data: D }
  | { readonly status: "refused"; readonly intent: Intent<I>; readonly error: E };

export type IntentEvent<I, D, E extends IntentError> =
  | { readonly type: "submitted"; readonly intent: Intent<I> }
  | { readonly type: "restored"; readonly intent: Intent<I> }
  | { readonly type: "checking" }
  | { readonly type: "answered"; readonly key: string; readonly result: IntentResult<D, E> }
  /** The attempt ended without any answer. */
  | { readonly type: "unanswered"; readonly key: string }
  | { readonly type: "forgotten" };

/**
 * Answers from before the key is looked up: they say nothing about an attempt that went out earlier. A session that
 * expired between two attempts does not undo the first.
 */
const KEY_NOT_LOOKED_UP: ReadonlySet<string> = new Set([
  "ABORTED",
  "BAD_REQUEST",
  "FORBIDDEN",
  "PAYLOAD_TOO_LARGE",
  "UNAUTHENTICATED",
  "UNEXPECTED_REPLY",
]);

/** Whether an answer settles the intent. `checking`: an earlier attempt is still unaccounted for. */
export function isDefinitive(error: IntentError, checking: boolean): boolean {
  if (error.unresolved) return false;
  return !checking || (error.retry !== "same-key" && !KEY_NOT_LOOKED_UP.has(error.code));
}

/** Whether a new intent may begin: nothing is open that a second one could double. */
export function isSettled(state: { readonly status: string }): boolean {
  return state.status === "idle" || state.status === "confirmed" || state.status === "refused";
}

export function intentReducer<I, D, E extends IntentError>(
  state: IntentState<I, D, E>,
  event: IntentEvent<I, D, E>,
): IntentState<I, D, E> {
  switch (event.type) {
    case "submitted":
      return isSettled(state) ? { status: "pending", intent: event.intent, checking: false } : state;
    case "restored":
      return isSettled(state) ? { status: "unresolved", intent: event.intent, error: undefined } : state;
    case "checking":
      return state.status === "unresolved"
        ? { status: "pending", intent: state.intent, checking: true }
        : state;
    case "answered":
      return state.status === "pending" && state.intent.key === event.key
        ? settle(state, event.result)
        : state;
    case "unanswered":
      return state.status === "pending" && state.intent.key === event.key
        ? { status: "unresolved", intent: state.intent, error: undefined }
        : state;
    case "forgotten":
      return state.status === "pending" ? state : { status: "idle" };
  }
}

function settle<I, D, E extends IntentError>(
  { intent, checking }: { intent: Intent<I>; checking: boolean },
  result: IntentResult<D, E>,
): IntentState<I, D, E> {
  if (result.ok) return { status: "confirmed", intent, data: result.data };
  const status = isDefinitive(result.error, checking) ? "refused" : "unresolved";
  return { status, intent, error: result.error };
}
