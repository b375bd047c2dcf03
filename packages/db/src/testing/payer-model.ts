import type { AnswerTerms } from "../conversations/terms.ts";
import type { Principal } from "../principal.ts";
import { Refused, type WalletModel } from "./wallet-model.ts";

/** What a command does to the wallet that pays, as it is told. */
export interface Paid {
  readonly wallet: { readonly step: string; readonly operationId: string; readonly holdId: string };
}

interface PaidAnswer {
  readonly id: string;
  readonly paid: boolean;
}

interface PayerCall {
  readonly by: Principal;
  readonly now: number;
  readonly operationId: string;
  readonly newId: () => string;
}

/** How wallets pay for answers, written a second time: by the wallets of their own model. */
export class PayerModel {
  readonly #terms: AnswerTerms;
  readonly #wallets: WalletModel;

  constructor(terms: AnswerTerms, wallets: WalletModel) {
    this.#terms = terms;
    this.#wallets = wallets;
  }

  #price(tokens: number): number {
    return Math.ceil((tokens * Number(this.#terms.pricePer1000Tokens)) / 1000);
  }

  hold(walletId: string | undefined, call: PayerCall): Paid | undefined {
    if (walletId === undefined) return undefined;
    const amount = BigInt(this.#price(this.#terms.maxTokens));
    return this.#step("hold", { walletId, amount, expiresInSeconds: this.#terms.holdSeconds }, call);
  }

  /** Who lets a message wait names a wallet of theirs, though nothing is held yet. */
  mayName(walletId: string | undefined, { by }: PayerCall): void {
    const owner = walletId === undefined ? by.subject : this.#wallets.wallets.get(walletId)?.ownerId;
    if (owner === undefined || (by.role === "user" && owner !== by.subject))
      throw new Refused("NOT_FOUND", { what: "walletId" });
  }

  /** A hold that has ended, by the clock or because all of it was captured, is asked for nothing more. */
  pay(answer: PaidAnswer, tokens: number, last: boolean, call: PayerCall): Paid | undefined {
    const hold = answer.paid ? this.#wallets.holds.get(answer.id) : undefined;
    if (hold === undefined || hold.end !== undefined || hold.until <= call.now) return undefined;
    const captured = hold.parts.reduce((sum, part) => sum + part, 0);
    const owed = Math.min(this.#price(tokens), hold.amount) - captured;
    if (owed <= 0) return last ? this.free(answer, call) : undefined;
    return this.#step("capture", { holdId: answer.id, amount: BigInt(owed), final: last }, asService(call));
  }

  free(answer: PaidAnswer, call: PayerCall): Paid | undefined {
    const hold = answer.paid ? this.#wallets.holds.get(answer.id) : undefined;
    if (hold === undefined || hold.end !== undefined || hold.until <= call.now) return undefined;
    return this.#step("release", { holdId: answer.id }, asService(call));
  }

  #step(
    step: "hold" | "capture" | "release",
    input: object,
    { by, now, newId, operationId }: PayerCall,
  ): Paid {
    const command = { kind: `wallets.${step}`, idempotencyKey: "key", ...input };
    const told = this.#wallets.run(command as never, by, now, newId);
    if (!told.ok) throw new Refused(told.code, told.details);
    return { wallet: { step, operationId, ...(told.data as { holdId: string }) } };
  }
}

function asService(call: PayerCall): PayerCall {
  return { ...call, by: { ...call.by, role: "service" } };
}
