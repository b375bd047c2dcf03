import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useHoldfast } from "../context.ts";
import { type PollOptions, usePollMs } from "../feed/use-poll-ms.ts";
import { walletsQuery } from "./queries.ts";
import { useLiveWallets } from "./use-live-wallets.ts";

/** The signed-in person's wallets, live; read again on focus, and every `pollMs` milliseconds while the change feed is away. */
export function useWallets(options: PollOptions = {}) {
  const scope = useHoldfast();
  const refetchInterval = usePollMs(options);
  const wallets = useQuery({ ...walletsQuery(scope), refetchInterval }, scope.queryClient);
  useLiveWallets(wallets.data);
  return wallets;
}

/** `useWallets` that suspends until they are read, and throws what went wrong to the nearest error boundary. */
export function useSuspenseWallets(options: PollOptions = {}) {
  const scope = useHoldfast();
  const refetchInterval = usePollMs(options);
  const wallets = useSuspenseQuery({ ...walletsQuery(scope), refetchInterval }, scope.queryClient);
  useLiveWallets(wallets.data);
  return wallets;
}
