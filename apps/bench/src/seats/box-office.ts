import type { House } from "./house.ts";

/** What a contender for seats starts with: buyers' wallets with `balance` each, numbered from 0, and the organiser's with as much. */
export interface SeatWorld {
  readonly url: string;
  readonly buyers: number;
  readonly balance: number;
}

/** A way to hold and sell seats on Postgres. */
export interface SeatContender {
  readonly name: string;
  /** One sentence: what it does for a reservation. */
  readonly description: string;
  /** Makes its tables anew and opens the wallets. */
  setUp(world: SeatWorld): Promise<BoxOffice>;
}

/** What a buyer asks for: these very seats, or so many of the best. All of them or none. */
export interface Ask {
  readonly show: string;
  readonly buyer: number;
  readonly wanted: readonly string[] | number;
  readonly key: string;
}

/** Seats that a buyer was told to hold. */
export interface Held {
  readonly show: string;
  readonly buyer: number;
  readonly seats: readonly string[];
  /** What proves it, where there is such a thing. */
  readonly token?: string;
  /** Whether the contender says that the seats are side by side; undefined when it says nothing. */
  readonly adjacent?: boolean;
}

/** One contender at work. Whatever it answers is durable; the same key again changes nothing again. */
export interface BoxOffice {
  /** Puts a house on sale; answers the show's id. */
  openShow(house: House): Promise<string>;
  /** Undefined when somebody else has a seat that was asked for, or when there are not enough. */
  reserve(ask: Ask): Promise<Held | undefined>;
  /** The buyer's wallet pays the organiser's, and the seats are sold; false when it was refused. */
  confirm(held: Held, key: string): Promise<boolean>;
  /** Gives the seats back; false when it was refused. */
  release(held: Held, key: string): Promise<boolean>;
  /** Whether a refusal leaves a record, so that the same key is refused again for ever. */
  readonly recordsRefusals: boolean;
  /** What the tables say now. */
  state(): Promise<SeatState>;
  /** The tables of a sale, for their sizes. */
  readonly tables: readonly string[];
  close(): Promise<void>;
}

/** A seat that is held or sold. */
export interface TakenSeat {
  readonly show: string;
  readonly seat: string;
  readonly status: "held" | "sold";
  readonly buyer: number;
}

export interface SeatState {
  readonly taken: readonly TakenSeat[];
  /** Of buyers, by number. */
  readonly balances: readonly number[];
  readonly organiser: number;
  /** Commands on seats that left a record. */
  readonly operations: number;
  /** History rows of wallets that sales wrote. */
  readonly entries: number;
  /** What its own checks find wrong. */
  readonly findings: readonly string[];
}
