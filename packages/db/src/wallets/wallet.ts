import type { HoldStatus } from "./commands.ts";

export interface Wallet {
  readonly id: string;
  readonly ownerId: string;
  readonly currency: string;
  readonly balance: bigint;
  readonly held: bigint;
  readonly minBalance: bigint;
  readonly version: bigint;
  /** Where in its table the row was left, as far as that is remembered; set when the answer is there. */
  place?: string | undefined;
}

export interface Hold {
  readonly id: string;
  readonly walletId: string;
  readonly amount: bigint;
  readonly captured: bigint;
  readonly status: HoldStatus;
  readonly expiresAtMs: number;
}

/** What a decision changes. `move` is one history entry of one wallet, and advances its version by one. */
export type WalletChange =
  | { readonly type: "open"; readonly wallet: Wallet }
  | { readonly type: "move"; readonly walletId: string; readonly amount: bigint; readonly heldChange: bigint }
  | { readonly type: "place-hold"; readonly hold: Hold }
  | { readonly type: "settle-hold"; readonly hold: Hold };

export interface Entry {
  readonly walletId: string;
  readonly version: bigint;
  readonly operationId: string;
  readonly amount: bigint;
  readonly heldChange: bigint;
  readonly balanceAfter: bigint;
  readonly heldAfter: bigint;
}

/** The wallets and holds of one batch: as they were locked, as they are after each decision, and what to write. */
export class WalletRows {
  readonly wallets = new Map<string, Wallet>();
  /** The wallets as they were recalled, when they were not locked. */
  readonly recalled = new Map<string, Wallet>();
  /** Where in their tables the lock found wallets and holds, by id. */
  readonly places = new Map<string, string>();
  readonly holds = new Map<string, Hold>();
  readonly entries: Entry[] = [];
  readonly opened: { wallet: Wallet; operationId: string }[] = [];
  readonly placed: { hold: Hold; operationId: string }[] = [];
  readonly settled = new Map<string, Hold>();

  /** A copy whose changes don't show here: for an atomic batch that may yet be refused. */
  fork(): WalletRows {
    const fork = new WalletRows();
    for (const wallet of this.wallets.values()) fork.wallets.set(wallet.id, wallet);
    for (const hold of this.holds.values()) fork.holds.set(hold.id, hold);
    return fork;
  }

  static recall(wallets: readonly Wallet[]): WalletRows {
    const rows = new WalletRows();
    for (const wallet of wallets) {
      rows.recalled.set(wallet.id, wallet);
      rows.wallets.set(wallet.id, wallet);
    }
    return rows;
  }

  placeOf(id: string): string {
    const place = this.places.get(id);
    if (place === undefined) throw new TypeError("what changes is a row that was there, and locked, before");
    return place;
  }

  apply(change: WalletChange, operationId: string): void {
    switch (change.type) {
      case "open":
        this.wallets.set(change.wallet.id, change.wallet);
        this.opened.push({ wallet: change.wallet, operationId });
        return;
      case "move": {
        const before = this.wallets.get(change.walletId);
        if (before === undefined)
          throw new TypeError("a decision moved credit of a wallet that is not locked");
        const wallet = moved(before, change.amount, change.heldChange);
        this.wallets.set(wallet.id, wallet);
        const { amount, heldChange } = change;
        const { version, balance: balanceAfter, held: heldAfter } = wallet;
        this.entries.push({
          walletId: wallet.id,
          version,
          operationId,
          amount,
          heldChange,
          balanceAfter,
          heldAfter,
        });
        return;
      }
      case "place-hold":
        this.holds.set(change.hold.id, change.hold);
        this.placed.push({ hold: change.hold, operationId });
        return;
      case "settle-hold":
        this.holds.set(change.hold.id, change.hold);
        this.settled.set(change.hold.id, change.hold);
    }
  }
}

/** The wallet after one entry. Field by field: as a spread, this innermost step of a batch was the dearest function of it. */
export function moved(wallet: Wallet, amount: bigint, heldChange: bigint): Wallet {
  return {
    id: wallet.id,
    ownerId: wallet.ownerId,
    currency: wallet.currency,
    balance: wallet.balance + amount,
    held: wallet.held + heldChange,
    minBalance: wallet.minBalance,
    version: wallet.version + 1n,
    place: undefined,
  };
}
