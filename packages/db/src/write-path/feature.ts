import type { z } from "zod";
import type { Principal } from "../principal.ts";
import type { Statements, WholeStatements } from "../statements.ts";
import type { TopicName } from "../topic-name.ts";
import type { Topic } from "./topic.ts";
import type { Check } from "./verify.ts";

/** A parsed write: what was asked, and the key under which its outcome is recorded. */
export interface Command {
  readonly kind: string;
  readonly idempotencyKey: string;
}

/** A row that a command needs locked, named by the feature that owns it. The feature gives the key its meaning. */
export interface Need {
  readonly feature: string;
  readonly key: string;
}

/** What a command came to. A refusal has a code from the error table, or from the feature's own `errors`. */
export type Outcome<Data = unknown> = { readonly ok: true; readonly data: Data } | Refusal;
export interface Refusal {
  readonly ok: false;
  readonly code: string;
  readonly details: unknown;
}

/** An operation as it was recorded. */
export interface RecordedOperation {
  readonly id: string;
  readonly idempotencyKey: string;
  readonly kind: string;
  readonly caller: string;
  readonly input: unknown;
  readonly outcome: Outcome;
  /** ISO 8601, by the database's clock. */
  readonly at: string;
}

/** A row that an operation wrote, as it is now. */
export interface WrittenRow {
  readonly table: string;
  readonly row: Readonly<Record<string, string | boolean | null>>;
}

/** An outcome and, when it is a success, what changes: a list for each feature concerned. */
export type Decision = (Outcome & { readonly ok: true; readonly changes: Changes }) | Refusal;
export type Changes = Readonly<Record<string, readonly unknown[]>>;

export interface DecideContext {
  readonly principal: Principal;
  /** The database's clock after the locks were granted, in epoch milliseconds. */
  readonly nowMs: number;
  readonly operationId: string;
  newId(): string;
  readonly derive: Derive;
}

/**
 * A secret that belongs to a text, the same whenever it is asked for: what an answer tells and no table stores.
 *
 * @throws TypeError when this Holdfast was given no `tokenSecret` to derive it from.
 */
export type Derive = (text: string) => string;

/** How a feature's refusals look to a caller, as in the error table. */
export interface FeatureError {
  readonly status: number;
  readonly retry: "same-key" | "new-key" | "never";
  /** Whether the refusal is an outcome: recorded under the key and replayed. */
  readonly recorded: boolean;
  readonly message: string;
}

/** The rows that `lock` brought, and the needs that somebody else has locked (never the ones that don't exist). */
export interface Locked<Rows> {
  readonly rows: Rows;
  readonly stuck: ReadonlySet<string>;
  /** Whether some keys were found not to exist, by a look after the lock had skipped them; not when `wait` was true. */
  readonly absent: boolean;
}

/** A topic that a batch changes, and a version that it adds. */
export interface Touched {
  readonly id: string;
  readonly version: bigint;
}

/** A topic that a batch has changed: the versions from `first` on are its own. */
export interface TopicChanged extends TopicName {
  readonly first: bigint;
}

export interface Follower {
  /**
   * Whether anybody in the tenant ($1) wants to know, as SQL: one look at an index, asked with the look-up of the keys. Whoever
   * has no follower pays for nothing else.
   */
  readonly wanted: string;
  /** Issues a statement for all topics of a batch, without waiting; `atMs` as in `write`. */
  follow(tx: Statements, tenantId: number, topics: readonly TopicChanged[], atMs: number): void;
}

/** The operations of a batch on their way into `holdfast.operations`, in one order. */
export interface Recorded {
  readonly ids: readonly string[];
  /** Ids, keys, kinds, callers, inputs and outcomes, as parameters of a statement. */
  readonly columns: readonly string[];
}

/**
 * What lets a batch be decided before its rows are locked, on the rows as the batch before left them: one round trip less.
 */
