import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { HistoryPage } from "../client-types.ts";
import { useTopics } from "../feed/use-topics.ts";
import { useHoldfast } from "../provider.tsx";
import { queryKeys } from "../query-keys.ts";
import { type History, knownPage, mergeHistory } from "./merge.ts";

export interface WalletHistoryOptions {
  /** Rows a page. */
  readonly limit?: number;
  /** The wallet's version where it is known: a history whose newest row is older is read again. */
  readonly version?: string | undefined;
  /** Whether there is a wallet to read: true when left out. */
  readonly enabled?: boolean;
}

/** A wallet's history, live, newest row first; `fetchNextPage` reads older rows, a refetch only newer ones. */
export function useWalletHistory(
  walletId: string,
  { limit = 25, version, enabled = true }: WalletHistoryOptions = {},
) {
  const { client, queryClient, identity } = useHoldfast();
  const queryKey = queryKeys.history(identity, walletId);
  const history = useInfiniteQuery(
    {
      queryKey,
      enabled,
      queryFn: ({ pageParam, signal }: { pageParam: string | undefined; signal: AbortSignal }) => {
        if (pageParam === undefined) return client.wallets.history({ walletId, limit }, { signal });
        const before = BigInt(pageParam);
        // Rows never change: once read, an older page is not asked for again when the newest is.
        const known = knownPage(queryClient.getQueryData<History>(queryKey), before, limit);
        return known ?? client.wallets.history({ walletId, limit, before }, { signal });
      },
      initialPageParam: undefined,
      getNextPageParam: (page: HistoryPage): string | undefined => page.next ?? undefined,
      structuralSharing: (cached, read) => mergeHistory(cached as History | undefined, read as History),
    },
    queryClient,
  );

  const { data, isFetching, refetch } = history;
  const newest = data && (data.pages[0]?.entries[0]?.version ?? "0");
  const [told, setTold] = useState({ walletId, version: "0" });
  useTopics("wallet", newest === undefined ? [] : [{ id: walletId, version: newest }], (events) => {
    setTold({ walletId, version: events.at(-1)?.version ?? "0" });
  });
  const latest = newer(version, told.walletId === walletId ? told.version : undefined);
  const asked = useRef("");
  useEffect(() => {
    // One read at a time: a busy wallet changes faster than it is read, and each change would end the read before it.
    if (isFetching || newest === undefined || latest === undefined || BigInt(newest) >= BigInt(latest))
      return;
    // Once per new version, so a server that lags is not asked in a loop.
    if (asked.current === `${walletId} ${latest}`) return;
    asked.current = `${walletId} ${latest}`;
    void refetch({ cancelRefetch: false });
  }, [isFetching, newest, latest, walletId, refetch]);

  return history;
}

function newer(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return BigInt(a) < BigInt(b) ? b : a;
}
