import { evenly, seeded, zipf } from "../draws.ts";
import type { House, Seat } from "./house.ts";

/** What a buyer asks for, one after the other until something is free: lists of seats. */
export type Wishes = readonly (readonly string[])[];

/** The first wish is for what everybody wants; whoever is refused tries anywhere else. */
const WISHES = 4;
/** One of two buyers comes with somebody. */
const PAIR_SHARE = 0.5;
/** A row further back is as bad as so many seats further from the middle. */
const ROW_WEIGHT = 2;

/**
 * The wishes of so many buyers, in the order in which they come. Drawn from a seed, so that every contender in every round
 * is asked for the very same seats in the very same order. The first wish follows Zipf's law (exponent 1) over the house
 * from its best seat on; the later ones are drawn evenly.
 */
export function createBuyers(house: House, count: number, seed: number): Wishes[] {
  const random = seeded(seed);
  const best = [...house.seats].sort((a, b) => badness(a, house) - badness(b, house));
  const popular = zipf(best.length, random);
  const anywhere = evenly(best.length, random);
  return Array.from({ length: count }, () => {
    const isPair = random() < PAIR_SHARE;
    return Array.from({ length: WISHES }, (_, wish) => {
      const seat = best[wish === 0 ? popular() : anywhere()];
      return seat === undefined ? [] : isPair ? pairAt(house, seat) : [seat.id];
    });
  });
}

function badness({ row, number }: Seat, { rows }: House): number {
  return row * ROW_WEIGHT + Math.abs(number - ((rows[row]?.length ?? 1) - 1) / 2);
}

/** The seat and its neighbour to the right, or to the left at a row's end. */
function pairAt({ rows }: House, { row, number }: Seat): string[] {
  const seats = rows[row] ?? [];
  const first = Math.max(0, Math.min(number, seats.length - 2));
  return seats.slice(first, first + 2).map(({ id }) => id);
}
