import {
  type Intent,
  type IntentError,
  type IntentEvent,
  type IntentResult,
  type IntentState,
  intentReducer,
  isDefinitive,
  isSettled,
} from "./intent.ts";
import type { IntentStorage } from "./intent-storage.ts";

/** A younger undecided intent is checked again without asking; an older one might surprise whoever decided it. */
export const RESUME_WITHIN_MS = 10 * 60_000;

export interface IntentOptions<I, D, E extends IntentError> {
  /** Names the place of the intent, for example a wallet's boost form: one undecided intent at a time. */
  readonly slot: string;
  readonly storage: IntentStorage;
  readonly send: (input: I, options: { idempotencyKey: string }) => Promise<IntentResult<D, E>>;
  /** A fresh key by default. */
  readonly keyOf?: (input: I) => string;
  readonly now?: () => number;
}

/** Runs the state machine of intent.ts: keeps, sends, and outlives the component that shows it. */
export type IntentController<I, D, E extends IntentError> = ReturnType<
  typeof createIntentController<I, D, E>
>;

export function createIntentController<I, D, E extends IntentError>(options: IntentOptions<I, D, E>) {
  const { slot, storage, send, keyOf = newKey, now = Date.now } = options;
  const listeners = new Set<() => void>();
  let state: IntentState<I, D, E> = { status: "idle" };

  function dispatch(event: IntentEvent<I, D, E>) {
    const next = intentReducer(state, event);
    if (next === state) return;
    state = next;
    for (const listener of listeners) listener();
  }

  async function attempt(intent: Intent<I>, checking: boolean) {
    try {
      const result = await send(intent.input, { idempotencyKey: intent.key });
      if (result.ok || isDefinitive(result.error, checking)) storage.remove(slot, intent.key);
      dispatch({ type: "answered", key: intent.key, result });
      return result;
    } catch (error) {
      dispatch({ type: "unanswered", key: intent.key });
      throw error;
    }
  }

  function submit(input: I) {
    if (!isSettled(state))
      return Promise.reject(new Error(`"${slot}" has an undecided intent: check it first.`));
    const intent = { key: keyOf(input), input, decidedAt: new Date(now()).toISOString() };
    // Kept before it is sent: a page that dies in between may have sent it.
    storage.save(slot, intent);
    dispatch({ type: "submitted", intent });
    return attempt(intent, false);
  }

  /** Sends an unresolved intent again with its own key: that tells the outcome, or makes it happen, once. */
  function check() {
    if (state.status !== "unresolved") return Promise.reject(new Error(`"${slot}" has nothing to check.`));
    const { intent } = state;
    dispatch({ type: "checking" });
    return attempt(intent, true);
  }

  function restore(intent: Intent<I>) {
    dispatch({ type: "restored", intent });
  }

  /** Checks an unresolved intent again without asking, unless it is old or was settled elsewhere. */
  function recheck() {
    if (state.status !== "unresolved") return;
    // Settled or given up in another tab: asking again could execute what someone decided to drop.
    if (!storage.has(slot, state.intent.key)) dispatch({ type: "forgotten" });
    else if (now() - Date.parse(state.intent.decidedAt) < RESUME_WITHIN_MS) check().catch(() => undefined);
  }

  /** Takes up what an earlier page left undecided in this slot. */
  function resume() {
    const left = state.status === "idle" ? storage.list<I>(slot).at(0) : undefined;
    if (left) restore(left);
    recheck();
  }

  /** Clears a told outcome. An unresolved intent is given up with its key: its outcome stays unknown here. */
  function dismiss() {
    if (state.status === "unresolved") storage.remove(slot, state.intent.key);
    dispatch({ type: "forgotten" });
  }

  function subscribe(listener: () => void) {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  return { getState: () => state, subscribe, submit, check, recheck, restore, resume, dismiss };
}

/** `crypto.randomUUID` exists only on https and localhost; this works wherever a page does. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
