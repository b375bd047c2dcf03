import { useQuery } from "@tanstack/react-query";
import type { Wallet } from "../client-types.ts";
import { useHoldfast } from "../provider.tsx";
import { queryKeys } from "../query-keys.ts";
import { mergeWallets } from "./merge.ts";
import { shareReads } from "./wallet-cache.ts";

/** The signed-in person's wallets, read again on focus and every `pollMs` milliseconds (not at all by default). */
export function useWallets(options: { pollMs?: number } = {}) {
  const scope = useHoldfast();
  return useQuery(
    {
      queryKey: queryKeys.wallets(scope.identity),
      queryFn: async ({ signal }) => {
        const wallets = await scope.client.wallets.mine({}, { signal });
        shareReads(scope, wallets);
        return wallets;
      },
      // Runs at the moment of writing to the cache, so no answer can slip in between.
      structuralSharing: (cached, read) => mergeWallets(cached as Wallet[] | undefined, read as Wallet[]),
      refetchInterval: options.pollMs ?? false,
    },
    scope.queryClient,
  );
}
