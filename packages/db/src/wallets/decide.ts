import { actsForOthers } from "../principal.ts";
import type { DecideContext } from "../write-path/feature.ts";
import type { StepResult, WalletInput, WalletKind, WalletStep } from "./commands.ts";
import {
  decideCapture,
  decideExpiry,
  decideHold,
  decideRelease,
  type ExpireCommand,
} from "./decide-holds.ts";
import {
  maySpend,
  move,
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
import type { Wallet, WalletChange, WalletRows } from "./wallet.ts";

/** A parsed wallet command. */
export type WalletCommand =
  | { [K in WalletKind]: { kind: K; idempotencyKey: string } & ParsedInput<K> }[WalletKind]
  | ExpireCommand;

type ParsedInput<K extends WalletKind> = K extends "wallets.batch"
  ? { atomic: boolean; commands: readonly WalletStep[] }
  : K extends `wallets.${infer S}`
    ? S extends WalletStep["kind"]
      ? Omit<Extract<WalletStep, { kind: S }>, "kind">
      : StreamInput
    : never;

type StreamInput = Omit<WalletInput<"wallets.stream">, "amount"> & { amount: bigint };

type Transfer = { fromWalletId: string; toWalletId: string; amount: bigint; ifVersion?: bigint | undefined };

/** Decides one wallet command on locked rows. Checks come in the order in which a caller should hear of them. */
export function decideWallet(rows: WalletRows, command: WalletCommand, context: DecideContext): Verdict {
  switch (command.kind) {
    case "wallets.batch":
      return decideBatch(rows, command.commands, command.atomic, context);
    case "wallets.stream":
      return decideTransfer(rows, command, context);
    case "wallets.expire":
      return decideExpiry(rows, command.holdId, context);
    default:
      return decideStep(rows, { ...command, kind: stepKind(command.kind) } as WalletStep, context);
  }
}

function stepKind(kind: Exclude<WalletKind, "wallets.batch" | "wallets.stream">): WalletStep["kind"] {
  return kind.slice("wallets.".length) as WalletStep["kind"];
}

function decideStep(rows: WalletRows, step: WalletStep, context: DecideContext): Verdict<StepData> {
  switch (step.kind) {
    case "open":
      return decideOpen(step, context);
    case "credit":
      return decideCredit(rows, step, context);
    case "debit":
      return decideDebit(rows, step, context);
    case "transfer":
    case "boost":
      return decideTransfer(rows, step, context);
    case "hold":
      return decideHold(rows, step, context);
    case "capture":
      return decideCapture(rows, step, context);
    case "release":
      return decideRelease(rows, step, context);
  }
}

/** Users open wallets for themselves with no credit line; services and admins open any. */
function decideOpen(
  step: StepOf<"open">,
  { principal, operationId, newId }: DecideContext,
): Verdict<StepData> {
  const ownerId = step.ownerId ?? principal.subject;
  const minBalance = step.minBalance ?? 0n;
  if (!actsForOthers(principal) && (ownerId !== principal.subject || minBalance < 0n)) {
    return refuse("FORBIDDEN", { needs: "service" });
  }
  if (minBalance > 0n) {
    return refuse("BAD_REQUEST", {
      issues: [{ path: "minBalance", message: "a new wallet is empty, so 0 at most" }],
    });
  }
  const wallet: Wallet = {
    id: newId(),
    ownerId,
    currency: step.currency,
    balance: 0n,
    held: 0n,
    minBalance,
    version: 0n,
  };
  const data = {
    operationId,
    ...stateOf(wallet),
    ownerId,
    currency: wallet.currency,
    minBalance: `${minBalance}`,
  };
  return { ok: true, data, changes: [{ type: "open", wallet }] };
}

function decideCredit(rows: WalletRows, step: StepOf<"credit">, context: DecideContext): Verdict<StepData> {
  // First: who may credit no wallet at all learns nothing of any.
  if (!actsForOthers(context.principal)) return refuse("FORBIDDEN", { needs: "service" });
  const wallet = rows.wallets.get(step.walletId);
  if (wallet === undefined) return refuse("NOT_FOUND", { what: "walletId" });
  return (
    versionConflict(wallet, step.ifVersion) ??
    overLimit(wallet, step.amount) ??
    move(wallet, step.amount, context)
  );
}

function decideDebit(rows: WalletRows, step: StepOf<"debit">, context: DecideContext): Verdict<StepData> {
  const wallet = rows.wallets.get(step.walletId);
  if (wallet === undefined || !maySpend(context.principal, wallet))
    return refuse("NOT_FOUND", { what: "walletId" });
  return (
    versionConflict(wallet, step.ifVersion) ??
    shortOf(wallet, step.amount) ??
    move(wallet, -step.amount, context)
  );
}

function decideTransfer(rows: WalletRows, step: Transfer, context: DecideContext): Verdict<StepData> {
  const from = rows.wallets.get(step.fromWalletId);
  if (from === undefined || !maySpend(context.principal, from))
    return refuse("NOT_FOUND", { what: "fromWalletId" });
  const recipient = recipientOf(rows, from, step.toWalletId);
  if ("ok" in recipient) return recipient;
  const refusal =
    versionConflict(from, step.ifVersion) ?? shortOf(from, step.amount) ?? overLimit(recipient, step.amount);
  if (refusal !== undefined) return refusal;
  return move(from, -step.amount, context, [
    { type: "move", walletId: recipient.id, amount: step.amount, heldChange: 0n },
  ]);
}

/** Steps see what the steps before them did. Atomic: the first refusal refuses all. Independent: each for itself. */
function decideBatch(
  rows: WalletRows,
  steps: readonly WalletStep[],
  atomic: boolean,
  context: DecideContext,
): Verdict<{ operationId: string; results: StepResult[] }> {
  const scratch = rows.fork();
  const changes: WalletChange[] = [];
  const results: StepResult[] = [];
  for (const [index, step] of steps.entries()) {
    const verdict = decideStep(scratch, step, context);
    if (!verdict.ok) {
      const { code, details } = verdict;
      if (atomic) return refuse("BATCH_REFUSED", { index, code, details });
      results.push({ ok: false, kind: step.kind, code, details });
      continue;
    }
    for (const change of verdict.changes) scratch.apply(change, context.operationId);
    changes.push(...verdict.changes);
    results.push({ ok: true, kind: step.kind, data: verdict.data });
  }
  return { ok: true, data: { operationId: context.operationId, results }, changes };
}
