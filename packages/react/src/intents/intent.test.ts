import { describe, expect, it } from "vitest";
import {
  type IntentError,
  type IntentEvent,
  type IntentState,
  intentReducer,
  isDefinitive,
} from "./intent.ts";

type State = IntentState<string, string, IntentError>;
type Event = IntentEvent<string, string, IntentError>;

const intent = { key: "k1", input: "50 sat to bob", decidedAt: "2026-11-03T10:00:00.000Z" };
const other = { ...intent, key: "k2" };
const failure = (code: string, retry: IntentError["retry"], unresolved = false): IntentError => ({
  code,
  retry,
  message: code,
  unresolved,
});
const refused = failure("INSUFFICIENT_FUNDS", "new-key");
const timeout = failure("TIMEOUT", "same-key", true);
const busy = failure("OVERLOADED", "same-key");

const states = {
  idle: { status: "idle" },
  pending: { status: "pending", intent, checking: false },
  checking: { status: "pending", intent, checking: true },
  unresolved: { status: "unresolved", intent, error: timeout },
  confirmed: { status: "confirmed", intent, data: "done" },
  refused: { status: "refused", intent, error: refused },
} satisfies Record<string, State>;

const answered = (result: Extract<Event, { type: "answered" }>["result"], key = "k1"): Event => ({
  type: "answered",
  key,
  result,
});

const table: [from: keyof typeof states, event: Event, to: State][] = [
  ["idle", { type: "submitted", intent }, states.pending],
  ["confirmed", { type: "submitted", intent: other }, { status: "pending", intent: other, checking: false }],
  ["refused", { type: "submitted", intent: other }, { status: "pending", intent: other, checking: false }],
  ["idle", { type: "restored", intent }, { status: "unresolved", intent, error: undefined }],
  ["pending", answered({ ok: true, data: "done" }), states.confirmed],
  ["pending", answered({ ok: false, error: refused }), states.refused],
  ["pending", answered({ ok: false, error: timeout }), states.unresolved],
  ["pending", answered({ ok: false, error: busy }), { status: "refused", intent, error: busy }],
  ["checking", answered({ ok: false, error: busy }), { status: "unresolved", intent, error: busy }],
  ["pending", { type: "unanswered", key: "k1" }, { status: "unresolved", intent, error: undefined }],
  ["unresolved", { type: "checking" }, states.checking],
  ["checking", answered({ ok: true, data: "done" }), states.confirmed],
  ["checking", answered({ ok: false, error: refused }), states.refused],
  ["unresolved", { type: "forgotten" }, states.idle],
  ["confirmed", { type: "forgotten" }, states.idle],
];

describe("an intent", () => {
  it.each(table)("%s: %o", (from, event, to) => {
    expect(intentReducer<string, string, IntentError>(states[from], event)).toEqual(to);
  });

  it.each(["pending", "checking", "unresolved"] as const)(
    "that is %s gives no room to a second one",
    (from) => {
      for (const event of [
        { type: "submitted", intent: other },
        { type: "restored", intent: other },
      ] as const) {
        expect(intentReducer<string, string, IntentError>(states[from], event)).toBe(states[from]);
      }
    },
  );

  it("ignores an answer to another key, and an answer that comes after the outcome", () => {
    const late = answered({ ok: false, error: refused });
    expect(
      intentReducer<string, string, IntentError>(states.pending, answered({ ok: true, data: "x" }, "k0")),
    ).toBe(states.pending);
    expect(intentReducer<string, string, IntentError>(states.confirmed, late)).toBe(states.confirmed);
  });

  it("can't be forgotten while it is under way", () => {
    expect(intentReducer<string, string, IntentError>(states.pending, { type: "forgotten" })).toBe(
      states.pending,
    );
  });
});

describe("an answer is definitive", () => {
  it.each([
    { code: "INSUFFICIENT_FUNDS", retry: "new-key", first: true, checking: true },
    { code: "NOT_FOUND", retry: "never", first: true, checking: true },
    { code: "IDEMPOTENCY_KEY_REUSED", retry: "new-key", first: true, checking: true },
    // No effect of this call, but an earlier attempt is still unaccounted for.
    { code: "OVERLOADED", retry: "same-key", first: true, checking: false },
    { code: "UNAUTHENTICATED", retry: "never", first: true, checking: false },
    { code: "FORBIDDEN", retry: "never", first: true, checking: false },
  ] as const)("$code: at first $first, while checking $checking", ({ code, retry, first, checking }) => {
    expect(isDefinitive(failure(code, retry), false)).toBe(first);
    expect(isDefinitive(failure(code, retry), true)).toBe(checking);
  });

  it.each(["TIMEOUT", "INSUFFICIENT_FUNDS"])("never when the client may have had an effect (%s)", (code) => {
    expect(isDefinitive(failure(code, "new-key", true), false)).toBe(false);
  });
});
