import type { Asked } from "../story.ts";
import { type Counted, countUpdates } from "./count-updates.ts";

/** Wallets as the rows have them at the end, and the history that was written beside them. */
export interface WalletRows {
  readonly wallets: readonly {
    readonly name: string;
    /** Before the first call. */
    readonly opening: number;
    readonly balance: number;
  }[];
  readonly entries: readonly { readonly wallet: string; readonly call: string; readonly amount: number }[];
}

export interface CountedBalances extends Counted {
  /** Of the updates in the history, those that no balance shows: a part of `lost`. */
  readonly unseen: number;
  /** A wallet that is wrong, or else the first one. */
  readonly example: WalletRows["wallets"][number];
}

/**
 * Promises against the history, and the history against the balances: an update that was overwritten stands in the one and is
 * missing in the other.
 *
 * @param amount of every update.
 */
export function countBalances(
  asked: readonly Asked<{ readonly id: string }>[],
  { wallets, entries }: WalletRows,
  amount: number,
): CountedBalances {
  const counted = countUpdates(
    asked,
    entries.map(({ call }) => call),
  );
  let unseen = 0;
  let [example] = wallets;
  let wrong = false;
  for (const wallet of wallets) {
    const moved = entriesOf(entries, wallet.name).reduce((sum, entry) => sum + entry.amount, 0);
    const off = Math.abs(wallet.opening + moved - wallet.balance);
    unseen += Math.ceil(off / Math.abs(amount));
    if (!wrong && (off > 0 || wallet.balance < 0)) {
      example = wallet;
      wrong = true;
    }
  }
  if (example === undefined) throw new RangeError("there is no wallet to judge");
  return { lost: counted.lost + unseen, doubled: counted.doubled, unseen, example };
}

export function entriesOf(entries: WalletRows["entries"], wallet: string): WalletRows["entries"] {
  return entries.filter((entry) => entry.wallet === wallet);
}
