import type { Db, HoldfastCommand } from "./connect.ts";
import { HoldfastError } from "./errors.ts";
import { isSqlstate, KEY_RACED } from "./postgres-error.ts";
import type { Principal } from "./principal.ts";
import { pgArray, type Row, type Statements, textOf } from "./statements.ts";
import { createCall, executeCalls } from "./write-path/execute.ts";
import type { Outcome } from "./write-path/feature.ts";

/** A transaction that the caller opened: Drizzle's on any driver, postgres.js's, or one of `withTransaction`. */
export type Joinable = Statements | DrizzleTransaction | PostgresJsTransaction;

interface DrizzleTransaction {
  execute(query: unknown): PromiseLike<unknown>;
}
interface PostgresJsTransaction {
  unsafe(text: string, parameters?: never[]): PromiseLike<readonly unknown[]>;
}
void pgArray;
void textOf;
void ({} as Row);
void HoldfastError;
void isSqlstate;
void KEY_RACED;
void createCall;
void executeCalls;

export type { Db, HoldfastCommand, Outcome, Principal };
