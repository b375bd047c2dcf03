import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useHoldfast } from "../context.ts";
import { type PollOptions, usePollMs } from "../feed/use-poll-ms.ts";
import { walletQuery } from "./queries.ts";
import { useLiveWallets } from "./use-live-wallets.ts";

/** One wallet, live; read again on focus, and every `pollMs` milliseconds while the change feed is away (not by default). */
export function useWallet(walletId: string, options: PollOptions = {}) {
  const scope = useHoldfast();
  const refetchInterval = usePollMs(options);
  const wallet = useQuery({ ...walletQuery(scope, walletId), refetchInterval }, scope.queryClient);
  useLiveWallets(wallet.data && [wallet.data]);
  return wallet;
}

/** `useWallet` that suspends until the wallet is read, and throws what went wrong to the nearest error boundary. */
export function useSuspenseWallet(walletId: string, options: PollOptions = {}) {
  const scope = useHoldfast();
  const refetchInterval = usePollMs(options);
  const wallet = useSuspenseQuery({ ...walletQuery(scope, walletId), refetchInterval }, scope.queryClient);
  useLiveWallets([wallet.data]);
  return wallet;
}
