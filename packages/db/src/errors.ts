import { randomUUID } from "node:crypto";

/**
 * The closed table of everything that can go wrong. docs/errors.md is its copy for readers; a test keeps the two equal.
 *
 * `recorded`: the outcome is stored under the idempotency key and replayed for ever.
 * `retry`: what a caller may do. "same-key": send the same call again; "new-key": a new decision, so a new key;
 * "never": the same call will fail the same way.
 */
export interface ErrorDetails {
  BAD_REQUEST: { issues: { path: string; message: string }[] };
  IDEMPOTENCY_KEY_REQUIRED: Record<never, never>;
  UNAUTHENTICATED: Record<never, never>;
  FORBIDDEN: { needs: "service" | "admin" };
  NOT_FOUND: { what: string };
  PAYLOAD_TOO_LARGE: Record<never, never>;
  RATE_LIMITED: { retryAfterSeconds: number };
  IDEMPOTENCY_KEY_REUSED: { fields: string[] };
  CURRENCY_MISMATCH: { from: string; to: string };
  SAME_WALLET: Record<never, never>;
  INSUFFICIENT_FUNDS: { available: string; required: string; shortfall: string };
  BALANCE_LIMIT: { limit: string };
  VERSION_CONFLICT: { expected: string; actual: string };
  HOLD_EXPIRED: { expiredAt: string };
  HOLD_CLOSED: { status: string };
  HOLD_EXCEEDED: { remaining: string; requested: string };
  SEATS_TAKEN: { conflicts: string[] };
  NOT_ENOUGH_SEATS: { available: number; requested: number };
  RESERVATION_ACTIVE: { reservationId: string; seats: string[]; expiresAt: string };
  RESERVATION_EXPIRED: { expiredAt: string; taken: string[] };
  RESERVATION_CLOSED: { status: string };
  EXTENSION_LIMIT: { expiresAt: string };
  SEQ_CONFLICT: { expected: string; actual: string };
  MESSAGE_ID_REUSED: { messageId: string; seq: string };
  ANSWER_UNDER_WAY: { answerId: string; seq: string };
  ANSWER_ENDED: { answerId: string };
  BATCH_REFUSED: { index: number; code: string; details: unknown };
  TRANSACTION_CONFLICT: Record<never, never>;
  OVERLOADED: { retryAfterSeconds: number };
  UNAVAILABLE: { retryAfterSeconds: number };
  TIMEOUT: { outcome: "unknown" | "not_started" };
  INTERNAL: { id: string };
}

export type ErrorCode = keyof ErrorDetails;
export type Retry = "same-key" | "new-key" | "never";

export interface ErrorRow {
  readonly status: number;
  readonly retry: Retry;
  readonly recorded: boolean;
  /** For the person who reads it: what happened, and what to do. Never a value of the database's. */
  readonly message: string;
}

