/** What a contender starts with: `wallets` wallets of `balance` each, numbered from 0, wallet n in tenant n % tenants. */
export interface World {
  readonly url: string;
  readonly wallets: number;
  readonly tenants: number;
  readonly balance: number;
}

/** A way to move credit on Postgres. Each gets tables of its own in the same database. */
export interface Contender {
  readonly name: string;
  /** One sentence: what it does for a transfer. */
  readonly description: string;
  /** Makes its tables anew and opens the wallets. */
  setUp(world: World): Promise<Ledger>;
}

/** One contender at work. Wallets go by their number; a transfer stays within a tenant. */
export interface Ledger {
  /** Moves 1; resolves when that is durable. The same key again moves nothing again. */
  transfer(from: number, to: number, key: string): Promise<void>;
  /** Holds 1 of a wallet, then captures it for another: two commands. Absent where there are no holds. */
  holdAndCapture?(from: number, to: number, key: string): Promise<void>;
  /** History rows that placing a hold writes; none when left out. */
  readonly entriesOfHold?: number;
  /** Moves 1 around the wallets in one statement; answers the number of transfers. Every balance is as before. */
  transferMany?(): Promise<number>;
  /** What the tables say now. */
  state(): Promise<State>;
  /** The tables of one transfer, for their sizes. */
  readonly tables: readonly string[];
  close(): Promise<void>;
}

export interface State {
  /** By wallet number. */
  readonly balances: readonly number[];
  /** Commands with an effect since the wallets were filled. */
  readonly operations: number;
  readonly entries: number;
}
