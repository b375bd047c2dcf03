import type { ErrorDetails, Retry } from "@holdfast/db";

/** What became of a call that ended without an answer. */
export type UnansweredOutcome = "unknown" | "not_started";

/** The server's table of errors (docs/errors.md), and the two that only a client can have. */
export interface ClientErrorDetails extends ErrorDetails {
  /** The caller's signal fired, or the client could not prepare the call (then `cause` says why). */
  ABORTED: { outcome: UnansweredOutcome };
  /** Something answered that does not speak like a Holdfast server: a wrong url, a proxy's own page. */
  UNEXPECTED_REPLY: { httpStatus: number };
}

export type ClientErrorCode = keyof ClientErrorDetails;

export interface FailureInfo {
  readonly message: string;
  /** "same-key": send the same call again; "new-key": decide anew, with a new key; "never": it fails the same way. */
  readonly retry: Retry;
  /** HTTP status of the code; undefined when there was no reply. */
  readonly status: number | undefined;
  /** Whether an earlier call with the same key had been refused so already. */
  readonly replayed: boolean;
  /** Whether this call or an attempt of it may have taken effect. If so, the same key tells. */
  readonly unresolved: boolean;
  /** The key that the call was sent with; undefined for queries and for `stream`. */
  readonly idempotencyKey: string | undefined;
  /** The procedure, for example "wallets.boost". */
  readonly path: string;
}

/** A call that failed: `code` narrows `details`, `retry` says what the caller may do next. */
export class HoldfastClientError<C extends ClientErrorCode = ClientErrorCode>
  extends Error
  implements FailureInfo
{
  override readonly name = "HoldfastClientError";
  readonly code: C;
  readonly details: ClientErrorDetails[C];
  readonly retry: Retry;
  readonly status: number | undefined;
  readonly replayed: boolean;
  readonly unresolved: boolean;
  readonly idempotencyKey: string | undefined;
  readonly path: string;

  constructor(code: C, details: ClientErrorDetails[C], info: FailureInfo, cause?: unknown) {
    super(info.message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
    this.retry = info.retry;
    this.status = info.status;
    this.replayed = info.replayed;
    this.unresolved = info.unresolved;
    this.idempotencyKey = info.idempotencyKey;
    this.path = info.path;
  }
}

/** Every way in which a call can fail, as a union that narrows on `code`. */
export type HoldfastFailure = { [C in ClientErrorCode]: HoldfastClientError<C> }[ClientErrorCode];

/** Whether a caught value is an error of this client; then `code` narrows `details`. */
export function isHoldfastError(error: unknown): error is HoldfastFailure {
  return error instanceof HoldfastClientError;
}

/** Makes one failure. The server's word is taken for its codes, so a newer server's code passes through as it is. */
export function failure<C extends ClientErrorCode>(
  code: C,
  details: ClientErrorDetails[C],
  info: FailureInfo,
  cause?: unknown,
): HoldfastFailure {
  return new HoldfastClientError(code, details, info, cause) as HoldfastFailure;
}
