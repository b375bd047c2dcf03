import type { HoldPlaced } from "../wallets/commands.ts";
import { decideCapture, decideHold, decideRelease } from "../wallets/decide-holds.ts";
import { refuse } from "../wallets/guards.ts";
import type { WalletChange, WalletRows } from "../wallets/wallet.ts";
import type { DecideContext, Refusal } from "../write-path/feature.ts";
import type { PaidStep } from "./commands.ts";
import type { Answer } from "./conversation.ts";
import { type AnswerTerms, priceOf } from "./terms.ts";

/** What a command does to the wallet that pays, and what is told and recorded of it. */
export interface Payment {
  readonly told: PaidStep;
  readonly changes: readonly WalletChange[];
}

/** Sets aside what an answer may cost at most. */
export function holdFor(
  wallets: WalletRows | undefined,
  walletId: string,
  context: DecideContext,
  terms: AnswerTerms,
): Payment | Refusal {
  const amount = priceOf(terms.maxTokens, terms);
  if (amount === 0n) {
    const message = "answers cost nothing here: leave it out";
    return refuse("BAD_REQUEST", { issues: [{ path: "walletId", message }] });
  }
  if (wallets === undefined) return refuse("NOT_FOUND", { what: "walletId" });
  const step = { kind: "hold", walletId, amount, expiresInSeconds: terms.holdSeconds } as const;
  const held = decideHold(wallets, step, context);
  if (!held.ok) return held;
  return { told: { step: "hold", ...(held.data as HoldPlaced) }, changes: held.changes };
}

/**
 * Captures what the tokens cost beyond what was captured before, as far as the hold reaches; `last` gives back the rest. A hold
 * that has expired meanwhile keeps what it has captured: an answer is never lost for money.
 */
export function payFor(
  answer: Answer,
  wallets: WalletRows | undefined,
  tokens: number | undefined,
  context: DecideContext,
  terms: AnswerTerms,
  last: boolean,
): Payment | undefined {
  const hold = answer.paid ? wallets?.holds.get(answer.id) : undefined;
  if (wallets === undefined || hold === undefined) return undefined;
  const remaining = hold.amount - hold.captured;
  let owed = priceOf(tokens ?? 0, terms) - hold.captured;
  if (owed > remaining) owed = remaining;
  if (owed <= 0n) return last ? giveBack(answer, wallets, context) : undefined;
  const step = { kind: "capture", holdId: hold.id, amount: owed, final: last } as const;
  const captured = decideCapture(wallets, step, asService(context));
  if (!captured.ok) return undefined;
  return { told: { step: "capture", ...captured.data }, changes: captured.changes };
}

/**
 * Why nothing more may be said that has to be paid for: whoever owns the wallet has given the hold up, or has captured it for
 * something else. One that has come to its end in time, or was spent on the answer, is none of that.
 */
export function withdrawn(answer: Answer, wallets: WalletRows | undefined): Refusal | undefined {
  const hold = answer.paid ? wallets?.holds.get(answer.id) : undefined;
  const isSpent = hold?.status === "captured" && hold.captured === hold.amount;
  if (hold === undefined || isSpent || (hold.status !== "released" && hold.status !== "captured"))
    return undefined;
  return refuse("HOLD_CLOSED", { status: hold.status });
}

/** Ends the hold of an answer; what it has captured stays captured. */
export function giveBack(
  answer: Answer,
  wallets: WalletRows | undefined,
  context: DecideContext,
): Payment | undefined {
  if (!answer.paid || wallets === undefined) return undefined;
  const released = decideRelease(wallets, { kind: "release", holdId: answer.id }, asService(context));
  return released.ok ? { told: { step: "release", ...released.data }, changes: released.changes } : undefined;
}

/** The wallet may belong to somebody else than the conversation, as agreed when the hold was placed. */
function asService(context: DecideContext): DecideContext {
  return { ...context, principal: { ...context.principal, role: "service" } };
}
