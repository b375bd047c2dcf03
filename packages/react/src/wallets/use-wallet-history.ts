import { type InfiniteData, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { HistoryPage } from "../client-types.ts";
import { useHoldfast } from "../provider.tsx";
import { queryKeys } from "../query-keys.ts";
import { mergeHistory } from "./merge.ts";

export interface WalletHistoryOptions {
  /** Rows a page. */
  readonly limit?: number;
  /** The wallet's version where it is known: a history whose newest row is older is read again. */
  readonly version?: string | undefined;
}

/** A wallet's history, newest row first; `fetchNextPage` reads older rows. */
export function useWalletHistory(walletId: string, { limit = 25, version }: WalletHistoryOptions = {}) {
  const { client, queryClient, identity } = useHoldfast();
  const history = useInfiniteQuery(
    {
      queryKey: queryKeys.history(identity, walletId),
      queryFn: ({ pageParam }: { pageParam: string | undefined }) =>
        client.wallets.history({ walletId, limit, ...(pageParam !== undefined && { before: pageParam }) }),
      initialPageParam: undefined,
      getNextPageParam: (page: HistoryPage): string | undefined => page.next ?? undefined,
      structuralSharing: (cached, read) => mergeHistory(cached as History | undefined, read as History),
    },
    queryClient,
  );

  const newest = history.data?.pages[0]?.entries[0]?.version;
  const { refetch } = history;
  // Runs once per new version, so a server that lags is not asked in a loop.
  useEffect(() => {
    if (newest !== undefined && version !== undefined && BigInt(newest) < BigInt(version)) void refetch();
  }, [newest, version, refetch]);

  return history;
}

type History = InfiniteData<HistoryPage, string | undefined>;
