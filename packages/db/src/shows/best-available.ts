import { type Centre, centreOf, distanceOf, nearestRun } from "./nearest-available.ts";
import { House, type Run } from "./runs.ts";
import type { Place, PlanRow, SeatPlan } from "./seat-plan.ts";

export { nearestAvailable } from "./nearest-available.ts";

/** A house full of holes has thousands of places to begin at, and the show is locked meanwhile: so many groups are tried. */
const MAX_GROUPS_TRIED = 64;

/** To be one group more is as bad as two seats, or a row, of distance. */
const GROUP_WEIGHT = 2;

export interface Wanted {
  readonly quantity: number;
  readonly section?: string | undefined;
  readonly category?: string | undefined;
}

/**
 * The best free seats, or how many are free when they are too few. Seats side by side where there are any: in the best row,
 * then with the fewest orphans (seats left alone), the most central, leftmost. Else in groups, see `inGroups`. Seats for
 * people who need them are never taken.
 */
export function bestAvailable(
  plan: SeatPlan,
  isTaken: (seatId: string) => boolean,
  { quantity, section, category }: Wanted,
): { places: Place[] } | { available: number } {
  const house = new House(plan, isTaken, (id) => category === undefined || id === category);
  const rows = section === undefined ? plan.rows : plan.rows.filter(({ sectionId }) => sectionId === section);
  for (const row of rows) {
    // No run is as far off the centre as the row is wide, so orphans come first.
    const together = house.cheapest(row, quantity, (start, orphans) => {
      return orphans * row.places.length + offCentre(row, start, quantity);
    });
    if (together !== undefined) return { places: house.placesOf(together) };
  }
  return inGroups(house, rows, quantity);
}

/**
 * Begins at the largest runs one after the other, adds the groups that are nearest to it for their size (two people six seats
 * away are as good as one two seats away: each group costs two seats besides), and keeps the party whose groups cost the
 * least. Within one section, or over sections when none has enough.
 */
function inGroups(
  house: House,
  rows: readonly PlanRow[],
  quantity: number,
): { places: Place[] } | { available: number } {
  const runs = rows.flatMap((row) => house.runsOf(row));
  const free = new Map<string, number>();
  for (const { row, size } of runs) free.set(row.sectionId, (free.get(row.sectionId) ?? 0) + size);
  const available = runs.reduce((sum, { size }) => sum + size, 0);
  if (available < quantity) return { available };

  const inOne = runs.filter(({ row }) => (free.get(row.sectionId) ?? 0) >= quantity);
  let closest: Party | undefined;
  let tried = 0;
  const starts = startsOf(inOne.length > 0 ? inOne : runs);
  const largest = starts[0]?.size ?? 0;
  for (const start of starts) {
    const sections = inOne.length > 0 ? new Set([start.row.sectionId]) : undefined;
    const party = gather(house, start, { quantity, largest, sections, limit: closest?.distance });
    // Of equals the first stays: it begins at the better place.
    if (party.places.length === quantity) closest = party;
    tried += party.groups;
    if (tried >= MAX_GROUPS_TRIED) break;
  }
  return closest === undefined ? { available } : { places: closest.places };
}

/** The largest runs; of equal ones those in the best rows, and in a row the most central. */
function startsOf(runs: readonly Run[]): Run[] {
  const off = ({ row, start, size }: Run) => offCentre(row, start, size);
  return runs
    .toSorted((a, b) => b.size - a.size)
    .slice(0, MAX_GROUPS_TRIED)
    .sort((a, b) => b.size - a.size || a.row.rank - b.row.rank || off(a) - off(b));
}

interface Party {
  readonly places: Place[];
  readonly groups: number;
  /** Of the other groups from the first, in seats, and what each of them costs for being one. */
  readonly distance: number;
}

interface Search {
  readonly quantity: number;
  /** The size of the largest run: looking for larger ones is in vain. */
  readonly largest: number;
  readonly sections: ReadonlySet<string> | undefined;
  readonly limit: number | undefined;
}

/** The party that begins with a run, given up as soon as it is no closer together than another. */
function gather(
  house: House,
  start: Run,
  { quantity, largest, sections, limit = Number.POSITIVE_INFINITY }: Search,
): Party {
  const places = house.placesOf(start);
  const centre = centreOf(places);
  let groups = 1;
  let distance = 0;
  while (places.length < quantity) {
    house.close(places);
    const next = nearestGroup(house, centre, Math.min(largest, quantity - places.length), sections);
    if (next === undefined || distance + next.distance >= limit) break;
    places.push(...house.placesOf(next.run));
    groups += 1;
    distance += next.distance;
  }
  house.reopen(places);
  return { places, groups, distance };
}

/** The seats side by side with the least distance for each seat of them, the most of equals. */
function nearestGroup(
  house: House,
  centre: Centre,
  atMost: number,
  sections: ReadonlySet<string> | undefined,
): { run: Run; distance: number } | undefined {
  let best: { run: Run; distance: number } | undefined;
  let perSeat = Number.POSITIVE_INFINITY;
  // From small to large: what is found near by leaves few rows to look at for more.
  for (let size = 1; size <= atMost; size++) {
    const run = nearestRun(house, centre, size, sections, perSeat * size - GROUP_WEIGHT);
    if (run === undefined) continue;
    const distance = distanceOf(run, centre) + GROUP_WEIGHT;
    if (distance / size > perSeat) continue;
    best = { run, distance };
    perSeat = distance / size;
  }
  return best;
}

/** Twice the distance from the centre of a row, in seats and gaps. */
function offCentre({ places }: PlanRow, start: number, size: number): number {
  return Math.abs(2 * start + size - places.length);
}
