import type { ErrorDetails } from "../errors.ts";
import { MAX_BALANCE } from "../fields.ts";
import { actsForOthers, type Principal } from "../principal.ts";
import type { DecideContext, Refusal } from "../write-path/feature.ts";
import type {
  HoldChanged,
  HoldStatus,
  StepResult,
  WalletInput,
  WalletKind,
  WalletState,
  WalletStep,
} from "./commands.ts";
import { type Hold, moved, type Wallet, type WalletChange, type WalletRows } from "./rows.ts";

/** A parsed wallet command. `expire` comes from the clock alone; no caller can send it. */
export type WalletCommand =
  | { [K in WalletKind]: { kind: K; idempotencyKey: string } & ParsedInput<K> }[WalletKind]
  | { kind: "wallets.expire"; idempotencyKey: string; holdId: string };

type ParsedInput<K extends WalletKind> = K extends "wallets.batch"
  ? { atomic: boolean; commands: readonly WalletStep[] }
  : K extends `wallets.${infer S}`
    ? S extends WalletStep["kind"]
      ? Omit<Extract<WalletStep, { kind: S }>, "kind">
      : StreamInput
    : never;
type StreamInput = Omit<WalletInput<"wallets.stream">, "amount"> & { amount: bigint };

/** A decision before the write path names it after its feature. */
type Verdict<Data = unknown> = { ok: true; data: Data; changes: readonly WalletChange[] } | Refusal;

type Transfer = { fromWalletId: string; toWalletId: string; amount: bigint; ifVersion?: bigint | undefined };
type StepOf<K extends WalletStep["kind"]> = Extract<WalletStep, { kind: K }>;

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

type StepData = Extract<StepResult, { ok: true }>["data"];

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
  const wallet = rows.wallets.get(step.walletId);
  if (wallet === undefined || !maySpend(context.principal, wallet))
    return refuse("NOT_FOUND", { what: "walletId" });
  if (!actsForOthers(context.principal)) return refuse("FORBIDDEN", { needs: "service" });
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

function decideHold(rows: WalletRows, step: StepOf<"hold">, context: DecideContext): Verdict<StepData> {
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
function decideCapture(
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

function decideRelease(
  rows: WalletRows,
  step: StepOf<"release">,
  context: DecideContext,
): Verdict<HoldChanged> {
  const live = liveHold(rows, step.holdId, context);
  if ("ok" in live) return live;
  return settle(live.wallet, { ...live.hold, status: "released" }, 0n, -live.remaining, context);
}

function decideExpiry(rows: WalletRows, holdId: string, context: DecideContext): Verdict {
  const hold = rows.holds.get(holdId);
  const wallet = hold && rows.wallets.get(hold.walletId);
  if (hold === undefined || wallet === undefined || !isLive(hold))
    return refuse("NOT_FOUND", { what: "holdId" });
  return settle(wallet, { ...hold, status: "expired" }, 0n, hold.captured - hold.amount, context);
}

/** The expiry of every live hold among the rows whose time has passed. */
export function dueExpiries(rows: WalletRows, nowMs: number): WalletCommand[] {
  return [...rows.holds.values()]
    .filter((hold) => isLive(hold) && hold.expiresAtMs <= nowMs)
    .map((hold) => ({
      kind: "wallets.expire",
      idempotencyKey: `holdfast:expire:${hold.id}`,
      holdId: hold.id,
    }));
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

function maySpend(principal: Principal, wallet: Wallet): boolean {
  return actsForOthers(principal) || wallet.ownerId === principal.subject;
}

function recipientOf(rows: WalletRows, from: Wallet, toWalletId: string): Wallet | Refusal {
  if (toWalletId === from.id) return refuse("SAME_WALLET", {});
  const to = rows.wallets.get(toWalletId);
  if (to === undefined) return refuse("NOT_FOUND", { what: "toWalletId" });
  if (to.currency !== from.currency)
    return refuse("CURRENCY_MISMATCH", { from: from.currency, to: to.currency });
  return to;
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

function versionConflict(wallet: Wallet, expected: bigint | undefined): Refusal | undefined {
  if (expected === undefined || expected === wallet.version) return undefined;
  return refuse("VERSION_CONFLICT", { expected: `${expected}`, actual: `${wallet.version}` });
}

function shortOf(wallet: Wallet, amount: bigint): Refusal | undefined {
  const spendable = wallet.balance - wallet.held - wallet.minBalance;
  if (amount <= spendable) return undefined;
  return refuse("INSUFFICIENT_FUNDS", {
    available: `${wallet.balance - wallet.held}`,
    required: `${amount}`,
    shortfall: `${amount - spendable}`,
  });
}

function overLimit(wallet: Wallet, amount: bigint): Refusal | undefined {
  return wallet.balance + amount > MAX_BALANCE
    ? refuse("BALANCE_LIMIT", { limit: `${MAX_BALANCE}` })
    : undefined;
}

/** One entry of the caller's wallet, and `also` what it moves elsewhere. */
function move(
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
      status: hold.status as HoldStatus,
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

function stateOf(wallet: Pick<Wallet, "id" | "balance" | "held" | "version">): WalletState {
  return {
    walletId: wallet.id,
    balance: `${wallet.balance}`,
    held: `${wallet.held}`,
    available: `${wallet.balance - wallet.held}`,
    version: `${wallet.version}`,
  };
}

function refuse<C extends keyof ErrorDetails>(code: C, details: ErrorDetails[C]): Refusal {
  return { ok: false, code, details };
}
