import type { House, Place } from "./house.ts";

/** Where a key leads from a seat; undefined when the key is none of the map's or the house ends there. */
export function navigate(house: House, from: Place, key: string, far: boolean): Place | undefined {
  const row = house.sections[from.section]?.rows[from.row]?.places ?? [];
  switch (key) {
    case "ArrowLeft":
      return row[row.indexOf(from) - 1];
    case "ArrowRight":
      return row[row.indexOf(from) + 1];
    case "ArrowUp":
      return far ? inSection(house, from, -1) : inNextRow(house, from, -1);
    case "ArrowDown":
      return far ? inSection(house, from, 1) : inNextRow(house, from, 1);
    case "Home":
      return far ? house.places.at(0) : row.at(0);
    case "End":
      return far ? house.places.at(-1) : row.at(-1);
    case "PageUp":
      return inSection(house, from, -1);
    case "PageDown":
      return inSection(house, from, 1);
    default:
      return undefined;
  }
}

/** Straight ahead or behind; the next section begins where one ends. Rows without seats are stepped over. */
function inNextRow(house: House, from: Place, step: 1 | -1): Place | undefined {
  const rows = house.sections.flatMap(({ rows }, section) => rows.map((row, at) => ({ section, at, row })));
  let next = rows.findIndex(({ section, at }) => section === from.section && at === from.row) + step;
  while (rows[next]?.row.places.length === 0) next += step;
  const found = rows[next];
  return found && nearest(house, from, found.section, found.row.places);
}

/** The first row of the section before or behind. */
function inSection(house: House, from: Place, step: 1 | -1): Place | undefined {
  const section = from.section + step;
  const row = house.sections[section]?.rows.find(({ places }) => places.length > 0);
  return row && nearest(house, from, section, row.places);
}

/** Measured from the middle of each section, so that sections beside each other are walked as if behind each other. */
function nearest(house: House, from: Place, section: number, places: readonly Place[]): Place | undefined {
  const across = from.x - middleOf(house, from.section);
  const distance = (place: Place): number => Math.abs(place.x - middleOf(house, section) - across);
  return places.reduce<Place | undefined>(
    (best, place) => (best === undefined || distance(place) < distance(best) ? place : best),
    undefined,
  );
}

function middleOf({ sections }: House, at: number): number {
  const box = sections[at]?.box;
  return box ? box.x + box.width / 2 : 0;
}
