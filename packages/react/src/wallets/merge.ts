import type { InfiniteData } from "@tanstack/react-query";
import type { HistoryPage, Wallet, WalletState } from "../client-types.ts";

/** Answers overtake each other on the network. The version, advanced under the wallet's lock, tells which is newer. */
export function isOlder(a: { version: string }, b: { version: string }): boolean {
  return BigInt(a.version) < BigInt(b.version);
}

/** A wallet just read against the one in the cache. On equal versions the read wins: a hold may have expired since. */
export function mergeWallet(cached: Wallet | undefined, read: Wallet): Wallet {
  return cached && cached.walletId === read.walletId && isOlder(read, cached) ? cached : read;
}

/** The wallets of a list just read, each at its newest known version; membership and order as read. */
export function mergeWallets(cached: readonly Wallet[] | undefined, read: readonly Wallet[]): Wallet[] {
  const byId = new Map(cached?.map((wallet) => [wallet.walletId, wallet]));
  return read.map((wallet) => mergeWallet(byId.get(wallet.walletId), wallet));
}

/** What a confirmed mutation tells, only if newer: a replayed answer repeats the past. */
export function mergeState(cached: Wallet, state: WalletState): Wallet {
  if (cached.walletId !== state.walletId || !isOlder(cached, state)) return cached;
  const { balance, held, available, version } = state;
  return { ...cached, balance, held, available, version };
}

export type History = InfiniteData<HistoryPage, string | undefined>;

/** History rows never change; a read that began before a newer row was seen must not take the row away. */
export function mergeHistory(cached: History | undefined, read: History): History {
  const newestCached = cached?.pages[0]?.entries[0];
  const newestRead = read.pages[0]?.entries[0];
  if (!cached || !newestCached) return read;
  return !newestRead || isOlder(newestRead, newestCached) ? cached : read;
}

/** The page of rows before a version, if the cache holds all of it. Versions have no gaps, so a full run is the page. */
export function knownPage(
  cached: History | undefined,
  before: bigint,
  limit: number,
): HistoryPage | undefined {
  const rows = cached?.pages.flatMap((page) => page.entries) ?? [];
  const start = rows.findIndex((row) => BigInt(row.version) === before - 1n);
  const entries = start < 0 ? [] : rows.slice(start, start + limit);
  const last = entries.at(-1)?.version;
  const first = last === "1";
  if (last === undefined || (entries.length < limit && !first)) return undefined;
  if (BigInt(last) !== before - BigInt(entries.length)) return undefined;
  return { entries, next: first ? null : last };
}