export const errorTable: { readonly [C in ErrorCode]: ErrorRow } = {
  BAD_REQUEST: {
    status: 400,
    retry: "never",
    recorded: false,
    message:
      "The input is not valid; nothing was executed. `details.issues` names each field and what it must be.",
  },
  IDEMPOTENCY_KEY_REQUIRED: {
    status: 400,
    retry: "never",
    recorded: false,
    message:
      "Every mutation needs an idempotencyKey (1 to 255 characters, one per intent); nothing was executed.",
  },
  UNAUTHENTICATED: {
    status: 401,
    retry: "never",
    recorded: false,
    message: "The token is missing, expired or not valid; nothing was executed. Sign in again.",
  },
  FORBIDDEN: {
    status: 403,
    retry: "never",
    recorded: false,
    message:
      "The caller's role may not do this; nothing was executed. `details.needs` names the role that may.",
  },
  NOT_FOUND: {
    status: 404,
    retry: "never",
    recorded: false,
    message: "There is no such thing, or the caller may not see it; nothing was executed.",
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    retry: "never",
    recorded: false,
    message: "The request is larger than the server takes; nothing was executed. Send it in smaller parts.",
  },
  RATE_LIMITED: {
    status: 429,
    retry: "same-key",
    recorded: false,
    message:
      "The caller asks for more than it may at a time; nothing was executed. Retry after the time given.",
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    retry: "new-key",
    recorded: false,
    message:
      "This idempotency key belongs to another call; nothing was executed. `details.fields` names what differs. Use one key per intent.",
  },
  CURRENCY_MISMATCH: {
    status: 422,
    retry: "never",
    recorded: false,
    message: "The two wallets hold different currencies; nothing was executed.",
  },
  SAME_WALLET: {
    status: 422,
    retry: "never",
    recorded: false,
    message: "A wallet can't pay itself; nothing was executed.",
  },
  INSUFFICIENT_FUNDS: {
    status: 402,
    retry: "new-key",
    recorded: true,
    message:
      "The wallet has too little available credit; nothing was taken. Add credit and try with a new key.",
  },
  BALANCE_LIMIT: {
    status: 409,
    retry: "new-key",
    recorded: true,
    message: "The wallet would exceed the largest balance a wallet can have; nothing was moved.",
  },
  VERSION_CONFLICT: {
    status: 409,
    retry: "new-key",
    recorded: true,
    message:
      "The wallet has changed since the version you named; nothing was moved. Read it again, then decide anew.",
  },
  HOLD_EXPIRED: {
    status: 412,
    retry: "new-key",
    recorded: true,
    message:
      "The hold has expired and its credit is available again; nothing was captured. Place a new hold.",
  },
  HOLD_CLOSED: {
    status: 409,
    retry: "new-key",
    recorded: true,
    message: "The hold was already captured or released; nothing was moved.",
  },
  HOLD_EXCEEDED: {
    status: 409,
    retry: "new-key",
    recorded: true,
    message: "The amount is larger than what remains of the hold; nothing was captured.",
  },
  SEATS_TAKEN: {
    status: 409,
    retry: "new-key",
    recorded: true,
    message:
      "Somebody else has a seat that you asked for; none was reserved. `details.conflicts` names them: choose others, or ask for the nearest.",
  },
  NOT_ENOUGH_SEATS: {
    status: 409,
    retry: "new-key",
    recorded: true,
    message:
      "Fewer seats are free than you asked for; none was reserved. `details.available` says how many are.",
  },
  RESERVATION_ACTIVE: {
    status: 409,
    retry: "new-key",
    recorded: true,
    message:
      "You hold other seats of this show; nothing was changed. Release them, or reserve with `replace` to exchange them.",
  },
  RESERVATION_EXPIRED: {
    status: 412,
    retry: "new-key",
    recorded: true,
    message:
      "The reservation has expired; nothing was changed or paid. `details.taken` names its seats that are gone. Reserve anew.",
  },
  RESERVATION_CLOSED: {
    status: 409,
    retry: "new-key",
    recorded: true,
    message: "The reservation was already confirmed or released; nothing was changed or paid.",
  },
  EXTENSION_LIMIT: {
    status: 409,
    retry: "new-key",
    recorded: true,
    message: "The seats can't be held any longer than they are; confirm before `details.expiresAt`.",
  },
  SEQ_CONFLICT: {
    status: 409,
    retry: "new-key",
    recorded: true,
    message:
      "The conversation has other messages since the seq you named; nothing was written. Read them, then decide anew.",
  },
  MESSAGE_ID_REUSED: {
    status: 409,
    retry: "new-key",
    recorded: true,
    message:
      "The conversation has another message with this id; nothing was written. Give each message an id of its own.",
  },
  ANSWER_UNDER_WAY: {
    status: 409,
    retry: "new-key",
    recorded: true,
    message:
      'An answer is under way; nothing was written. Stop it, wait for its end, or send with `whenBusy: "queue"`.',
  },
  ANSWER_ENDED: {
    status: 409,
    retry: "never",
    recorded: true,
    message: "The answer has ended, or is not of this conversation; nothing was changed.",
  },
  BATCH_REFUSED: {
    status: 409,
    retry: "new-key",
    recorded: true,
    message:
      "One command of the atomic batch was refused, so none was executed. `details` names it and its reason.",
  },
  TRANSACTION_CONFLICT: {
    status: 409,
    retry: "same-key",
    recorded: false,
    message:
      "The surrounding transaction met a concurrent one; roll it back and run it again with the same key.",
  },
  OVERLOADED: {
    status: 503,
    retry: "same-key",
    recorded: false,
    message:
      "The server has more work than it can finish in time; nothing was executed. Retry after the time given.",
  },
  UNAVAILABLE: {
    status: 503,
    retry: "same-key",
    recorded: false,
    message: "The database can't be reached at the moment; nothing was executed. Retry after the time given.",
  },
  TIMEOUT: {
    status: 504,
    retry: "same-key",
    recorded: false,
    message:
      "The deadline passed. `details.outcome` says whether the call may have taken effect; the same key tells, and never executes twice.",
  },
  INTERNAL: {
    status: 500,
    retry: "same-key",
    recorded: false,
    message:
      "Something went wrong on our side. Retry with the same key; if it persists, report `details.id`.",
  },
};

/** A row of the table as a value: what a caller can narrow on by `code`. */
export type HoldfastErrorValue = {
  [C in ErrorCode]: { code: C; status: number; retry: Retry; message: string; details: ErrorDetails[C] };
}[ErrorCode];

/** A failure with a code from the table; `replayed` tells a recorded refusal that was told before. */
export class HoldfastError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = "HoldfastError";
  readonly code: C;
  readonly details: ErrorDetails[C];
  readonly replayed: boolean;
  readonly status: number;
  readonly retry: Retry;

  constructor(
    code: C,
    details: ErrorDetails[C],
    options: {
      replayed?: boolean;
      row?: Pick<ErrorRow, "status" | "retry" | "message"> | undefined;
      cause?: unknown;
    } = {},
  ) {
    const row = options.row ?? errorTable[code];
    super(row.message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.details = details;
    this.replayed = options.replayed ?? false;
    this.status = row.status;
    this.retry = row.retry;
  }

  /** For a code that is only known at run time: a recorded refusal, or one of a caller's own feature. */
  static of(
    code: string,
    details: unknown,
    options: { replayed: boolean; row: Pick<ErrorRow, "status" | "retry" | "message"> | undefined },
  ): HoldfastError {
    if (options.row === undefined) throw new TypeError(`no feature declares the error code "${code}"`);
    return new HoldfastError(code as ErrorCode, details as ErrorDetails[ErrorCode], options);
  }

  /** Hides a fault behind an id: the caller sees the id, `report` sees the fault. */
  static internal(fault: unknown, report: (fault: unknown, id: string) => void): HoldfastError<"INTERNAL"> {
    const id = randomUUID();
    report(fault, id);
    return new HoldfastError("INTERNAL", { id }, { cause: fault });
  }
}
