/** `id` is made by the caller and stays the same when the call is sent again. */
export interface Withdrawal {
  readonly id: string;
  readonly amount: number;
}

export interface House {
  readonly wallet: string;
}

/** The only wallet. */
export const WALLET = 1;
export const AMOUNT = 10;
