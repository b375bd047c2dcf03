import type { ChangeEvent } from "@holdfast/client";
import type { QueryClient } from "@tanstack/react-query";
import type { Wallet, WalletState } from "../client-types.ts";
import { queryKeys } from "../query-keys.ts";
import { readAgain } from "../read-again.ts";
import { mergeState, mergeWallet } from "./merge.ts";

interface Scope {
  readonly queryClient: QueryClient;
  readonly identity: string;
}

/** Shares what one read told with the other places that show the wallet, so a screen never shows two versions. */
export function shareReads({ queryClient, identity }: Scope, wallets: readonly Wallet[]): void {
  const byId = new Map(wallets.map((wallet) => [wallet.walletId, wallet]));
  const newest = (cached: Wallet) => mergeWallet(cached, byId.get(cached.walletId) ?? cached);
  update(queryClient, identity, [...byId.keys()], newest);
}

/** Writes what the change feed tells of a wallet, or reads it anew where the feed has left something out. */
export function shareChanges({ queryClient, identity }: Scope, events: readonly ChangeEvent[]): void {
  for (const event of events) {
    const walletId = event.topic.id;
    if (event.type === "change") {
      const state = event.data as unknown as WalletState;
      update(queryClient, identity, [walletId], (cached) => mergeState(cached, state));
    } else {
      void queryClient.invalidateQueries({ queryKey: queryKeys.wallet(identity, walletId) });
      void queryClient.invalidateQueries({ queryKey: queryKeys.wallets(identity) });
    }
  }
}

/** Writes a confirmed mutation's answer: the other way a figure changes. */
export function shareConfirmed(scope: Scope, state: WalletState, otherWalletId?: string): void {
  const { queryClient, identity } = scope;
  update(queryClient, identity, [state.walletId], (cached) => mergeState(cached, state));
  for (const walletId of otherWalletId ? [state.walletId, otherWalletId] : [state.walletId]) {
    void queryClient.invalidateQueries({ queryKey: queryKeys.history(identity, walletId) });
  }
  // The other side may be the same person's wallet; its new balance is read, not guessed.
  if (otherWalletId) void readAgain(queryClient, queryKeys.wallets(identity));
}

function update(
  queryClient: QueryClient,
  identity: string,
  walletIds: string[],
  change: (cached: Wallet) => Wallet,
) {
  const changed = (before: Wallet) => {
    const after = change(before);
    return after === before ? undefined : after;
  };
  queryClient.setQueryData<Wallet[]>(queryKeys.wallets(identity), (cached) =>
    cached?.some(changed) ? cached.map(change) : undefined,
  );
  for (const walletId of walletIds) {
    // `undefined` leaves an entry, and the time of its last read, as they are.
    queryClient.setQueryData<Wallet>(
      queryKeys.wallet(identity, walletId),
      (cached) => cached && changed(cached),
    );
  }
}
