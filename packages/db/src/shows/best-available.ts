import { centreOf, distanceOf, nearestRun } from "./nearest-available.ts";
import { House, type Run } from "./runs.ts";
import type { Place, PlanRow, SeatPlan } from "./seat-plan.ts";

export { nearestAvailable } from "./nearest-available.ts";

/** A house full of holes has thousands of equal places to begin at, and the show is locked meanwhile. */
const MAX_STARTS = 16;

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
    const width = row.places.length;
    // Twice the distance between the centres is less than the width, so orphans come first.
    const costOf = (start: number, orphans: number) =>
      orphans * width + Math.abs(2 * start + quantity - width);
    const together = house.cheapest(row, quantity, costOf);
    if (together !== undefined) return { places: house.placesOf(together) };
  }
  return inGroups(house, rows, quantity);
}

/**
 * In as few groups as possible within one section (over sections when none has enough): the largest run first, each
 * further group the largest that is left and needed, as near as possible to the centre of those before.
 */
function inGroups(
  house: House,
  rows: readonly PlanRow[],
  quantity: number,
): { places: Place[] } | { available: number } {
  const bySection = new Map<string, Run[]>();
  for (const row of rows) {
    const runs = bySection.get(row.sectionId);
    if (runs === undefined) bySection.set(row.sectionId, house.runsOf(row));
    else runs.push(...house.runsOf(row));
  }
  const all = [...bySection.values()].flat();
  const available = all.reduce((sum, { size }) => sum + size, 0);
  if (available < quantity) return { available };

  let area = { runs: all, sizes: sizesOf(all, quantity) ?? [], sections: new Set(bySection.keys()) };
  let isSplit = true;
  for (const [section, runs] of bySection) {
    const sizes = sizesOf(runs, quantity);
    if (sizes === undefined || (!isSplit && sizes.length >= area.sizes.length)) continue;
    area = { runs, sizes, sections: new Set([section]) };
    isSplit = false;
  }
  const [largest, ...others] = area.sizes;
  const starts = area.runs.filter(({ size }) => size === largest).slice(0, MAX_STARTS);
  const parties = starts.map((start) => gather(house, start, others, area.sections));
  // The first of equals: it begins in the best row.
  return parties.reduce((closest, party) => (party.distance < closest.distance ? party : closest));
}

/** The sizes of the fewest groups that make up the quantity, or undefined when the runs are too few. */
function sizesOf(runs: readonly Run[], quantity: number): number[] | undefined {
  const sizes: number[] = [];
  let left = quantity;
  for (const { size } of runs.toSorted((a, b) => b.size - a.size)) {
    sizes.push(Math.min(size, left));
    left -= size;
    if (left <= 0) return sizes;
  }
  return undefined;
}

/** A party that begins with one run, and how far its groups are from each other. */
function gather(house: House, start: Run, others: readonly number[], sections: ReadonlySet<string>) {
  const places = house.placesOf(start);
  let distance = 0;
  for (const size of others) {
    house.close(places);
    const centre = centreOf(places);
    const next = nearestRun(house, centre, size, sections);
    if (next === undefined) throw new TypeError("a group is as large as a run that is left");
    distance += distanceOf(next, centre);
    places.push(...house.placesOf(next));
  }
  house.reopen(places);
  return { places, distance };
}
