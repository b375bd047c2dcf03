import type { Principal } from "../principal.ts";
import type { WalletStep } from "../wallets/commands.ts";
import type { WalletCommand } from "../wallets/decide.ts";

/**
 * What wallets must do, written a second time and as simply as can be: plain numbers, one thread, nothing stored that
 * can be added up. A wallet is the list of what happened to it; a refusal is thrown; an atomic batch is a copy that is
 * kept or not. It shares no code with the implementation, so the two agree only where both are right.
 */
export class WalletModel {
  wallets = new Map<string, ModelWallet>();
  holds = new Map<string, ModelHold>();

  /** What the command answers, or the refusal that it meets and that leaves no trace; `newId` names what it makes. */
  run(command: WalletCommand, by: Principal, now: number, newId: () => string): Told {
    const call: ModelCall = { by, now, newId };
    if (command.kind !== "wallets.batch") return this.#attempt(() => this.#step(command, call));
    return this.#attempt(() => ({
      results: command.commands.map((step, index) => {
        const { kind } = step;
        const told = this.#attempt(() => this.#step(step, call));
        if (told.ok) return { ok: true, kind, data: told.data };
        const { code, details } = told;
        if (command.atomic) throw new Refused("BATCH_REFUSED", { index, code, details });
        return { ok: false, kind, code, details };
      }),
    }));
  }

  /** The live holds whose time has come. */
  due(now: number): string[] {
    return [...this.holds]
      .filter(([, hold]) => hold.end === undefined && hold.until <= now)
      .map(([id]) => id);
  }

  stand(id: string): { balance: string; held: string; available: string; version: string } {
    const wallet = this.#wallet(id, "walletId");
    const shown = (n: number) => `${wallet.base + BigInt(n)}`;
    const [balance, held] = [this.#balance(wallet), this.#held(id)];
    return {
      balance: shown(balance),
      held: `${held}`,
      available: shown(balance - held),
      version: `${wallet.moves.length}`,
    };
  }

  #attempt(work: () => object): Told {
    const kept = structuredClone({ wallets: this.wallets, holds: this.holds });
    try {
      return { ok: true, data: work() };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.wallets = kept.wallets;
      this.holds = kept.holds;
      return { ok: false, code: error.code, details: error.details };
    }
  }

  #step(step: WalletStep | Exclude<WalletCommand, { kind: "wallets.batch" }>, call: ModelCall): object {
    switch (step.kind) {
      case "open":
      case "wallets.open":
        return this.#open(step, call);
      case "credit":
      case "wallets.credit": {
        if (call.by.role === "user") throw new Refused("FORBIDDEN", { needs: "service" });
        const wallet = this.#mine(step.walletId, "walletId", call);
        this.#expectVersion(wallet, step.ifVersion);
        return this.#pay([[step.walletId, Number(step.amount)]]);
      }
      case "debit":
      case "wallets.debit": {
        const wallet = this.#mine(step.walletId, "walletId", call);
        this.#expectVersion(wallet, step.ifVersion);
        return this.#pay([[step.walletId, -Number(step.amount)]]);
      }
      case "transfer":
      case "wallets.transfer":
      case "boost":
      case "wallets.boost":
      case "wallets.stream": {
        const wallet = this.#mine(step.fromWalletId, "fromWalletId", call);
        this.#expectSuits(step.fromWalletId, step.toWalletId);
        this.#expectVersion(wallet, "ifVersion" in step ? step.ifVersion : undefined);
        const amount = Number(step.amount);
        return this.#pay([
          [step.fromWalletId, -amount],
          [step.toWalletId, amount],
        ]);
      }
      case "hold":
      case "wallets.hold":
        return this.#hold(step, call);
      case "capture":
      case "wallets.capture":
        return this.#capture(step, call);
      case "release":
      case "wallets.release": {
        const hold = this.#live(step.holdId, call);
        hold.end = "released";
        return this.#pay([[hold.wallet, 0]], step.holdId);
      }
      case "wallets.expire": {
        const hold = this.holds.get(step.holdId);
        if (hold === undefined || hold.end !== undefined) throw new Refused("NOT_FOUND", { what: "holdId" });
        hold.end = "expired";
        return this.#pay([[hold.wallet, 0]], step.holdId);
      }
    }
  }

  #open(step: Pick<WalletStep & { kind: "open" }, "currency" | "minBalance" | "ownerId">, call: ModelCall) {
    const { ownerId = call.by.subject, currency } = step;
    const floor = Number(step.minBalance ?? 0n);
    const forbidden = call.by.role === "user" && (ownerId !== call.by.subject || floor < 0);
    if (forbidden) throw new Refused("FORBIDDEN", { needs: "service" });
    if (floor > 0) throw new Refused("BAD_REQUEST", {});
    const walletId = call.newId();
    this.wallets.set(walletId, { ownerId, currency, floor, ceiling: Number.MAX_VALUE, base: 0n, moves: [] });
    return { walletId, ...this.stand(walletId), ownerId, currency, minBalance: `${floor}` };
  }

  #hold(
    step: { walletId: string; amount: bigint; expiresInSeconds: number; ifVersion?: bigint | undefined },
    call: ModelCall,
  ) {
    const wallet = this.#mine(step.walletId, "walletId", call);
    this.#expectVersion(wallet, step.ifVersion);
    const amount = Number(step.amount);
    this.#expectFunds(step.walletId, amount);
    const holdId = call.newId();
    const until = call.now + step.expiresInSeconds * 1000;
    this.holds.set(holdId, { wallet: step.walletId, amount, parts: [], until });
    const expiresAt = new Date(until).toISOString();
    return { ...this.#pay([[step.walletId, 0]]), holdId, amount: `${amount}`, expiresAt };
  }

  #capture(
    step: {
      holdId: string;
      amount?: bigint | undefined;
      toWalletId?: string | undefined;
      final?: boolean | undefined;
    },
    call: ModelCall,
  ) {
    const hold = this.#live(step.holdId, call);
    const left = hold.amount - sum(hold.parts);
    const amount = step.amount === undefined ? left : Number(step.amount);
    if (amount > left)
      throw new Refused("HOLD_EXCEEDED", { remaining: `${left}`, requested: `${step.amount}` });
    if (step.toWalletId !== undefined) {
      this.#expectSuits(hold.wallet, step.toWalletId);
      this.#expectRoom(step.toWalletId, amount);
    }
    hold.parts.push(amount);
    if (amount === left || step.final !== false) hold.end = "captured";
    const paid: [string, number][] = [[hold.wallet, -amount]];
    if (step.toWalletId !== undefined) paid.push([step.toWalletId, amount]);
    return this.#pay(paid, step.holdId);
  }

  /** Moves credit, the payer first, whose answer it is; with a hold, from what that hold set aside. */
  #pay(moves: readonly [walletId: string, amount: number][], holdId?: string): object {
    for (const [id, amount] of moves) {
      if (amount < 0 && holdId === undefined) this.#expectFunds(id, -amount);
    }
    for (const [id, amount] of moves) if (amount > 0) this.#expectRoom(id, amount);
    for (const [id, amount] of moves) this.wallets.get(id)?.moves.push(amount);
    const [walletId = ""] = moves[0] ?? [];
    const hold = holdId === undefined ? undefined : this.holds.get(holdId);
    const told = { walletId, ...this.stand(walletId) };
    if (hold === undefined) return told;
    const captured = sum(hold.parts);
    const status = hold.end ?? (captured > 0 ? "partially_captured" : "open");
    const remaining = hold.end === undefined ? hold.amount - captured : 0;
    return { ...told, holdId, status, captured: `${captured}`, remaining: `${remaining}` };
  }

  #wallet(id: string, what: string): ModelWallet {
    const found = this.wallets.get(id);
    if (found === undefined) throw new Refused("NOT_FOUND", { what });
    return found;
  }

  #mine(id: string, what: string, { by }: ModelCall): ModelWallet {
    const found = this.#wallet(id, what);
    if (by.role === "user" && by.subject !== found.ownerId) throw new Refused("NOT_FOUND", { what });
    return found;
  }

  #live(id: string, { by, now }: ModelCall): ModelHold {
    const hold = this.holds.get(id);
    const owner = hold && this.wallets.get(hold.wallet)?.ownerId;
    if (hold === undefined || (by.role === "user" && owner !== by.subject))
      throw new Refused("NOT_FOUND", { what: "holdId" });
    const late = hold.end === "expired" || (hold.end === undefined && hold.until <= now);
    if (late) throw new Refused("HOLD_EXPIRED", { expiredAt: new Date(hold.until).toISOString() });
    if (hold.end !== undefined) throw new Refused("HOLD_CLOSED", { status: hold.end });
    return hold;
  }

  #expectSuits(fromId: string, toId: string): void {
    if (fromId === toId) throw new Refused("SAME_WALLET", {});
    const [from, to] = [this.#wallet(fromId, "fromWalletId"), this.#wallet(toId, "toWalletId")];
    if (from.currency !== to.currency)
      throw new Refused("CURRENCY_MISMATCH", { from: from.currency, to: to.currency });
  }

  #expectVersion(wallet: ModelWallet, expected: bigint | undefined): void {
    const actual = wallet.moves.length;
    if (expected === undefined || Number(expected) === actual) return;
    throw new Refused("VERSION_CONFLICT", { expected: `${expected}`, actual: `${actual}` });
  }

  #expectFunds(id: string, required: number): void {
    const wallet = this.#wallet(id, "walletId");
    const available = this.#balance(wallet) - this.#held(id);
    const shortfall = required - (available - wallet.floor);
    if (shortfall <= 0) return;
    const told = { available: `${wallet.base + BigInt(available)}`, required: `${required}` };
    throw new Refused("INSUFFICIENT_FUNDS", { ...told, shortfall: `${shortfall}` });
  }

  #expectRoom(id: string, amount: number): void {
    const wallet = this.#wallet(id, "toWalletId");
    if (this.#balance(wallet) + amount > wallet.ceiling) throw new Refused("BALANCE_LIMIT", {});
  }

  #balance(wallet: ModelWallet): number {
    return sum(wallet.moves);
  }

  #held(id: string): number {
    const live = [...this.holds.values()].filter((hold) => hold.wallet === id && hold.end === undefined);
    return sum(live.map((hold) => hold.amount - sum(hold.parts)));
  }
}

export interface ModelWallet {
  readonly ownerId: string;
  readonly currency: string;
  /** What the balance may not fall below, and not rise above, counted from `base`. */
  readonly floor: number;
  readonly ceiling: number;
  /** Added when a balance is shown: a wallet near the limit counts in small numbers too. */
  readonly base: bigint;
  readonly moves: number[];
}

interface ModelHold {
  readonly wallet: string;
  readonly amount: number;
  readonly parts: number[];
  readonly until: number;
  end?: "captured" | "released" | "expired";
}

interface ModelCall {
  readonly by: Principal;
  readonly now: number;
  readonly newId: () => string;
}

export type Told =
  | { readonly ok: true; readonly data: object }
  | { readonly ok: false; readonly code: string; readonly details: object };

export class Refused extends Error {
  readonly code: string;
  readonly details: object;
  constructor(code: string, details: object) {
    super(code);
    this.code = code;
    this.details = details;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
