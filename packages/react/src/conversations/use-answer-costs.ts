import { useMemo } from "react";
import type { HistoryEntry } from "../client-types.ts";
import { useWalletHistory } from "../wallets/use-wallet-history.ts";

/** What a hold came to, in the smallest unit of the wallet's currency. */
export interface AnswerCost {
  /** What was set aside when the answer began. */
  readonly held: bigint;
  /** What was paid so far. */
  readonly captured: bigint;
  /** What is still set aside; 0 once the answer has ended. */
  readonly remaining: bigint;
}

/**
 * What the last answers cost a wallet, by the answer's id: the hold for an answer bears its id. From the wallet's history, so
 * confirmed. Nothing without a wallet.
 */
export function useAnswerCosts(walletId: string | undefined): ReadonlyMap<string, AnswerCost> {
  const { data } = useWalletHistory(walletId ?? "", { limit: 100, enabled: walletId !== undefined });
  return useMemo(() => costsOf(data?.pages.flatMap(({ entries }) => entries) ?? []), [data]);
}

/** `entries` are newest first. A hold whose beginning is further back than they reach is left out. */
function costsOf(entries: readonly HistoryEntry[]): ReadonlyMap<string, AnswerCost> {
  const costs = new Map<string, AnswerCost>();
  for (const { holdId, amount, heldChange } of entries.toReversed()) {
    if (holdId === undefined) continue;
    const before = costs.get(holdId);
    const change = BigInt(heldChange);
    if (before === undefined && change > 0n)
      costs.set(holdId, { held: change, captured: 0n, remaining: change });
    if (before !== undefined)
      costs.set(holdId, {
        ...before,
        captured: before.captured - BigInt(amount),
        remaining: before.remaining + change,
      });
  }
  return costs;
}
