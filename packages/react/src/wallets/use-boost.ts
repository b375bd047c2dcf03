import type { BoostData, BoostInput, MutationError } from "../client-types.ts";
import { useHoldfast } from "../context.ts";
import { type IntentHandle, useIntent } from "../intents/use-intent.ts";
import { shareConfirmed } from "./wallet-cache.ts";

export type Boost = IntentHandle<BoostInput, BoostData, MutationError>;

/** Boosts from one wallet: one undecided boost at a time, and no figure changes before the answer is confirmed. */
export function useBoost(fromWalletId: string): Boost {
  const scope = useHoldfast();
  return useIntent(`boost:${fromWalletId}`, async (input: BoostInput, options) => {
    const result = await scope.client.wallets.boost.safe(input, options);
    if (result.ok) shareConfirmed(scope, result.data, input.toWalletId);
    return result;
  });
}
