import { useInfiniteQuery, useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useHoldfast } from "../context.ts";
import { useTopics } from "../feed/use-topics.ts";
import type { History } from "./merge.ts";
import { walletHistoryQuery } from "./queries.ts";

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
  { limit, version, enabled = true }: WalletHistoryOptions = {},
) {
  const scope = useHoldfast();
  const history = useInfiniteQuery(
    { ...walletHistoryQuery(scope, walletId, limit), enabled },
    scope.queryClient,
  );
  useLiveHistory(walletId, history, version);
  return history;
}

/** `useWalletHistory` that suspends until the first page is read, and throws what went wrong to the nearest error boundary. */
export function useSuspenseWalletHistory(
  walletId: string,
  { limit, version }: Omit<WalletHistoryOptions, "enabled"> = {},
) {
  const scope = useHoldfast();
  const history = useSuspenseInfiniteQuery(walletHistoryQuery(scope, walletId, limit), scope.queryClient);
  useLiveHistory(walletId, history, version);
  return history;
}

interface ReadHistory {
  readonly data: History | undefined;
  readonly isFetching: boolean;
  refetch(options: { cancelRefetch: false }): Promise<unknown>;
}

/** Reads on whenever the wallet is known to have a newer version than the newest row. */
function useLiveHistory(
  walletId: string,
  { data, isFetching, refetch }: ReadHistory,
  version: string | undefined,
): void {
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
}

function newer(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return BigInt(a) < BigInt(b) ? b : a;
}
