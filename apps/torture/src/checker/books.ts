import type { Done, Pledge, Purse, World } from "./model.ts";

const NOTHING: World = { wallet: () => undefined, hold: () => undefined };

/** How things stand in the model. Over a `base` it is a scratch copy: the base is read and never changed. */
export class Books implements World {
  readonly #purses = new Map<string, Purse>();
  readonly #pledges = new Map<string, Pledge>();
  readonly #base: World;

  constructor(base: World = NOTHING) {
    this.#base = base;
  }

  wallet(id: string): Purse | undefined {
    return this.#purses.get(id) ?? this.#base.wallet(id);
  }

  hold(id: string): Pledge | undefined {
    return this.#pledges.get(id) ?? this.#base.hold(id);
  }

  pledges(): ReadonlyMap<string, Pledge> {
    return this.#pledges;
  }

  setWallet(purse: Purse): void {
    this.#purses.set(purse.id, purse);
  }

  setHold(id: string, pledge: Pledge): void {
    this.#pledges.set(id, pledge);
  }

  /** Carries out what a step came to. Wallets that are not known are left out. */
  apply({ opened, moves, hold }: Done): void {
    if (opened !== undefined) this.setWallet(opened);
    for (const { walletId, amount, heldChange } of moves) {
      const purse = this.wallet(walletId);
      if (purse === undefined || purse.loose) continue;
      const { balance, held, version } = purse;
      this.setWallet({ ...purse, balance: balance + amount, held: held + heldChange, version: version + 1 });
    }
    if (hold !== undefined) this.setHold(hold.id, hold.pledge);
  }
}
