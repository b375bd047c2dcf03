import { TERMS } from "../../terms.ts";
import { resultOf, type Step, type Taken, textIn } from "../steps.ts";
import type { OperationRow } from "../tables.ts";
import { priceOf } from "./meter.ts";

/** What the wallets are asked for, for an answer that one of them pays for. */
export function holdFor({ walletId }: Readonly<Record<string, unknown>>): Step {
  const amount = `${priceOf(TERMS.maxTokens)}`;
  return { kind: "hold", walletId: `${walletId}`.toLowerCase(), amount, expiresInSeconds: TERMS.holdSeconds };
}

/**
 * What an operation on conversations did to a wallet by its own word, or was refused by it. Whether that is what it had to do is
 * judged where conversations are.
 */
export function meteredBy({ kind, input, outcome }: OperationRow): Taken[] {
  const whole = resultOf(outcome);
  if (!whole.ok) {
    const isRefused = whole.code === "INSUFFICIENT_FUNDS" && textIn(input, "walletId") !== undefined;
    return isRefused ? [{ step: holdFor(input), result: whole }] : [];
  }
  const { wallet: paid, answer } = whole.data as {
    wallet?: Readonly<Record<string, unknown>>;
    answer?: unknown;
  };
  if (kind === "conversations.answer" && answer === null)
    return [{ step: holdFor(input), result: { ok: false, code: "INSUFFICIENT_FUNDS", details: undefined } }];
  if (paid === undefined) return [];
  const { step: name, ...data } = paid;
  const result = { ok: true, data } as const;
  if (name === "hold") return [{ step: holdFor(input), result }];
  const named = { kind: `${name}`, holdId: textIn(data, "holdId") ?? "" };
  if (name === "release") return [{ step: named, result, asService: true }];
  const final = kind === "conversations.settle";
  return [{ step: { ...named, upTo: textIn(data, "captured") ?? "0", final }, result, asService: true }];
}
