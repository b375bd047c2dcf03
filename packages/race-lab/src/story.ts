import type { Db, Principal } from "@holdfast/db";
import type postgres from "postgres";
import type { StoryAbout } from "./about.ts";
import type { Settings } from "./settings.ts";
import type { HoldfastStrategy, Strategy } from "./strategy.ts";

/** A call that was made, and what its caller was told of it. */
export interface Asked<Call> {
  readonly call: Call;
  readonly told: "done" | "refused";
}

/** What the final rows say about the promises that were made. */
export interface Judgement {
  readonly lost: number;
  readonly doubled: number;
  /** Whether anything else is wrong with the rows. */
  readonly wrong?: string | undefined;
  readonly sentence: string;
  readonly expected: string;
  readonly found: string;
}

/** Where a call stands in the plan; all of them counted from 1. */
export interface Place {
  readonly number: number;
  readonly round: number;
  /** Of the caller. */
  readonly place: number;
}

/** A race: its calls, the rows that they race for, in plain SQL and in Holdfast, and how the rows are judged. */
export interface Story<Call, Rows, House> {
  readonly about: StoryAbout;
  /** Whether the callers of a round begin at once, for a thing of the round's own; else each goes on by itself. */
  readonly together: boolean;
  call(of: Place): Call;
  readonly plain: {
    /** SQL that makes the tables and fills them. */
    tables(settings: Settings): string;
    readonly strategies: Readonly<Record<string, Strategy<Call>>>;
    rows(sql: postgres.Sql): Promise<Rows>;
  };
  readonly holdfast: {
    open(db: Db, principal: Principal, settings: Settings): Promise<House>;
    readonly strategy: HoldfastStrategy<Call, House>;
    rows(sql: postgres.Sql, house: House): Promise<Rows>;
  };
  /** Knows what callers were told and what the rows are; it does not know which strategy has run. */
  judge(asked: readonly Asked<Call>[], rows: Rows): Judgement;
}

export const roundsOf = ({ calls, callers }: Settings): number => Math.ceil(calls / callers);
