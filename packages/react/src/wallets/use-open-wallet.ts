import type { MutationError, OpenData, OpenInput } from "../client-types.ts";
import { useHoldfast } from "../context.ts";
import { type IntentHandle, useIntent } from "../intents/use-intent.ts";
import { queryKeys } from "../query-keys.ts";
import { readAgain } from "../read-again.ts";

export type OpenWallet = IntentHandle<OpenInput, OpenData, MutationError>;

/** Opens a wallet of the signed-in person's; while one is being opened there is no second. */
export function useOpenWallet(): OpenWallet {
  const { client, queryClient, identity } = useHoldfast();
  return useIntent("wallets.open", async (input: OpenInput, options) => {
    const opened = await client.wallets.open.safe(input, options);
    if (opened.ok) void readAgain(queryClient, queryKeys.wallets(identity));
    return opened;
  });
}
