import { House, type PricedRun } from "./runs.ts";
import type { Place, SeatPlan } from "./seat-plan.ts";

/** A row away is as far as two seats. */
const ROW_WEIGHT = 2;
/** More than a run can leave alone, so that orphans only part runs at the same distance. */
const ORPHAN_STEPS = 3;

/** Sums over seats, not means: distances to the centre stay whole numbers, and equal ones equal. */
export interface Centre {
  readonly count: number;
  readonly ranks: number;
  readonly xs: number;
}

/**
 * The nearest free seats to those asked for: as many, in the same categories; undefined when there are not enough. Seats
 * side by side where there are any, else the nearest one by one. First in the sections of those asked for, then by
 * distance from their centre, fewer orphans, the better row, leftmost.
 */
export function nearestAvailable(
  plan: SeatPlan,
  isTaken: (seatId: string) => boolean,
  asked: readonly Place[],
): Place[] | undefined {
  const categories = new Set(asked.map(({ seat }) => seat.category));
  const sections = new Set(asked.map(({ row }) => row.sectionId));
  const house = new House(plan, isTaken, (category) => categories.has(category));
  const centre = centreOf(asked);
  const nearest = (size: number) =>
    nearestRun(house, centre, size, sections) ?? nearestRun(house, centre, size);

  const together = nearest(asked.length);
  if (together !== undefined) return house.placesOf(together);
  const places: Place[] = [];
  while (places.length < asked.length) {
    const next = nearest(1);
    if (next === undefined) return undefined;
    const found = house.placesOf(next);
    house.close(found);
    places.push(...found);
  }
  return places;
}

/**
 * The seats side by side that are nearest to a centre, in the named sections or anywhere; of several the ones with the
 * fewest orphans, in the best row, leftmost. Looks at the nearest rows first and leaves out those too far to win, or further
 * away than a limit in seats.
 */
export function nearestRun(
  house: House,
  { count, ranks, xs }: Centre,
  size: number,
  sections?: ReadonlySet<string>,
  limit = Number.POSITIVE_INFINITY,
): PricedRun | undefined {
  let best: PricedRun | undefined;
  // All distances are told in parts of a seat: a centre lies on halves and counts. A limit may have lost a little to division.
  const unit = 2 * count;
  let furthest = Math.ceil(limit) * unit;
  for (const rank of outward(house.plan.rows.length, ranks / count)) {
    const rowsAway = 2 * ROW_WEIGHT * Math.abs(count * rank - ranks);
    if (rowsAway > furthest) break;
    const row = house.plan.rows[rank];
    if (row === undefined || sections?.has(row.sectionId) === false) continue;
    const costOf = (start: number, orphans: number) => {
      const distance = rowsAway + Math.abs(count * (2 * start + size - 1) - 2 * xs);
      return distance * ORPHAN_STEPS + orphans;
    };
    const reach = (furthest - rowsAway) / unit + size / 2;
    const found = house.cheapest(row, size, costOf, xs / count - reach, xs / count + reach);
    if (found === undefined) continue;
    if (best === undefined || found.cost < best.cost || (found.cost === best.cost && rank < best.row.rank))
      best = found;
    furthest = Math.min(furthest, Math.floor(best.cost / ORPHAN_STEPS));
  }
  return best;
}

/** How far a run is from the centre it was found by, in seats. */
export function distanceOf({ cost }: PricedRun, { count }: Centre): number {
  return Math.floor(cost / ORPHAN_STEPS) / (2 * count);
}

export function centreOf(places: readonly Place[]): Centre {
  let ranks = 0;
  let xs = 0;
  for (const { row, x } of places) {
    ranks += row.rank;
    xs += x;
  }
  return { count: places.length, ranks, xs };
}

/** The whole numbers below a length, the nearest to a number first, and the lower one of two. */
function* outward(length: number, from: number): Generator<number> {
  let before = Math.floor(from);
  let after = before + 1;
  while (before >= 0 || after < length) {
    const isBefore = before >= 0 && (after >= length || from - before <= after - from);
    yield isBefore ? before-- : after++;
  }
}
