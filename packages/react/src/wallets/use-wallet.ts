import { useQuery } from "@tanstack/react-query";
import type { Wallet } from "../client-types.ts";
import { useHoldfast } from "../provider.tsx";
import { queryKeys } from "../query-keys.ts";
import { mergeWallet } from "./merge.ts";
import { shareReads } from "./wallet-cache.ts";

/** One wallet, read again on focus and every `pollMs` milliseconds (not at all by default). */
export function useWallet(walletId: string, options: { pollMs?: number } = {}) {
  const scope = useHoldfast();
  return useQuery(
    {
      queryKey: queryKeys.wallet(scope.identity, walletId),
      queryFn: async ({ signal }) => {
        const wallet = await scope.client.wallets.get({ walletId }, { signal });
        shareReads(scope, [wallet]);
        return wallet;
      },
      structuralSharing: (cached, read) => mergeWallet(cached as Wallet | undefined, read as Wallet),
      refetchInterval: options.pollMs ?? false,
    },
    scope.queryClient,
  );
}
