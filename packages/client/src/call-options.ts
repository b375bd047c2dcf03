import type { HoldfastFailure } from "./client-error.ts";

/** An answer, or an error that narrows on `code`. */
export type Result<T> = { ok: true; data: T } | { ok: false; error: HoldfastFailure };

export interface CallOptions {
  /** Milliseconds that the call may take with all its retries; past it, TIMEOUT tells whether it may have taken effect. */
  readonly deadlineMs?: number | undefined;
  /** Gives the call up; ABORTED tells whether it may have taken effect. */
  readonly signal?: AbortSignal | undefined;
}

export interface KeyedCallOptions extends CallOptions {
  /** One key an intent, 1 to 255 characters; goes before a key in the input. Made (UUID v7) when none is given. */
  readonly idempotencyKey?: string | undefined;
}

export interface RetryEvent {
  /** The procedure, for example "wallets.boost". */
  readonly path: string;
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  /** Milliseconds until the next one. */
  readonly delayMs: number;
  /** What the call would have ended with, had there been no time for another attempt. */
  readonly error: HoldfastFailure;
}
