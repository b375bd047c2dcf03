import type { Show } from "@holdfast/react";
import { arrange } from "./arrange.ts";

type Layout = Show["layout"];

/** One seat where it stands. Lengths are in seats: two neighbours are 1 apart. */
export interface Place {
  readonly id: string;
  /** In the order of the layout, over all sections. */
  readonly at: number;
  readonly number: string;
  readonly x: number;
  readonly y: number;
  readonly section: number;
  readonly row: number;
  /** Counts from 0 with the aisles, so that it is the seat's place in its row. */
  readonly column: number;
  readonly category: string;
  readonly accessible: boolean;
}

export interface HouseRow {
  readonly id: string;
  readonly y: number;
  readonly places: readonly Place[];
}

export interface HouseSection {
  readonly id: string;
  readonly name: string;
  /** The box around its seats and row letters; the name stands above it. */
  readonly box: Box;
  readonly columns: number;
  readonly rows: readonly HouseRow[];
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface House {
  readonly box: Box;
  readonly stage: Box;
  readonly sections: readonly HouseSection[];
  readonly places: readonly Place[];
  readonly byId: ReadonlyMap<string, Place>;
}

/** Room for row letters on both sides, for a section's name above it, and between sections. */
const LETTERS = 2;
const NAME = 3;
const GAP = 2;
const STAGE = 3;
const STAGE_GAP = 2;
/** A row bends around the stage: its middle is this much further away than its ends. */
const MOST_BEND = 2.5;
const BEND = 0.06;
/** A pointer between two seats is on neither. */
const REACH = 0.47;

/** How far a row of this width is bent at `x` from its left end. */
function bendAt(x: number, width: number): number {
  if (width < 2) return 0;
  const fromMiddle = (2 * x) / (width - 1) - 1;
  return Math.min(MOST_BEND, width * BEND) * (1 - fromMiddle * fromMiddle);
}

/** The house drawn for a view of this aspect (width by height). A layout tells rows and order, not where things stand. */
export function buildHouse(layout: Layout, aspect: number): House {
  const sizes = layout.sections.map(({ rows }) => {
    const columns = Math.max(1, ...rows.map(({ seats }) => seats.length));
    const bend = bendAt((columns - 1) / 2, columns);
    return { columns, width: columns + 2 * LETTERS, height: rows.length + bend + 1 };
  });
  const { lines, width, height } = arrange(sizes, aspect, { gap: GAP, above: NAME });
  const stage = { x: width * 0.22, y: 0, width: width * 0.56, height: STAGE };
  const places: Place[] = [];
  const sections: HouseSection[] = [];

  for (const { at, x, y } of lines) {
    const section = layout.sections[at];
    const size = sizes[at];
    if (!section || !size) continue;
    const top = y + STAGE + STAGE_GAP;
    const rows = section.rows.map((row, rowAt) => {
      const indent = LETTERS + (size.columns - row.seats.length) / 2;
      const placed: Place[] = [];
      for (const [column, seat] of row.seats.entries()) {
        if (seat === null) continue;
        const across = indent + column;
        placed.push({
          id: seat.id,
          at: places.length + placed.length,
          number: numberOf(seat.id),
          x: x + across + 0.5,
          y: top + rowAt + 0.5 + bendAt(across - LETTERS, size.columns),
          section: at,
          row: rowAt,
          column,
          category: seat.category,
          accessible: seat.accessible === true,
        });
      }
      places.push(...placed);
      return { id: row.id, y: top + rowAt + 0.5, places: placed };
    });
    const box = { x, y: top, width: size.width, height: size.height };
    sections.push({ id: section.id, name: section.name ?? section.id, box, columns: size.columns, rows });
  }
  return {
    box: { x: 0, y: 0, width, height: height + STAGE + STAGE_GAP },
    stage,
    sections,
    places,
    byId: new Map(places.map((place) => [place.id, place])),
  };
}

/** The seat at a point of the house. */
export function placeAt(house: House, x: number, y: number): Place | undefined {
  for (const { box, rows, columns } of house.sections) {
    if (x < box.x || x > box.x + box.width || y < box.y || y > box.y + box.height) continue;
    const across = x - box.x - LETTERS - 0.5;
    const row = rows[Math.round(y - box.y - 0.5 - bendAt(across, columns))];
    return row?.places.find((place) => Math.abs(place.x - x) <= REACH && Math.abs(place.y - y) <= REACH);
  }
  return undefined;
}

/** What is written on the chair: the digits at the end of its id, or else all of it. */
function numberOf(id: string): string {
  return /\d+$/.exec(id)?.[0] ?? id;
}
