/** A listener pays from a wallet; `id` names this very boost, however often it is sent. */
export interface Boost {
  readonly id: string;
  /** Counted from 1. */
  readonly wallet: number;
  readonly amount: number;
}

/** The same in Holdfast, by their ids there. */
export interface House {
  readonly wallets: readonly string[];
  readonly podcaster: string;
}

export const OPENING = 75;
export const AMOUNT = 50;
