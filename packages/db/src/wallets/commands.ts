import { z } from "zod";
import * as field from "../fields.ts";

/** What each wallet command takes. One schema serves the wire (decimal strings) and callers in process (bigint too). */

const note = {
  memo: field.text(500).meta({ description: "Kept with the entry.", example: "lunch" }).optional(),
};
const compareAndSet = {
  ifVersion: field.version
    .meta({
      description: "Refuse with VERSION_CONFLICT unless the wallet that is paid from has this version.",
    })
    .optional(),
};
const between = {
  fromWalletId: field.id.describe("The wallet that pays."),
  toWalletId: field.id.describe("The wallet that is paid; it must have the same currency."),
  amount: field.amount,
};

const open = {
  currency: field.currency,
  minBalance: field.minBalance.optional(),
  ownerId: field.ownerId
    .describe("Whose it is; the caller's when left out. Services may name anybody.")
    .optional(),
};
const credit = {
  walletId: field.id,
  amount: field.amount,
  source: field.text(255).describe("Where the credit comes from, such as a payment's id.").optional(),
  ...note,
  ...compareAndSet,
};
const debit = { walletId: field.id, amount: field.amount, ...note, ...compareAndSet };
const transfer = { ...between, ...note, ...compareAndSet };
const boost = {
  ...between,
  message: field
    .text(500)
    .meta({ description: "What the listener says with it.", example: "great episode" })
    .optional(),
  episodeTitle: field.text(200).optional(),
};
const stream = {
  ...between,
  sessionId: field.text(100).meta({ description: "One time of listening.", example: "listening-7" }),
  minute: z.int().min(0).max(10_000_000).meta({ description: "Which minute of it is paid for.", example: 3 }),
  episodeTitle: field.text(200).optional(),
};
const hold = {
  walletId: field.id,
  amount: field.amount,
  expiresInSeconds: field.holdSeconds,
  ...note,
  ...compareAndSet,
};
const capture = {
  holdId: field.id,
  amount: field.amount.describe("How much of it; all that remains when left out.").optional(),
  toWalletId: field.id.describe("Who gets it; an external account when left out.").optional(),
  final: z
    .boolean()
    .describe("Whether what then remains is released. Default true: pass false to capture more of it later.")
    .optional(),
};
const release = { holdId: field.id };

/** The commands a batch may hold: the same inputs, without a key of their own. */
const step = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("open"), ...open }),
  z.strictObject({ kind: z.literal("credit"), ...credit }),
  z.strictObject({ kind: z.literal("debit"), ...debit }),
  z.strictObject({ kind: z.literal("transfer"), ...transfer }),
  z.strictObject({ kind: z.literal("boost"), ...boost }),
  z.strictObject({ kind: z.literal("hold"), ...hold }),
  z.strictObject({ kind: z.literal("capture"), ...capture }),
  z.strictObject({ kind: z.literal("release"), ...release }),
]);

export const MAX_BATCH = 1_000;
const batch = {
  atomic: z.boolean().describe("All or none; with false each command has an outcome of its own."),
  commands: z.array(step).min(1).max(MAX_BATCH),
};

const key = { idempotencyKey: field.idempotencyKey };

function streamKey(tick: { fromWalletId: string; sessionId: string; minute: number }): string {
  return `${field.RESERVED_KEY_PREFIX}stream:${tick.fromWalletId}:${tick.sessionId}:${tick.minute}`;
}

/** Input schemas by command kind; a kind is the name of the procedure that sends it. */
export const walletInputs = {
  "wallets.open": z.strictObject({ ...key, ...open }),
  "wallets.credit": z.strictObject({ ...key, ...credit }),
  "wallets.debit": z.strictObject({ ...key, ...debit }),
  "wallets.transfer": z.strictObject({ ...key, ...transfer }),
  "wallets.boost": z.strictObject({ ...key, ...boost }),
  /** The key derives from wallet, session and minute, so a repeated tick can't pay twice. */
  "wallets.stream": z
    .strictObject(stream)
    .transform((input) => ({ ...input, idempotencyKey: streamKey(input) })),
  "wallets.hold": z.strictObject({ ...key, ...hold }),
  "wallets.capture": z.strictObject({ ...key, ...capture }),
  "wallets.release": z.strictObject({ ...key, ...release }),
  "wallets.batch": z.strictObject({ ...key, ...batch }),
} as const;

type Inputs = typeof walletInputs;
export type WalletKind = keyof Inputs;
/** What a caller passes, by kind. */
export type WalletInput<K extends WalletKind> = z.input<Inputs[K]>;
/** One step of a batch after parsing. */
export type WalletStep = z.output<typeof step>;

/** A wallet as it now is; amounts and the version are decimal strings. */
export interface WalletState {
  walletId: string;
  balance: string;
  held: string;
  available: string;
  version: string;
}

export interface Moved extends WalletState {
  operationId: string;
}

export interface Opened extends Moved {
  ownerId: string;
  currency: string;
  minBalance: string;
}

export type HoldStatus = "open" | "partially_captured" | "captured" | "released" | "expired";

export interface HoldPlaced extends Moved {
  holdId: string;
  amount: string;
  /** ISO 8601, by the database's clock. */
  expiresAt: string;
}

export interface HoldChanged extends Moved {
  holdId: string;
  status: HoldStatus;
  /** Captured so far, over all captures of this hold. */
  captured: string;
  /** What is still held. */
  remaining: string;
}

export type StepResult =
  | { ok: true; kind: WalletStep["kind"]; data: Opened | Moved | HoldPlaced | HoldChanged }
  | { ok: false; kind: WalletStep["kind"]; code: string; details: unknown };

export interface WalletAnswers {
  "wallets.open": Opened;
  "wallets.credit": Moved;
  "wallets.debit": Moved;
  "wallets.transfer": Moved;
  "wallets.boost": Moved;
  "wallets.stream": Moved;
  "wallets.hold": HoldPlaced;
  "wallets.capture": HoldChanged;
  "wallets.release": HoldChanged;
  "wallets.batch": { operationId: string; results: StepResult[] };
}
