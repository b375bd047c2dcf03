import type { MutationError, TransferData, TransferInput } from "../client-types.ts";
import { useHoldfast } from "../context.ts";
import { type IntentHandle, useIntent } from "../intents/use-intent.ts";
import { shareConfirmed } from "./wallet-cache.ts";

export type Transfer = IntentHandle<TransferInput, TransferData, MutationError>;

/** Transfers from one wallet: one undecided transfer at a time, and no figure changes before the answer is confirmed. */
export function useTransfer(fromWalletId: string): Transfer {
  const scope = useHoldfast();
  return useIntent(`transfer:${fromWalletId}`, async (input: TransferInput, options) => {
    const result = await scope.client.wallets.transfer.safe(input, options);
    if (result.ok) shareConfirmed(scope, result.data, input.toWalletId);
    return result;
  });
}
