import type { RunOptions } from "../run-scenario.ts";
import type { BoxOffice, SeatContender } from "./box-office.ts";
import type { House } from "./house.ts";
import type { SaleBooks } from "./sale-books.ts";

/** Something that buyers do to a show until it is sold or full, and what must then stand in the tables. */
export interface SeatScenario {
  readonly name: string;
  readonly description: string;
  readonly contenders: readonly SeatContender[];
  /** Of the house, and how many buyers need a wallet. */
  size(options: Pick<RunOptions, "buyers" | "seats">): { readonly seats: number; readonly buyers: number };
  run(stage: Stage): Promise<SeatLoad>;
}

/** One show at one contender. */
export interface Stage {
  readonly office: BoxOffice;
  readonly books: SaleBooks;
  readonly house: House;
  readonly show: string;
  readonly callers: number;
  /** What buyers want is drawn from it. */
  readonly seed: number;
  /** To be called when what is measured begins, and when it ends. */
  readonly onMeasure: () => Promise<void>;
}

/** What a show came to; an operation is a call. */
export interface SeatLoad {
  readonly operations: number;
  /** Calls that are made after what is measured, and write rows all the same. */
  readonly furtherOperations?: number;
  readonly seconds: number;
  /** Of attempts to reserve, those that were refused included; ascending. */
  readonly latenciesMs: Float64Array;
  readonly reservations: number;
  readonly sales?: number;
  /** Until the last seat was sold; undefined when some were left. */
  readonly soldOutSeconds?: number | undefined;
  readonly releasesPerSecond?: number;
  /** Of the reservations for two people or more. */
  readonly adjacentShare?: number;
}
