import type { Wallet } from "../client-types.ts";
import { useHoldfast } from "../context.ts";
import { useTopics } from "../feed/use-topics.ts";
import { shareChanges } from "./wallet-cache.ts";

/** Keeps wallets that were read as they now are, wherever the page shows them. */
export function useLiveWallets(wallets: readonly Wallet[] | undefined): void {
  const scope = useHoldfast();
  const known = wallets?.map(({ walletId, version }) => ({ id: walletId, version })) ?? [];
  useTopics("wallet", known, (events) => shareChanges(scope, events));
}
