import { TERMS } from "../../terms.ts";
import type { AnswerUnderWay } from "./transcript.ts";

/** What a command on an answer asks of the wallet that pays for it, as far as it is told. */
export type WalletPart = Readonly<Record<string, unknown>>;

/** A part of the smallest unit counts as a whole one. */
export function priceOf(tokens: number): bigint {
  const [thousandths, whole] = [BigInt(tokens) * TERMS.pricePer1000Tokens, 1_000n];
  return thousandths / whole + (thousandths % whole === 0n ? 0n : 1n);
}

/** What an answer may cost at most is set aside before it begins. */
export function meterOf(walletId: string, answerId: string, nowMs: number): WalletPart {
  const expiresAt = new Date(nowMs + TERMS.holdSeconds * 1_000).toISOString();
  return { step: "hold", walletId, holdId: answerId, amount: `${priceOf(TERMS.maxTokens)}`, expiresAt };
}

/**
 * What its tokens cost beyond what was paid before, as far as the hold reaches; the last of it gives back the rest. `tokens` is
 * undefined for who only ends it. A hold whose time has come keeps what it has captured.
 */
export function payFor(
  { id, meter }: AnswerUnderWay,
  tokens: number | undefined,
  isLast: boolean,
  nowMs: number,
): WalletPart | undefined {
  if (meter === undefined || !meter.isOpen || meter.expiresAtMs <= nowMs) return undefined;
  const left = meter.amount - meter.captured;
  const cost = tokens === undefined ? 0n : priceOf(tokens) - meter.captured;
  const owed = cost > left ? left : cost;
  if (owed <= 0n) {
    if (!isLast) return undefined;
    return { step: "release", holdId: id, status: "released", captured: `${meter.captured}`, remaining: "0" };
  }
  const isOver = isLast || owed === left;
  return {
    step: "capture",
    holdId: id,
    status: isOver ? "captured" : "partially_captured",
    captured: `${meter.captured + owed}`,
    remaining: isOver ? "0" : `${left - owed}`,
  };
}
