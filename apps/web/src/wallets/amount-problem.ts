import type { Wallet } from "@holdfast/react";
import { formatAmount, parseAmount } from "../ui/format.ts";

/** The largest amount that one command takes. */
const MAX_AMOUNT = 1_000_000_000_000_000n;

/** What is wrong with an amount as typed, in words. What the wallet can bear is for the server to say. */
export function amountProblem(text: string): string | undefined {
  if (!text.trim()) return "Enter an amount.";
  const amount = parseAmount(text);
  if (amount === undefined) return "A whole number, without a point or a sign.";
  if (amount === "0") return "At least 1.";
  if (BigInt(amount) > MAX_AMOUNT) return `At most ${formatAmount(String(MAX_AMOUNT))}.`;
  return undefined;
}

/** A word of warning, which stops nobody: the figures here may be old by the time the server decides. */
export function amountHint(text: string, wallet: Wallet): string | undefined {
  const amount = parseAmount(text);
  const available = BigInt(wallet.available) - BigInt(wallet.minBalance);
  if (amount === undefined || BigInt(amount) <= available) return undefined;
  return `More than the ${formatAmount(String(available))} that were available when last read. The server decides.`;
}
