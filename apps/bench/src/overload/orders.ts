/** What the process of the callers is told, one order after the other. */
export type OverloadOrder = OpenOrder | PeakOrder | ArriveOrder;

export interface OpenOrder {
  readonly type: "open";
  readonly port: number;
  readonly token: string;
  readonly wallets: readonly [string, string];
  readonly connections: number;
  readonly callsPerRequest: number;
  /** What a call has time for; a later answer is no good. */
  readonly deadlineMs: number;
}

/** Callers who ask again as soon as they are answered. */
export interface PeakOrder {
  readonly type: "peak";
  readonly callers: number;
  readonly seconds: number;
}

/** Requests that come when they come, however the server is doing. */
export interface ArriveOrder {
  readonly type: "arrive";
  readonly phases: readonly { readonly requestsPerSecond: number; readonly seconds: number }[];
}

/** Requests that were due within half a second, and what became of them. */
export interface Slice {
  readonly due: number;
  /** Those that found a connection; the others were given up at once, for all were waiting for an answer. */
  readonly sent: number;
  /** Answered with success, in time. */
  readonly good: number;
  readonly refused: number;
  /** Any other end: late, another error, a connection that was lost. */
  readonly failed: number;
  /** Milliseconds from when a request was due, ascending. */
  readonly goodMs: Float64Array;
  readonly refusedMs: Float64Array;
  /** How late the generator itself was with each, in milliseconds, ascending. */
  readonly lagMs: Float64Array;
}

export const SLICE_SECONDS = 0.5;

export interface ArriveReport {
  readonly phases: readonly (readonly Slice[])[];
}

export interface PeakReport {
  readonly requestsPerSecond: number;
  readonly goodMs: Float64Array;
}

/** Transfers from the first wallet and from the second that were acknowledged, and answers that tell neither yes nor no. */
export interface CloseReport {
  readonly acknowledged: readonly [number, number];
  readonly statuses: Readonly<Record<string, number>>;
}
