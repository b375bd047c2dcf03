import type { DecideContext, Refusal } from "../write-path/feature.ts";
import type { HoldChanged } from "./commands.ts";
import {
  maySpend,
  overLimit,
  recipientOf,
  refuse,
  type StepData,
  type StepOf,
  shortOf,
  stateOf,
  type Verdict,
  versionConflict,
} from "./guards.ts";
import { type Hold, moved, type Wallet, type WalletChange, type WalletRows } from "./wallet.ts";

export function decideHold(
  rows: WalletRows,
  step: StepOf<"hold">,
  context: DecideContext,
): Verdict<StepData> {
  const wallet = rows.wallets.get(step.walletId);
  if (wallet === undefined || !maySpend(context.principal, wallet))
    return refuse("NOT_FOUND", { what: "walletId" });
  const refusal = versionConflict(wallet, step.ifVersion) ?? shortOf(wallet, step.amount);
  if (refusal !== undefined) return refusal;
  const hold: Hold = {
    id: context.newId(),
    walletId: wallet.id,
    amount: step.amount,
    captured: 0n,
    status: "open",
    expiresAtMs: context.nowMs + step.expiresInSeconds * 1000,
  };
  return {
    ok: true,
    data: {
      operationId: context.operationId,
      ...stateOf(moved(wallet, 0n, step.amount)),
      holdId: hold.id,
      amount: `${hold.amount}`,
      expiresAt: new Date(hold.expiresAtMs).toISOString(),
    },
    changes: [
      { type: "place-hold", hold },
      { type: "move", walletId: wallet.id, amount: 0n, heldChange: step.amount },
    ],
  };
}

/** Captures never fail for funds: the hold has set them aside. What is not captured by a final capture is available again. */
export function decideCapture(
  rows: WalletRows,
  step: StepOf<"capture">,
  context: DecideContext,
): Verdict<HoldChanged> {
  const live = liveHold(rows, step.holdId, context);
  if ("ok" in live) return live;
  const { hold, wallet, remaining } = live;
  const amount = step.amount ?? remaining;
  if (amount > remaining)
    return refuse("HOLD_EXCEEDED", { remaining: `${remaining}`, requested: `${amount}` });
  const final = amount === remaining || (step.final ?? true);
  const settled: Hold = {
    ...hold,
    captured: hold.captured + amount,
    status: final ? "captured" : "partially_captured",
  };
  const heldChange = final ? -remaining : -amount;
  if (step.toWalletId === undefined) return settle(wallet, settled, -amount, heldChange, context);
  const recipient = recipientOf(rows, wallet, step.toWalletId);
  if ("ok" in recipient) return recipient;
  const limit = overLimit(recipient, amount);
  if (limit !== undefined) return limit;
  return settle(wallet, settled, -amount, heldChange, context, [
    { type: "move", walletId: recipient.id, amount, heldChange: 0n },
  ]);
}

export function decideRelease(
  rows: WalletRows,
  step: StepOf<"release">,
  context: DecideContext,
): Verdict<HoldChanged> {
  const live = liveHold(rows, step.holdId, context);
  if ("ok" in live) return live;
  return settle(live.wallet, { ...live.hold, status: "released" }, 0n, -live.remaining, context);
}

export function decideExpiry(rows: WalletRows, holdId: string, context: DecideContext): Verdict {
  const hold = rows.holds.get(holdId);
  const wallet = hold && rows.wallets.get(hold.walletId);
  if (hold === undefined || wallet === undefined || !isLive(hold))
    return refuse("NOT_FOUND", { what: "holdId" });
  return settle(wallet, { ...hold, status: "expired" }, 0n, hold.captured - hold.amount, context);
}

/** Comes from the clock alone; no caller can send it. */
export interface ExpireCommand {
  readonly kind: "wallets.expire";
  readonly idempotencyKey: string;
  readonly holdId: string;
}

/** The expiry of every live hold among the rows whose time has passed. */
export function dueExpiries(rows: WalletRows, nowMs: number): ExpireCommand[] {
  return [...rows.holds.values()]
    .filter((hold) => isLive(hold) && hold.expiresAtMs <= nowMs)
    .map((hold) => ({
      kind: "wallets.expire",
      idempotencyKey: `holdfast:expire:${hold.id}`,
      holdId: hold.id,
    }));
}

function isLive({ status }: Hold): boolean {
  return status === "open" || status === "partially_captured";
}

function liveHold(
  rows: WalletRows,
  holdId: string,
  { principal, nowMs }: DecideContext,
): { hold: Hold; wallet: Wallet; remaining: bigint } | Refusal {
  const hold = rows.holds.get(holdId);
  const wallet = hold && rows.wallets.get(hold.walletId);
  if (hold === undefined || wallet === undefined || !maySpend(principal, wallet)) {
    return refuse("NOT_FOUND", { what: "holdId" });
  }
  if (hold.status === "expired" || (isLive(hold) && hold.expiresAtMs <= nowMs)) {
    return refuse("HOLD_EXPIRED", { expiredAt: new Date(hold.expiresAtMs).toISOString() });
  }
  if (!isLive(hold)) return refuse("HOLD_CLOSED", { status: hold.status });
  return { hold, wallet, remaining: hold.amount - hold.captured };
}

function settle(
  wallet: Wallet,
  hold: Hold,
  amount: bigint,
  heldChange: bigint,
  { operationId }: DecideContext,
  also: readonly WalletChange[] = [],
): Verdict<HoldChanged> {
  const remaining = isLive(hold) ? hold.amount - hold.captured : 0n;
  return {
    ok: true,
    data: {
      operationId,
      ...stateOf(moved(wallet, amount, heldChange)),
      holdId: hold.id,
      status: hold.status,
      captured: `${hold.captured}`,
      remaining: `${remaining}`,
    },
    changes: [
      { type: "settle-hold", hold },
      { type: "move", walletId: wallet.id, amount, heldChange },
      ...also,
    ],
  };
}
