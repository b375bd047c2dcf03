import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { HistoryPage, MutationError, Wallet } from "../client-types.ts";
import { queryKeys } from "../query-keys.ts";
import { BY_THE_CLIENT, type Reader } from "../reader.ts";
import { type History, knownPage, mergeHistory, mergeWallet, mergeWallets } from "./merge.ts";
import { shareReads } from "./wallet-cache.ts";

/** What `useWallet` reads: for `prefetchQuery`, a router's loader, or a server. */
export function walletQuery({ client, identity }: Reader, walletId: string) {
  return queryOptions<Wallet, MutationError>({
    ...BY_THE_CLIENT,
    queryKey: queryKeys.wallet(identity, walletId),
    queryFn: async ({ signal, client: queryClient }) => {
      const wallet = await client.wallets.get({ walletId }, { signal });
      shareReads({ queryClient, identity }, [wallet]);
      return wallet;
    },
    structuralSharing: (cached, read) => mergeWallet(cached as Wallet | undefined, read as Wallet),
  });
}

/** What `useWallets` reads. */
export function walletsQuery({ client, identity }: Reader) {
  return queryOptions<Wallet[], MutationError>({
    ...BY_THE_CLIENT,
    queryKey: queryKeys.wallets(identity),
    queryFn: async ({ signal, client: queryClient }) => {
      const wallets = await client.wallets.mine({}, { signal });
      shareReads({ queryClient, identity }, wallets);
      return wallets;
    },
    // Runs at the moment of writing to the cache, so no answer can slip in between.
    structuralSharing: (cached, read) => mergeWallets(cached as Wallet[] | undefined, read as Wallet[]),
  });
}

/** What `useWalletHistory` reads: `limit` rows a page. */
export function walletHistoryQuery({ client, identity }: Reader, walletId: string, limit = 25) {
  const queryKey = queryKeys.history(identity, walletId);
  return infiniteQueryOptions<HistoryPage, MutationError, History, typeof queryKey, string | undefined>({
    ...BY_THE_CLIENT,
    queryKey,
    queryFn: ({ pageParam, signal, client: queryClient }) => {
      if (pageParam === undefined) return client.wallets.history({ walletId, limit }, { signal });
      const before = BigInt(pageParam);
      // Rows never change: once read, an older page is not asked for again when the newest is.
      const known = knownPage(queryClient.getQueryData<History>(queryKey), before, limit);
      return known ?? client.wallets.history({ walletId, limit, before }, { signal });
    },
    initialPageParam: undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    structuralSharing: (cached, read) => mergeHistory(cached as History | undefined, read as History),
  });
}
