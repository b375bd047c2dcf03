import type { BalanceAt, EntryView, HoldChanged, HoldPlaced, Moved, Opened, WalletView } from "@holdfast/db";
import { z } from "zod";
import {
  amount,
  answerOf,
  balance,
  id,
  instant,
  next,
  operationId,
  replayed,
  type Told,
  version,
} from "../rest/fields.ts";

/** What calls on wallets answer: the types of @holdfast/db as schemas. */

const state = {
  walletId: id,
  balance: balance.describe("All credit, also what is held."),
  held: amount.meta({ description: "Set aside by holds.", example: "0" }),
  available: balance.describe("`balance` less `held`."),
  version,
};
const moved = { ...state, operationId };
const terms = {
  ownerId: z.string().meta({ example: "ada" }),
  currency: z.string().meta({ example: "sat" }),
  minBalance: amount.meta({ description: "The balance that it may not go below.", example: "0" }),
};

const opened = { ...moved, ...terms };
export const holdPlaced = { ...moved, holdId: id, amount, expiresAt: instant };
export const holdChanged = {
  ...moved,
  holdId: id,
  status: z
    .enum(["open", "partially_captured", "captured", "released", "expired"])
    .meta({ example: "captured" }),
  captured: amount.describe("Captured so far, over all captures of this hold."),
  remaining: amount.meta({ description: "What is still held.", example: "0" }),
};

/** A wallet that was paid from, as it now is. */
export const movedAnswer = answerOf<Told<Moved>>()(z.strictObject({ ...moved, replayed })).meta({
  id: "WalletMoved",
});
export const openedAnswer = answerOf<Told<Opened>>()(z.strictObject({ ...opened, replayed })).meta({
  id: "WalletOpened",
});
export const holdPlacedAnswer = answerOf<Told<HoldPlaced>>()(
  z.strictObject({ ...holdPlaced, replayed }),
).meta({ id: "HoldPlaced" });
export const holdChangedAnswer = answerOf<Told<HoldChanged>>()(
  z.strictObject({ ...holdChanged, replayed }),
).meta({ id: "HoldChanged" });

const done = <K extends string>(kinds: readonly [K, ...K[]], data: z.core.$ZodLooseShape) =>
  z.strictObject({ ok: z.literal(true), kind: z.enum(kinds), data: z.strictObject(data) });
const stepResult = z
  .union([
    done(["credit", "debit", "transfer", "boost"], moved),
    done(["open"], opened),
    done(["hold"], holdPlaced),
    done(["capture", "release"], holdChanged),
    z.strictObject({
      ok: z.literal(false),
      kind: z.enum(["open", "credit", "debit", "transfer", "boost", "hold", "capture", "release"]),
      code: z.string().meta({ description: "A code of the table of errors.", example: "INSUFFICIENT_FUNDS" }),
      details: z.unknown(),
    }),
  ])
  .meta({ id: "BatchResult" });
export const batchAnswer = z
  .strictObject({
    operationId,
    results: z.array(stepResult).describe("One for each command, in their order."),
    replayed,
  })
  .meta({ id: "BatchDone" });

export const wallet = answerOf<WalletView>()(z.strictObject({ ...state, ...terms })).meta({ id: "Wallet" });

const entry = answerOf<EntryView>()(
  z.strictObject({
    version,
    amount: amount.meta({ description: "Signed: what the balance changed by.", example: "-50" }),
    heldChange: amount.meta({ description: "Signed: what `held` changed by.", example: "0" }),
    balance: balance.describe("After it."),
    held: amount.meta({ description: "After it.", example: "0" }),
    kind: z.string().meta({ description: "The command.", example: "wallets.boost" }),
    operationId,
    at: instant,
    memo: z.string().exactOptional(),
    message: z.string().exactOptional(),
    episodeTitle: z.string().exactOptional(),
    source: z.string().exactOptional(),
    counterpartyWalletId: id.exactOptional(),
    holdId: id.describe("The hold that it placed, captured, released or let expire.").exactOptional(),
  }),
).meta({ id: "Entry" });
export const entries = z
  .strictObject({ entries: z.array(entry), next: next(version) })
  .meta({ id: "Entries" });

export const balanceAt = answerOf<BalanceAt>()(
  z.strictObject({ walletId: id, balance, held: state.held, version }),
).meta({ id: "BalanceAt" });
