import { useQuery } from "@tanstack/react-query";
import type { Wallet } from "../client-types.ts";
import { useFeedState } from "../feed/use-feed-state.ts";
import { useTopics } from "../feed/use-topics.ts";
import { useHoldfast } from "../provider.tsx";
import { queryKeys } from "../query-keys.ts";
import { mergeWallets } from "./merge.ts";
import { shareChanges, shareReads } from "./wallet-cache.ts";

/** The signed-in person's wallets, live; read again on focus, and every `pollMs` milliseconds while the change feed is away. */
export function useWallets(options: { pollMs?: number } = {}) {
  const scope = useHoldfast();
  const isLive = useFeedState() === "live";
  const wallets = useQuery(
    {
      queryKey: queryKeys.wallets(scope.identity),
      queryFn: async ({ signal }) => {
        const wallets = await scope.client.wallets.mine({}, { signal });
        shareReads(scope, wallets);
        return wallets;
      },
      // Runs at the moment of writing to the cache, so no answer can slip in between.
      structuralSharing: (cached, read) => mergeWallets(cached as Wallet[] | undefined, read as Wallet[]),
      refetchInterval: isLive ? false : (options.pollMs ?? false),
    },
    scope.queryClient,
  );
  const known = wallets.data?.map(({ walletId, version }) => ({ id: walletId, version })) ?? [];
  useTopics("wallet", known, (events) => shareChanges(scope, events));
  return wallets;
}