export interface Optimistic<Rows = unknown> {
  /** The commands for which that is possible: to decide them takes no clock. */
  readonly kinds: ReadonlySet<string>;
  /** The rows to remember of a batch, by their keys as in `needs`; undefined for one on which time alone may change something. */
  cacheable(rows: Rows): Iterable<readonly [key: string, row: unknown]>;
  /** The rows to decide on, made of what `cacheable` gave. */
  recall(cached: readonly unknown[]): Rows;
  /** The features whose followers the statement looks for. */
  readonly followers: ReadonlySet<string>;
  /**
   * Issues the one statement, by `runWhole`, that locks the recalled rows in the one global order, changes them, and records the operations. It
   * fails with ROWS_DIFFER unless each row is as it was recalled, also one that a decision only looked at, and where anybody follows.
   */
  write(tx: WholeStatements, rows: Rows, recorded: Recorded): Promise<unknown>;
}

/**
 * What a feature provides to the write path: `lock`, `decide`, `write`, and the few words between them. Methods that
 * take `all` see the rows of every feature that the command names in its needs, under the features' names.
 */
export interface Feature<C extends Command = Command, Rows = unknown, Change = unknown> {
  readonly name: string;
  /** Parses what a caller sent, by command kind. The parsed input is the fingerprint: no server-made value in it. */
  readonly inputs: Readonly<Record<string, z.ZodType>>;
  readonly errors?: Readonly<Record<string, FeatureError>>;
  needs(command: C, principal: Principal): readonly Need[];
  /**
   * Issues, without waiting between them, the statement that locks the rows in the one global order and those that
   * read what the locks guard. With `wait` false it skips rows that somebody else has locked and reports them as stuck.
   */
  lock(tx: Statements, tenantId: number, keys: readonly string[], wait: boolean): Promise<Locked<Rows>>;
  /** Commands that time alone has made due on these rows, such as the expiry of a hold; decided before all others. */
  due?(rows: Rows, nowMs: number): readonly C[];
  /**
   * The keys, as in needs, of rows on which something is due by the database's clock: in their order, those after `after`
   * alone, `limit` at most. Read without a lock, for the sweeper, which asks again until there are none.
   */
  overdue?(
    tx: Statements,
    tenantId: number,
    limit: number,
    after: string | undefined,
  ): Promise<readonly string[]>;
  /** Pure: no I/O, no clock, no randomness but the context's. */
  decide(all: Readonly<Record<string, unknown>>, command: C, context: DecideContext): Decision;
  /** Carries a decision's changes into the rows in memory, so that the next command of the batch sees them. */
  apply(rows: Rows, changes: readonly Change[], operationId: string): void;
  readonly optimistic?: Optimistic<Rows>;
  /** Adds to what is recorded of a success what must not be stored; a replay is told the same. */
  tell?(kind: string, data: unknown, derive: Derive): unknown;
  /** What of this feature can be watched; the ids of those topics that `write` changes, each with every version it adds. */
  readonly topic?: Topic;
  touched?(rows: Rows): Iterable<Touched>;
  /** What this feature writes down, in the same transaction, of whatever topics a batch changes. */
  readonly follows?: Follower;
  /** The rows of this feature that a success wrote, those that the principal may see; for `explain`. */
  written?(tx: Statements, principal: Principal, operation: RecordedOperation): Promise<WrittenRow[]>;
  /** The operations, in their order, of something longer that this one is a step of; those that the principal may see. */
  stepsOf?(
    tx: Statements,
    principal: Principal,
    operation: RecordedOperation,
  ): Promise<readonly RecordedOperation[]>;
  /** The feature's invariants as SQL, for `verify`. */
  readonly checks?: readonly Check[];
  /**
   * Issues a few set-based statements for all that was applied, without waiting; an update checks its row count. `atMs` is the
   * time of the batch, as its decisions knew it and its operations tell it.
   */
  write(tx: Statements, tenantId: number, rows: Rows, atMs: number): void;
}
