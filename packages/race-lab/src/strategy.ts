import { type Db, type ErrorCode, errorTable, HoldfastError, type Principal } from "@holdfast/db";
import type postgres from "postgres";
import type { Does } from "./events.ts";

/** What a caller is told; `before` says that an earlier delivery of the same call was told it first. */
export type Answer =
  | { readonly done: true; readonly before: boolean }
  | { readonly done: false; readonly before: boolean; readonly why: string };

export const done: Answer = { done: true, before: false };
export const doneBefore: Answer = { done: true, before: true };
export const refused = (why: string): Answer => ({ done: false, before: false, why });

interface Tools {
  /** What network and application take between a read and the write that is decided on it. */
  latency(): Promise<void>;
  /** Notes what has just happened, for the timeline; it changes nothing. */
  trace(does: Does, what?: string): void;
}

/** What a strategy in plain SQL works with. */
export interface Caller extends Tools {
  /** The caller's own connection. */
  readonly sql: postgres.Sql;
}

export interface HoldfastCaller<House> extends Tools {
  readonly db: Db;
  readonly principal: Principal;
  /** What was made of the story's wallets, seats or conversation, and how it is called. */
  readonly house: House;
}

/** Does one call and answers what its caller may rely on. It runs again, from the start, when a call is sent again. */
export type Strategy<Call> = (caller: Caller, call: Call) => Promise<Answer>;
export type HoldfastStrategy<Call, House> = (caller: HoldfastCaller<House>, call: Call) => Promise<Answer>;

/** The only row of an answer. */
export function one<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new RangeError("a row of the lab's own is gone");
  return row;
}

/** Postgres asks for this transaction to be run again: what it saw can't have come before or after another's. */
export function couldNotSerialize(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "40001";
}

/**
 * What Holdfast refused, and keeps for whoever asks again.
 *
 * @throws what is no refusal, such as a failure of the database.
 */
export function refusedBy(error: unknown): Answer {
  if (!(error instanceof HoldfastError) || !errorTable[error.code as ErrorCode].recorded) throw error;
  return { done: false, before: error.replayed, why: error.code };
}
