/** Credit that was bought. Whoever delivers it sends the same id each time. */
export interface Credit {
  readonly id: string;
  readonly amount: number;
}

export interface House {
  readonly account: string;
}

/** The only account. */
export const ACCOUNT = 1;
export const AMOUNT = 100;
