import type { Place, PlanRow, SeatPlan } from "./seat-plan.ts";

/** A gap, or a seat that no search gives away: taken, not for sale, or kept for people who need it. */
const CLOSED = 0;
/** A free seat of another category: not to be taken, but not to be left alone either. */
const OPEN = 1;
const WANTED = 2;

/** Seats side by side in one row. */
export interface Run {
  readonly row: PlanRow;
  readonly start: number;
  readonly size: number;
}

/** A run and what it costs, in the unit of the search that asked for it. */
export interface PricedRun extends Run {
  readonly cost: number;
}

/**
 * A house as one search sees it. A row is read when the search first looks at it, and once: asking whether a seat is taken
 * is the dear part, and most searches end in the first rows.
 */
export class House {
  readonly plan: SeatPlan;
  readonly #isTaken: (seatId: string) => boolean;
  readonly #isWanted: (category: string) => boolean;
  readonly #read: (Uint8Array | undefined)[] = [];

  constructor(plan: SeatPlan, isTaken: (seatId: string) => boolean, isWanted: (category: string) => boolean) {
    this.plan = plan;
    this.#isTaken = isTaken;
    this.#isWanted = isWanted;
  }

  /** The cheapest seats of a row that are side by side, and the leftmost of those, from one position to another. */
  cheapest(
    row: PlanRow,
    size: number,
    costOf: (start: number, orphans: number) => number,
    from = 0,
    to = row.places.length,
  ): PricedRun | undefined {
    const seats = this.#seatsOf(row);
    let bestStart = -1;
    let bestCost = Number.POSITIVE_INFINITY;
    let length = 0;
    const end = Math.min(seats.length, Math.ceil(to));
    for (let x = Math.max(0, Math.floor(from)); x < end; x++) {
      length = seats[x] === WANTED ? length + 1 : 0;
      if (length < size) continue;
      const start = x - size + 1;
      const cost = costOf(start, orphansAt(seats, start - 1, -1) + orphansAt(seats, x + 1, 1));
      if (cost >= bestCost) continue;
      bestStart = start;
      bestCost = cost;
    }
    return bestStart < 0 ? undefined : { row, start: bestStart, size, cost: bestCost };
  }

  /** Every run of a row at its full length. */
  runsOf(row: PlanRow): Run[] {
    const seats = this.#seatsOf(row);
    const runs: Run[] = [];
    let size = 0;
    for (let x = 0; x <= seats.length; x++) {
      if (x < seats.length && seats[x] === WANTED) {
        size++;
      } else if (size > 0) {
        runs.push({ row, start: x - size, size });
        size = 0;
      }
    }
    return runs;
  }

  placesOf({ row, start, size }: Run): Place[] {
    return row.places.slice(start, start + size).flatMap((place) => place ?? []);
  }

  /** Keeps the rest of the search from these seats. */
  close(places: readonly Place[]): void {
    for (const { row, x } of places) this.#seatsOf(row)[x] = CLOSED;
  }

  reopen(places: readonly Place[]): void {
    for (const { row, x } of places) this.#seatsOf(row)[x] = WANTED;
  }

  #seatsOf(row: PlanRow): Uint8Array {
    const read = this.#read[row.rank];
    if (read !== undefined) return read;
    const seats = new Uint8Array(row.places.length);
    for (const [x, place] of row.places.entries()) {
      if (place === null) continue;
      const { id, category, blocked, accessible } = place.seat;
      if (blocked === true || accessible === true || this.#isTaken(id)) continue;
      seats[x] = this.#isWanted(category) ? WANTED : OPEN;
    }
    this.#read[row.rank] = seats;
    return seats;
  }
}

/** 1 when the seat beside a run would be left alone: it is free, and what is on its far side is not. */
function orphansAt(seats: Uint8Array, x: number, away: 1 | -1): 0 | 1 {
  return isFree(seats, x) && !isFree(seats, x + away) ? 1 : 0;
}

function isFree(seats: Uint8Array, x: number): boolean {
  return x >= 0 && x < seats.length && seats[x] !== CLOSED;
}
