/** One buyer's attempt at one seat. */
export interface Purchase {
  readonly id: string;
  /** Counted from 1. */
  readonly seat: number;
}

export interface House {
  readonly show: string;
}
