import type { ErrorDetails } from "../errors.ts";
import { MAX_BALANCE } from "../fields.ts";
import { actsForOthers, type Principal } from "../principal.ts";
import type { DecideContext, Refusal } from "../write-path/feature.ts";
import type { StepResult, WalletState, WalletStep } from "./commands.ts";
import { moved, type Wallet, type WalletChange, type WalletRows } from "./wallet.ts";

/** A decision before the write path names it after its feature. */
export type Verdict<Data = unknown> = { ok: true; data: Data; changes: readonly WalletChange[] } | Refusal;

export type StepOf<K extends WalletStep["kind"]> = Extract<WalletStep, { kind: K }>;

export type StepData = Extract<StepResult, { ok: true }>["data"];

export function maySpend(principal: Principal, wallet: Wallet): boolean {
  return actsForOthers(principal) || wallet.ownerId === principal.subject;
}

export function recipientOf(rows: WalletRows, from: Wallet, toWalletId: string): Wallet | Refusal {
  if (toWalletId === from.id) return refuse("SAME_WALLET", {});
  const to = rows.wallets.get(toWalletId);
  if (to === undefined) return refuse("NOT_FOUND", { what: "toWalletId" });
  if (to.currency !== from.currency)
    return refuse("CURRENCY_MISMATCH", { from: from.currency, to: to.currency });
  return to;
}

export function versionConflict(wallet: Wallet, expected: bigint | undefined): Refusal | undefined {
  if (expected === undefined || expected === wallet.version) return undefined;
  return refuse("VERSION_CONFLICT", { expected: `${expected}`, actual: `${wallet.version}` });
}

export function shortOf(wallet: Wallet, amount: bigint): Refusal | undefined {
  const spendable = wallet.balance - wallet.held - wallet.minBalance;
  if (amount <= spendable) return undefined;
  return refuse("INSUFFICIENT_FUNDS", {
    available: `${wallet.balance - wallet.held}`,
    required: `${amount}`,
    shortfall: `${amount - spendable}`,
  });
}

export function overLimit(wallet: Wallet, amount: bigint): Refusal | undefined {
  return wallet.balance + amount > MAX_BALANCE
    ? refuse("BALANCE_LIMIT", { limit: `${MAX_BALANCE}` })
    : undefined;
}

/** One entry of the caller's wallet, and `also` what it moves elsewhere. */
export function move(
  wallet: Wallet,
  amount: bigint,
  { operationId }: DecideContext,
  also: readonly WalletChange[] = [],
): Verdict<StepData> {
  return {
    ok: true,
    data: { operationId, ...stateOf(moved(wallet, amount, 0n)) },
    changes: [{ type: "move", walletId: wallet.id, amount, heldChange: 0n }, ...also],
  };
}

export function stateOf(wallet: Pick<Wallet, "id" | "balance" | "held" | "version">): WalletState {
  return {
    walletId: wallet.id,
    balance: `${wallet.balance}`,
    held: `${wallet.held}`,
    available: `${wallet.balance - wallet.held}`,
    version: `${wallet.version}`,
  };
}

export function refuse<C extends keyof ErrorDetails>(code: C, details: ErrorDetails[C]): Refusal {
  return { ok: false, code, details };
}
