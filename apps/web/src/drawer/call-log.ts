import type { Said, SentCall } from "./exchange.ts";

/** What was done on purpose to one attempt. */
export type Damage = "sent twice" | "answer delayed" | "answer dropped" | "disconnected";

export interface Attempt {
  readonly startedAt: string;
  readonly damage: readonly Damage[];
  /** "lost": no answer reached the page, whatever the server did; "left": by a page that is gone. */
  readonly state: "under way" | "answered" | "lost" | "given up" | "left";
  /** Told by the server, even where the page was kept from hearing it. */
  readonly said?: Said;
  readonly durationMs?: number;
}

/** One intent, however often it was sent: all attempts bear the same key. */
export interface LoggedCall extends SentCall {
  readonly id: string;
  readonly isWrite: boolean;
  readonly attempts: readonly Attempt[];
}

/** Of reads and of writes: what is looked for is what was done just now. */
const KEPT = 40;
const ITEM = "holdfast:drawer:calls";

export type CallLog = ReturnType<typeof createCallLog>;

/** The last calls, newest first. Writes are kept for this tab, so that a retry after a reload stands under its first attempt. */
export function createCallLog(
  storage: Pick<Storage, "getItem" | "setItem">,
  onChange: () => void,
  now: () => number = Date.now,
) {
  let calls: readonly LoggedCall[] = restore(storage.getItem(ITEM));
  let nextRead = 1;

  function change(next: readonly LoggedCall[]) {
    const [writes, reads] = [next.filter(({ isWrite }) => isWrite), next.filter(({ isWrite }) => !isWrite)];
    const kept = new Set([...writes.slice(0, KEPT), ...reads.slice(0, KEPT)]);
    calls = next.filter((call) => kept.has(call));
    try {
      storage.setItem(ITEM, JSON.stringify(writes.slice(0, KEPT)));
    } catch {
      // A full disk: what follows is told on this page only.
    }
    onChange();
  }

  /** Notes one attempt of a call; what it answers completes the note. */
  function begin(sent: SentCall, isWrite: boolean, damage: readonly Damage[]) {
    const id =
      sent.idempotencyKey === undefined ? `read ${nextRead++}` : `${sent.procedure} ${sent.idempotencyKey}`;
    const call = calls.find((one) => one.id === id) ?? { ...sent, id, isWrite, attempts: [] };
    const at = call.attempts.length;
    const startedMs = now();
    const attempt: Attempt = { startedAt: new Date(startedMs).toISOString(), damage, state: "under way" };
    change([{ ...call, attempts: [...call.attempts, attempt] }, ...calls.filter((one) => one.id !== id)]);

    return (end: Partial<Attempt>) => {
      const ended: Attempt = { ...attempt, ...end, durationMs: now() - startedMs };
      change(calls.map((one) => (one.id === id ? { ...one, attempts: one.attempts.with(at, ended) } : one)));
    };
  }

  return { getCalls: () => calls, begin, clear: () => change([]) };
}

/** What was under way when the page went is answered to nobody. */
function restore(text: string | null): LoggedCall[] {
  try {
    const calls: LoggedCall[] = JSON.parse(text ?? "[]");
    return calls.map((call) => ({
      ...call,
      attempts: call.attempts.map((attempt) =>
        attempt.state === "under way" ? { ...attempt, state: "left" } : attempt,
      ),
    }));
  } catch {
    return [];
  }
}
