import { type Refusal, type Step, textIn } from "./steps.ts";

/**
 * What the wallets must do, written from the documents alone and single-threaded: given how things stand, what does a
 * command answer, and what does it move? It shares no code with the product and keeps nothing but what it is shown.
 */

export interface Purse {
  readonly id: string;
  readonly ownerId: string;
  readonly currency: string;
  readonly minimum: bigint;
  readonly balance: bigint;
  readonly held: bigint;
  readonly version: number;
  /** How it stood at the moment in question is not known, so no balance and no version of it is judged. */
  readonly loose: boolean;
}

/** Credit set aside. It is as loose as its wallet. */
export interface Pledge {
  readonly walletId: string;
  readonly amount: bigint;
  readonly captured: bigint;
  readonly status: string;
  readonly expiresAtMs: number;
}

export interface World {
  wallet(id: string): Purse | undefined;
  hold(id: string): Pledge | undefined;
}

export interface Asker {
  readonly subject: string;
  readonly role: string;
  /** By the database's clock. */
  readonly nowMs: number;
}

export interface Move {
  readonly walletId: string;
  readonly amount: bigint;
  readonly heldChange: bigint;
}

export interface Done {
  readonly ok: true;
  /** The fields of the answer that follow from the state; new ids are taken from the answer itself. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly moves: readonly Move[];
  readonly opened?: Purse;
  readonly hold?: { readonly id: string; readonly pledge: Pledge };
}

/** Undefined where it depends on something loose. */
export type Told = Done | Refusal | undefined;

const LARGEST_BALANCE = 10n ** 18n;

/** `answer` is what the step is said to have answered: only the ids that it made are taken from there. */
export function runStep(
  step: Step,
  world: World,
  asker: Asker,
  answer: Readonly<Record<string, unknown>>,
): Told {
  switch (step.kind) {
    case "open":
      return open(step, asker, answer);
    case "capture":
    case "release":
    case "expire":
      return settle(step, world, asker);
    default:
      return pay(step, world, asker, answer);
  }
}

const refuse = (code: string, details: object = {}): Refusal => ({ ok: false, code, details });
const mayActForOthers = ({ role }: Asker): boolean => role !== "user";
const sees = (asker: Asker, { ownerId }: Purse): boolean =>
  mayActForOthers(asker) || ownerId === asker.subject;
export const isLive = ({ status }: Pick<Pledge, "status">): boolean =>
  status === "open" || status === "partially_captured";

function open(step: Step, asker: Asker, answer: Readonly<Record<string, unknown>>): Told {
  const ownerId = textIn(step, "ownerId") ?? asker.subject;
  const minimum = BigInt(textIn(step, "minBalance") ?? "0");
  if (!mayActForOthers(asker) && (ownerId !== asker.subject || minimum < 0n)) {
    return refuse("FORBIDDEN", { needs: "service" });
  }
  if (minimum > 0n) return refuse("BAD_REQUEST");
  const id = textIn(answer, "walletId") ?? "";
  const currency = textIn(step, "currency") ?? "";
  const opened = { id, ownerId, currency, minimum, balance: 0n, held: 0n, version: 0, loose: false };
  const data = { ...stateOf(opened, 0n, 0n, 0), ownerId, currency, minBalance: `${minimum}` };
  return { ok: true, data, moves: [], opened };
}

/** What pays or sets aside without a hold: credit, debit, transfer, boost, stream, hold. */
function pay(step: Step, world: World, asker: Asker, answer: Readonly<Record<string, unknown>>): Told {
  const comesIn = step.kind === "credit";
  if (comesIn && !mayActForOthers(asker)) return refuse("FORBIDDEN", { needs: "service" });
  const payerField = "fromWalletId" in step ? "fromWalletId" : "walletId";
  const payer = world.wallet(textIn(step, payerField) ?? "");
  if (payer === undefined || !sees(asker, payer)) return refuse("NOT_FOUND", { what: payerField });
  const payee = payeeOf(step, world, payer);
  if (payee !== undefined && "code" in payee) return payee;

  const expected = textIn(step, "ifVersion");
  if (expected !== undefined && !payer.loose && expected !== `${payer.version}`) {
    return refuse("VERSION_CONFLICT", { expected, actual: `${payer.version}` });
  }
  const amount = BigInt(textIn(step, "amount") ?? "0");
  const available = payer.balance - payer.held;
  if (!comesIn && !payer.loose && available - amount < payer.minimum) {
    const shortfall = `${amount - (available - payer.minimum)}`;
    return refuse("INSUFFICIENT_FUNDS", { available: `${available}`, required: `${amount}`, shortfall });
  }
  const receiver = comesIn ? payer : payee;
  if (receiver !== undefined && overflows(receiver, amount)) {
    return refuse("BALANCE_LIMIT", { limit: `${LARGEST_BALANCE}` });
  }
  if (step.kind === "hold") {
    const expiresAtMs = asker.nowMs + Number(step["expiresInSeconds"]) * 1000;
    const id = textIn(answer, "holdId") ?? "";
    return {
      ok: true,
      data: {
        ...stateOf(payer, 0n, amount, 1),
        amount: `${amount}`,
        expiresAt: new Date(expiresAtMs).toISOString(),
      },
      moves: [{ walletId: payer.id, amount: 0n, heldChange: amount }],
      hold: { id, pledge: { walletId: payer.id, amount, captured: 0n, status: "open", expiresAtMs } },
    };
  }
  const change = comesIn ? amount : -amount;
  const moves = [{ walletId: payer.id, amount: change, heldChange: 0n }, ...given(payee, amount)];
  return { ok: true, data: stateOf(payer, change, 0n, 1), moves };
}

/** What ends a hold, or takes a part of it: capture, release, and expiry by the clock. */
function settle(step: Step, world: World, asker: Asker): Told {
  const id = textIn(step, "holdId") ?? "";
  const pledge = world.hold(id);
  const purse = pledge && world.wallet(pledge.walletId);
  const byClock = step.kind === "expire";
  if (pledge === undefined || purse === undefined || (!byClock && !sees(asker, purse))) {
    return refuse("NOT_FOUND", { what: "holdId" });
  }
  const { loose } = purse;
  const due = pledge.expiresAtMs <= asker.nowMs;
  if (!loose) {
    if (byClock && !(isLive(pledge) && due)) return refuse("NOT_FOUND", { what: "holdId" });
    if (!byClock && (pledge.status === "expired" || (isLive(pledge) && due))) {
      return refuse("HOLD_EXPIRED", { expiredAt: new Date(pledge.expiresAtMs).toISOString() });
    }
    if (!isLive(pledge)) return refuse("HOLD_CLOSED", { status: pledge.status });
  }
  const remaining = pledge.amount - pledge.captured;
  // An answer's hold is captured up to what its tokens cost by then.
  const upTo = textIn(step, "upTo");
  const named = upTo === undefined ? textIn(step, "amount") : `${BigInt(upTo) - pledge.captured}`;
  const taken = step.kind === "capture" ? BigInt(named ?? remaining) : 0n;
  if (!loose && taken > remaining) {
    return refuse("HOLD_EXCEEDED", { remaining: `${remaining}`, requested: `${taken}` });
  }
  const payee = step.kind === "capture" ? payeeOf(step, world, purse) : undefined;
  if (payee !== undefined && "code" in payee) return payee;
  if (loose && (named === undefined || upTo !== undefined)) return undefined;
  if (payee !== undefined && overflows(payee, taken)) {
    return refuse("BALANCE_LIMIT", { limit: `${LARGEST_BALANCE}` });
  }
  const ends = step.kind !== "capture" || taken === remaining || step["final"] !== false;
  const captured = pledge.captured + taken;
  const back = ends ? remaining : taken;
  const status = !ends
    ? "partially_captured"
    : { capture: "captured", release: "released", expire: "expired" }[step.kind];
  return {
    ok: true,
    data: {
      ...stateOf(purse, -taken, -back, 1),
      holdId: id,
      status,
      captured: `${captured}`,
      remaining: `${remaining - back}`,
    },
    moves: [{ walletId: purse.id, amount: -taken, heldChange: -back }, ...given(payee, taken)],
    hold: { id, pledge: { ...pledge, captured, status: status ?? "" } },
  };
}

function payeeOf(step: Step, world: World, payer: Purse): Purse | Refusal | undefined {
  const id = textIn(step, "toWalletId");
  if (id === undefined) return undefined;
  if (id === payer.id) return refuse("SAME_WALLET");
  const payee = world.wallet(id);
  if (payee === undefined) return refuse("NOT_FOUND", { what: "toWalletId" });
  if (payee.currency === payer.currency) return payee;
  return refuse("CURRENCY_MISMATCH", { from: payer.currency, to: payee.currency });
}

function given(payee: Purse | undefined, amount: bigint): Move[] {
  return payee === undefined ? [] : [{ walletId: payee.id, amount, heldChange: 0n }];
}

function overflows({ loose, balance }: Purse, amount: bigint): boolean {
  return !loose && balance + amount > LARGEST_BALANCE;
}

function stateOf(purse: Purse, amount: bigint, heldChange: bigint, steps: number): Record<string, unknown> {
  const [balance, held] = [purse.balance + amount, purse.held + heldChange];
  return {
    walletId: purse.id,
    balance: `${balance}`,
    held: `${held}`,
    available: `${balance - held}`,
    version: `${purse.version + steps}`,
  };
}
