import { seeded } from "../draws.ts";
import type { House, Seat } from "./house.ts";

/** Who comes to the sale: alone or in two, and how each of their tries falls out. */
export interface Buyer {
  readonly isPair: boolean;
  /** A number from 0 up to 1 for each try. */
  readonly tries: readonly number[];
}

/** Whoever is refused so often goes home. */
const TRIES = 4;
/** One of two buyers comes with somebody. */
const PAIR_SHARE = 0.5;
/** A row further back is as bad as so many seats further from the middle. */
const ROW_WEIGHT = 2;

/** So many buyers in the order in which they come, drawn from a seed: the same for every contender in every round. */
export function createBuyers(count: number, seed: number): Buyer[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => ({
    isPair: random() < PAIR_SHARE,
    tries: Array.from({ length: TRIES }, random),
  }));
}

/**
 * The seat map that buyers look at while they choose, as a live one shows it: a seat goes from it when somebody was told to
 * hold it. Those who choose at the same moment still see, and want, the same.
 */
export class LiveMap {
  readonly #house: House;
  readonly #free: Seat[];
  readonly #isFree: Set<string>;

  constructor(house: House) {
    this.#house = house;
    this.#free = [...house.seats].sort((a, b) => badness(a, house) - badness(b, house));
    this.#isFree = new Set(this.#free.map(({ id }) => id));
  }

  /** What a buyer asks for at a try: the best seats most, after a refusal any; undefined when there are none for them. */
  choose({ isPair, tries }: Buyer, attempt: number): string[] | undefined {
    const drawn = tries[attempt] ?? 0;
    const count = this.#free.length;
    // The seat of rank r is wanted 1/r as often as the best one: Zipf's law with exponent 1.
    const rank = attempt === 0 ? Math.floor(count ** drawn) - 1 : Math.floor(count * drawn);
    for (let at = 0; at < count; at++) {
      const seat = this.#free[(rank + at) % count];
      const wanted = seat && (isPair ? this.#pairAt(seat) : [seat.id]);
      if (wanted !== undefined) return wanted;
    }
    return undefined;
  }

  take(seatIds: readonly string[]): void {
    for (const id of seatIds) {
      if (!this.#isFree.delete(id)) continue;
      const at = this.#free.findIndex((seat) => seat.id === id);
      this.#free.splice(at, 1);
    }
  }

  /** The seat with a free neighbour, to its right before its left. */
  #pairAt({ id, row, number }: Seat): string[] | undefined {
    const seats = this.#house.rows[row] ?? [];
    const [left, right] = [seats[number - 1]?.id, seats[number + 1]?.id];
    if (right !== undefined && this.#isFree.has(right)) return [id, right];
    return left !== undefined && this.#isFree.has(left) ? [left, id] : undefined;
  }
}

function badness({ row, number }: Seat, { rows }: House): number {
  return row * ROW_WEIGHT + Math.abs(number - ((rows[row]?.length ?? 1) - 1) / 2);
}
