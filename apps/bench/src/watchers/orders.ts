/** What the process of the subscribers is told, one after the other. */
export type WatchOrder =
  | {
      readonly type: "connect";
      readonly port: number;
      readonly token: string;
      readonly showId: string;
      /** The show's version, which every subscriber knows. */
      readonly since: number;
      readonly watchers: number;
    }
  | { readonly type: "mark" }
  | { readonly type: "finish"; readonly committed: Committed };

/** When versions were answered to whoever made them, by the machine's clock: the first one's number, then one a version. */
export interface Committed {
  readonly first: number;
  readonly timesMs: Float64Array;
}

/** What all subscribers have had so far. */
export interface WatchMark {
  readonly bytes: number;
  /** One a subscriber and version. */
  readonly events: number;
}

export interface WatchReport extends WatchMark {
  /** From the answer to the one who made a change to each subscriber's hearing of it. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
  /** Subscribers times versions that were measured. */
  readonly pairs: number;
  readonly lastHeardMs: number;
  /** What went wrong, in words; nothing when each heard every version once and in its order. */
  readonly wrong: readonly string[];
}

/** What the process that changes seats is told: at first where, then for how long. */
export type ChangeOrder =
  | {
      readonly type: "open";
      readonly databaseUrl: string;
      readonly showId: string;
      readonly seatIds: readonly string[];
    }
  | { readonly type: "change"; readonly perSecond: number; readonly seconds: number };

export interface ChangeReport {
  readonly startedMs: number;
  readonly seconds: number;
  readonly committed: Committed;
}
