/** What the process of the callers is told. */
export interface LoadOrder {
  /** One request a call on connections of its own, or a client that puts the calls of a moment into one request. */
  readonly client: "http" | "holdfast-client" | "trpc-batch-client";
  readonly port: number;
  readonly token: string;
  /** The two wallets. */
  readonly wallets: readonly [string, string];
  readonly callers: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Ends before its time after so many. */
  readonly mostOperations?: number;
}

export interface LoadReport {
  readonly operations: number;
  readonly seconds: number;
  readonly latenciesMs: readonly number[];
  /** Transfers from the first wallet and from the second that were answered, the warm-up's too. */
  readonly acknowledged: readonly [number, number];
}
