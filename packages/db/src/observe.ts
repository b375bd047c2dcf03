import { HoldfastError } from "./errors.ts";

/** One transaction of the write path, told when it has ended. Times are in milliseconds. */
export interface TransactionSeen {
  /** Calls aboard; 0 when it did nothing but wait for a row that somebody else had locked. */
  readonly calls: number;
  /** Their kinds, each once: of the features that this Holdfast was given, so a closed set. */
  readonly kinds: ReadonlySet<string>;
  /** From BEGIN until locks and look-up had answered, or until they were given up; of a single statement, until its answer. */
  readonly lockMs: number;
  /** From the last answer to what it wrote until that of its COMMIT; undefined when it was not answered. Of a single statement, from its sending. */
  readonly commitMs: number | undefined;
  /** From BEGIN to the end. */
  readonly totalMs: number;
  /** "unknown": COMMIT was sent and not answered. */
  readonly result: "committed" | "rolled-back" | "unknown";
}

/** One call of `db.execute` whose input was valid, told when it was answered. */
export interface CallSeen {
  /** Of the features that this Holdfast was given, so a closed set. */
  readonly kind: string;
  /** Of the error table or the features' own errors; undefined for a success. */
  readonly code: string | undefined;
  readonly replayed: boolean;
  readonly durationMs: number;
}

/** One question to the replay cache, told when it was answered. */
export interface ReplayCacheSeen {
  /**
   * "hit": it answered the call. "late": it knew, and the database was faster. "invalid": what it told was not made by this
   * Holdfast for this call, or before the database was last started. "failed": it didn't answer.
   */
  readonly result: "hit" | "late" | "miss" | "invalid" | "failed";
}

/** Is told, at once and synchronously, what the write path does. What it throws is ignored, with one warning. */
export interface Observer {
  transaction?(seen: TransactionSeen): void;
  outcome?(seen: CallSeen): void;
  replayCache?(seen: ReplayCacheSeen): void;
}

/** Follows the attempts at one transaction. */
export interface TransactionWatch {
  /** A transaction begins. If another is under way, that one was rolled back, and this is the next attempt. */
  begin(calls: readonly { readonly kind: string }[]): void;
  locked(): void;
  written(): void;
  end(result: TransactionSeen["result"]): void;
}

/** Undefined when nobody observes, so that nobody pays for it. */
export function watchTransaction(observer: Observer | undefined): TransactionWatch | undefined {
  if (observer?.transaction === undefined) return undefined;
  let aboard: readonly { readonly kind: string }[] | undefined;
  let beganMs = 0;
  let lockedMs: number | undefined;
  let writtenMs: number | undefined;

  function end(result: TransactionSeen["result"]): void {
    // Without a session there was no transaction.
    if (aboard === undefined) return;
    const endedMs = performance.now();
    const seen = {
      calls: aboard.length,
      kinds: new Set(aboard.map(({ kind }) => kind)),
      lockMs: (lockedMs ?? endedMs) - beganMs,
      commitMs: result === "committed" && writtenMs !== undefined ? endedMs - writtenMs : undefined,
      totalMs: endedMs - beganMs,
      result,
    };
    aboard = undefined;
    tell(() => observer?.transaction?.(seen));
  }

  return {
    begin(calls) {
      end("rolled-back");
      aboard = calls;
      lockedMs = undefined;
      writtenMs = undefined;
      beganMs = performance.now();
    },
    locked() {
      lockedMs = performance.now();
    },
    written() {
      writtenMs = performance.now();
    },
    end,
  };
}

/** Runs one call, and tells the observer how it was answered. */
export function observeCall<T extends { readonly replayed: boolean }>(
  observer: Observer | undefined,
  kind: string,
  call: () => Promise<T>,
): Promise<T> {
  if (observer?.outcome === undefined) return call();
  const beganMs = performance.now();
  const answered = (code: string | undefined, replayed: boolean): void =>
    tell(() => observer.outcome?.({ kind, code, replayed, durationMs: performance.now() - beganMs }));
  return call().then(
    (answer) => {
      answered(undefined, answer.replayed);
      return answer;
    },
    (error: unknown) => {
      if (error instanceof HoldfastError) answered(error.code, error.replayed);
      else answered("INTERNAL", false);
      throw error;
    },
  );
}

/** Tells the observer what became of a question to the replay cache. */
export function observeReplayCache(observer: Observer | undefined, result: ReplayCacheSeen["result"]): void {
  if (observer?.replayCache !== undefined) tell(() => observer.replayCache?.({ result }));
}

let warned = false;

/** An observer that fails costs its figures, never a call. */
function tell(told: () => void): void {
  try {
    told();
  } catch (error) {
    if (warned) return;
    warned = true;
    process.emitWarning(`Holdfast's observer threw ${error instanceof Error ? error.name : typeof error}`);
  }
}
