import { useQuery } from "@tanstack/react-query";
import type { Wallet } from "../client-types.ts";
import { useFeedState } from "../feed/use-feed-state.ts";
import { useTopics } from "../feed/use-topics.ts";
import { useHoldfast } from "../provider.tsx";
import { queryKeys } from "../query-keys.ts";
import { mergeWallet } from "./merge.ts";
import { shareChanges, shareReads } from "./wallet-cache.ts";

/** One wallet, live; read again on focus, and every `pollMs` milliseconds while the change feed is away (not by default). */
export function useWallet(walletId: string, options: { pollMs?: number } = {}) {
  const scope = useHoldfast();
  const isLive = useFeedState() === "live";
  const wallet = useQuery(
    {
      queryKey: queryKeys.wallet(scope.identity, walletId),
      queryFn: async ({ signal }) => {
        const wallet = await scope.client.wallets.get({ walletId }, { signal });
        shareReads(scope, [wallet]);
        return wallet;
      },
      structuralSharing: (cached, read) => mergeWallet(cached as Wallet | undefined, read as Wallet),
      refetchInterval: isLive ? false : (options.pollMs ?? false),
    },
    scope.queryClient,
  );
  const known = wallet.data === undefined ? [] : [{ id: walletId, version: wallet.data.version }];
  useTopics("wallet", known, (events) => shareChanges(scope, events));
  return wallet;
}
