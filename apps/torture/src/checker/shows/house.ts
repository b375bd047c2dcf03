import { textIn } from "../steps.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A seat, and where it is: the `x`-th of its row, gaps counted; rows count through all sections, the best first. */
export interface Place {
  readonly id: string;
  readonly category: string;
  readonly price: bigint;
  readonly section: string;
  readonly row: number;
  readonly x: number;
  readonly accessible: boolean;
  readonly blocked: boolean;
}

/** A house as the command that created its show describes it. */
export interface House {
  /** A gap is undefined. */
  readonly rows: readonly (readonly (Place | undefined)[])[];
  readonly places: ReadonlyMap<string, Place>;
  readonly sections: ReadonlySet<string>;
  readonly categories: ReadonlySet<string>;
  /** Seats that are for sale. */
  readonly capacity: number;
  /** As reads tell it: every default filled in. */
  readonly layout: object;
}

/** Reads what `shows.create` was sent: a seat's category is its own, its row's, its section's, or the first one. */
export function readHouse({ categories, sections }: Fields): House {
  const prices = new Map(
    listOf(categories).map((one) => [textIn(one, "id") ?? "", BigInt(`${one["price"]}`)]),
  );
  const [first = ""] = prices.keys();
  const rows: (Place | undefined)[][] = [];
  const told = listOf(sections).map((section) => {
    const own = textIn(section, "category") ?? first;
    const toldRows = listOf(section["rows"]).map((row) => {
      const category = textIn(row, "category") ?? own;
      const seats = (row["seats"] as (Fields | null)[]).map((seat, x): Place | undefined => {
        if (seat === null) return undefined;
        const its = textIn(seat, "category") ?? category;
        return {
          id: textIn(seat, "id") ?? "",
          category: its,
          price: prices.get(its) ?? 0n,
          section: textIn(section, "id") ?? "",
          row: rows.length,
          x,
          accessible: seat["accessible"] === true,
          blocked: seat["blocked"] === true,
        };
      });
      rows.push(seats);
      return { id: row["id"], seats: seats.map((place) => (place === undefined ? null : toldSeat(place))) };
    });
    return { id: section["id"], ...nameOf(section), rows: toldRows };
  });
  const places = rows.flat().filter((place) => place !== undefined);
  const toldCategories = listOf(categories).map((one) => {
    return { id: one["id"], ...nameOf(one), price: `${prices.get(textIn(one, "id") ?? "")}` };
  });
  return {
    rows,
    places: new Map(places.map((place) => [place.id, place])),
    sections: new Set(listOf(sections).map((section) => textIn(section, "id") ?? "")),
    categories: new Set(prices.keys()),
    capacity: places.filter(({ blocked }) => !blocked).length,
    layout: { categories: toldCategories, sections: told },
  };
}

function toldSeat({ id, category, accessible, blocked }: Place): Fields {
  return { id, category, ...(accessible ? { accessible } : {}), ...(blocked ? { blocked } : {}) };
}

function nameOf(fields: Fields): Fields {
  return fields["name"] === undefined ? {} : { name: fields["name"] };
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? (value as Fields[]) : [];
}

/** These seats as answers list them: from the best row on, from left to right. */
export function inOrder(places: readonly Place[]): Place[] {
  return places.toSorted((a, b) => a.row - b.row || a.x - b.x);
}

/** Whether these sit together: in one row, side by side. */
export function areAdjacent(places: readonly Place[]): boolean {
  const [first, ...others] = inOrder(places);
  return others.every(({ row, x }, at) => row === first?.row && x === first.x + at + 1);
}

/** Whether so many of the seats that will do are side by side somewhere. */
export function hasRun({ rows }: House, willDo: ReadonlySet<Place>, size: number): boolean {
  return rows.some((row) => {
    let length = 0;
    return row.some((place) => {
      length = place !== undefined && willDo.has(place) ? length + 1 : 0;
      return length >= size;
    });
  });
}
