import type { Ask, BoxOffice, Held, SeatState, SeatWorld, TakenSeat } from "./box-office.ts";
import type { House } from "./house.ts";

/**
 * What buyers were told, kept beside the tables to check them afterwards. Two buyers who were told to have one seat are found
 * here even when the tables know only the second.
 */
export class SaleBooks {
  readonly #houses = new Map<string, House>();
  readonly #taken = new Map<string, TakenSeat>();
  readonly #balances: number[];
  readonly #refused: Ask[] = [];
  readonly #faults: string[] = [];
  readonly #opening: number;
  #organiser: number;
  #successes = 0;
  #refusals = 0;
  #sales = 0;

  constructor({ buyers, balance }: Pick<SeatWorld, "buyers" | "balance">) {
    this.#opening = balance;
    this.#organiser = balance;
    this.#balances = new Array<number>(buyers).fill(balance);
  }

  readonly opened = (show: string, house: House): void => {
    this.#houses.set(show, house);
  };

  readonly held = ({ show, buyer, seats, adjacent }: Held): void => {
    this.#successes++;
    for (const seat of seats) {
      const other = this.#taken.get(keyOf(show, seat));
      if (other !== undefined)
        this.fault(`seat ${seat} was given to buyer ${buyer} while buyer ${other.buyer} had it`);
      this.#taken.set(keyOf(show, seat), { show, seat, status: "held", buyer });
    }
    const together = this.#houses.get(show)?.areAdjacent(seats);
    if (adjacent !== undefined && adjacent !== together)
      this.fault(`seats ${seats.join(", ")} were told to be ${adjacent ? "" : "not "}side by side`);
  };

  /** `isFinal`: nobody gives a seat of this show back, so one that is free in the end was free all the while. */
  readonly refused = (ask: Ask, isFinal: boolean): void => {
    this.#refusals++;
    if (isFinal) this.#refused.push(ask);
  };

  readonly sold = ({ show, buyer, seats }: Held): void => {
    this.#successes++;
    this.#sales++;
    const price = this.#houses.get(show)?.priceOf(seats) ?? Number.NaN;
    this.#balances[buyer] = (this.#balances[buyer] ?? Number.NaN) - price;
    this.#organiser += price;
    for (const seat of seats) this.#taken.set(keyOf(show, seat), { show, seat, status: "sold", buyer });
  };

  readonly released = ({ show, seats }: Held): void => {
    this.#successes++;
    for (const seat of seats) this.#taken.delete(keyOf(show, seat));
  };

  /** Seats that a buyer was told to hold could be neither bought nor given back. */
  readonly lost = ({ buyer, seats }: Held): void => {
    this.fault(`buyer ${buyer} was told to hold ${seats.join(", ")}, and then was not`);
  };

  fault(what: string): void {
    this.#faults.push(what);
  }

  /** All that was ever found wrong, and what differs now; nothing, when all is well. */
  differences(state: SeatState, office: Pick<BoxOffice, "recordsRefusals">): string[] {
    return [...this.#faults, ...this.#compare(state, office)];
  }

  /** Compares on the way, before more is sold or given back. */
  check(state: SeatState, office: Pick<BoxOffice, "recordsRefusals">): void {
    this.#faults.push(...this.#compare(state, office));
  }

  /** What differs between the tables and what buyers were told. */
  #compare(state: SeatState, { recordsRefusals }: Pick<BoxOffice, "recordsRefusals">): string[] {
    const operations = this.#successes + (recordsRefusals ? this.#refusals : 0);
    return [
      ...this.#seatDifferences(state),
      ...this.#walletDifferences(state),
      ...this.#refused
        .filter(
          ({ show, wanted }) => isList(wanted) && !wanted.some((seat) => this.#taken.has(keyOf(show, seat))),
        )
        .map(
          ({ buyer, wanted }) => `buyer ${buyer} was refused ${String(wanted)}, which nobody else ever had`,
        ),
      ...unless(
        state.operations === operations,
        `${state.operations} operations are recorded instead of ${operations}`,
      ),
      ...unless(
        state.entries === 2 * this.#sales,
        `${state.entries} entries of sales are recorded instead of ${2 * this.#sales}`,
      ),
      ...state.findings,
    ];
  }

  #seatDifferences({ taken }: SeatState): string[] {
    const wrong: string[] = [];
    const missing = new Set(this.#taken.keys());
    const seen = new Set<string>();
    for (const { show, seat, status, buyer } of taken) {
      const key = keyOf(show, seat);
      if (seen.has(key)) wrong.push(`seat ${seat} is there twice`);
      seen.add(key);
      missing.delete(key);
      const told = this.#taken.get(key);
      if (told === undefined) wrong.push(`seat ${seat} is ${status} for buyer ${buyer}, who was not told so`);
      else if (told.buyer !== buyer || told.status !== status)
        wrong.push(
          `seat ${seat} is ${status} for buyer ${buyer}; buyer ${told.buyer} was told ${told.status}`,
        );
    }
    for (const key of missing) {
      const told = this.#taken.get(key);
      wrong.push(`seat ${told?.seat} is free; buyer ${told?.buyer} was told ${told?.status}`);
    }
    return wrong;
  }

  /** Against what buyers were told, and against the seats that the tables say are theirs. */
  #walletDifferences({ taken, balances, organiser }: SeatState): string[] {
    const prices = new Map<number, number>();
    for (const { show, seat, status, buyer } of taken) {
      if (status !== "sold") continue;
      const price = this.#houses.get(show)?.priceOf([seat]) ?? Number.NaN;
      prices.set(buyer, (prices.get(buyer) ?? 0) + price);
    }
    const wrong = this.#balances.flatMap((balance, buyer) => {
      const [is = Number.NaN, price = 0] = [balances[buyer], prices.get(buyer)];
      return [
        ...unless(is === balance, `buyer ${buyer} has ${is} instead of ${balance}`),
        ...unless(
          this.#opening - is === price,
          `buyer ${buyer} was charged ${this.#opening - is} and has seats for ${price}`,
        ),
      ];
    });
    const received = organiser - this.#opening;
    const total = [...prices.values()].reduce((sum, price) => sum + price, 0);
    return [
      ...wrong,
      ...unless(
        organiser === this.#organiser,
        `the organiser has ${organiser} instead of ${this.#organiser}`,
      ),
      ...unless(received === total, `the organiser received ${received} for seats that cost ${total}`),
    ];
  }
}

const keyOf = (show: string, seat: string): string => `${show} ${seat}`;
const isList = (wanted: Ask["wanted"]): wanted is readonly string[] => typeof wanted !== "number";
const unless = (holds: boolean, what: string): string[] => (holds ? [] : [what]);
