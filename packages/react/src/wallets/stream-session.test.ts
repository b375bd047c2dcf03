import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { MutationError, StreamData } from "../client-types.ts";
import type { IntentResult } from "../intents/intent.ts";
import { createIntentStorage } from "../intents/intent-storage.ts";
import { createStreamSession } from "./stream-session.ts";

type Result = IntentResult<StreamData, MutationError>;

const paid = { ok: true, data: { walletId: "w1", version: "2" } } as Result;
const refused = {
  ok: false,
  error: { code: "INSUFFICIENT_FUNDS", retry: "new-key", unresolved: false },
} as Result;
const timeout = { ok: false, error: { code: "TIMEOUT", retry: "same-key", unresolved: true } } as Result;
const terms = { toWalletId: "w2", amount: "5", minuteMs: 1_000 } as const;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("navigator", { onLine: true });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function setUp(...answers: Result[]) {
  const sent: { sessionId: string; minute: number }[] = [];
  const storage = createIntentStorage("1:ada", undefined);
  const openPage = () =>
    createStreamSession({
      fromWalletId: "w1",
      storage,
      send: async (input) => {
        sent.push(input);
        return answers.shift() ?? paid;
      },
    });
  return {
    openPage,
    sent,
    statuses: (s: ReturnType<typeof openPage>) => s.getState().ticks.map((t) => t.state.status),
  };
}

describe("streaming", () => {
  it("pays each minute after it was listened to, until it is stopped", async () => {
    const { openPage, sent, statuses } = setUp();
    const session = openPage();
    session.start(terms);
    expect(sent).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(2_500);
    session.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sent.map((tick) => tick.minute)).toEqual([0, 1]);
    expect(new Set(sent.map((tick) => tick.sessionId)).size).toBe(1);
    expect(statuses(session)).toEqual(["confirmed", "confirmed"]);
    expect(session.getState()).toMatchObject({ listening: false, stopReason: "asked" });
  });

  it("stops at a refusal", async () => {
    const { openPage, sent } = setUp(paid, refused);
    const session = openPage();
    session.start(terms);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent).toHaveLength(2);
    expect(session.getState()).toMatchObject({ listening: false, stopReason: "refused" });
  });

  it("stops when nobody answers, and asks for the same minutes again", async () => {
    const { openPage, sent, statuses } = setUp(timeout, timeout, timeout);
    const session = openPage();
    session.start(terms);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(session.getState().stopReason).toBe("unanswered");
    session.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(statuses(session)).toEqual(["confirmed", "confirmed", "confirmed"]);
    expect(sent.slice(3)).toEqual(sent.slice(0, 3));
  });

  it("takes up the undecided ticks of an earlier page, without listening on", async () => {
    const { openPage, sent, statuses } = setUp(paid, timeout);
    const session = openPage();
    session.start(terms);
    await vi.advanceTimersByTimeAsync(2_000);
    session.stop("left");
    const reloaded = openPage();
    reloaded.resume();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(statuses(reloaded)).toEqual(["confirmed"]);
    expect(sent.at(-1)).toEqual(sent[1]);
    expect(reloaded.getState().listening).toBe(false);
  });

  it("stands still while offline", async () => {
    const { openPage, sent } = setUp();
    const session = openPage();
    session.start(terms);
    vi.stubGlobal("navigator", { onLine: false });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sent).toHaveLength(0);
    vi.stubGlobal("navigator", { onLine: true });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent.map((tick) => tick.minute)).toEqual([0]);
  });
});
