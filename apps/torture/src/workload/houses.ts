import type { Random } from "../random.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A house as it is sent, small enough to be fought over; and what the clients then know of it. */
export interface House {
  readonly input: { readonly categories: readonly Fields[]; readonly sections: readonly Fields[] };
  readonly isFree: boolean;
  /** From the best on. */
  readonly seatIds: readonly string[];
  readonly sections: readonly string[];
  readonly categories: readonly string[];
}

/** `.` a seat, `a` one for people who need it, `x` one that is not for sale, a space a gap. */
function row(id: string, seats: string, category?: string): Fields {
  const marks = [...seats].map((mark, at) => {
    if (mark === " ") return null;
    return {
      id: `${id}${at + 1}`,
      ...(mark === "a" ? { accessible: true } : {}),
      ...(mark === "x" ? { blocked: true } : {}),
    };
  });
  return { id, seats: marks, ...(category === undefined ? {} : { category }) };
}

/** Somebody is paid: four prices, one of them nothing, and one that few can pay. */
const THEATRE = houseOf(
  [
    { id: "gold", name: "Gold", price: "25" },
    { id: "box", price: "3000" },
    { id: "blue", price: "6" },
    { id: "standing", price: "0" },
  ],
  [
    {
      id: "stalls",
      rows: [row("A", "..... ....."), row("B", "..... ....."), row("C", ".a... .....", "blue")],
    },
    { id: "boxes", category: "box", rows: [row("X", ".. ..")] },
    {
      id: "circle",
      category: "blue",
      rows: [row("D", "......xx......"), row("E", "a............", "standing")],
    },
  ],
);

const PARK = houseOf(
  [{ id: "lawn", price: "0" }],
  [{ id: "lawn", rows: ["F", "G", "H", "I", "J"].map((id) => row(id, "........")) }],
);

function houseOf(categories: readonly Fields[], sections: readonly Fields[]): House {
  const rows = sections.flatMap(
    (section) => section["rows"] as readonly { seats: readonly (Fields | null)[] }[],
  );
  return {
    input: { categories, sections },
    isFree: categories.every(({ price }) => price === "0"),
    seatIds: rows.flatMap(({ seats }) => seats.flatMap((seat) => (seat === null ? [] : [`${seat["id"]}`]))),
    sections: sections.map(({ id }) => `${id}`),
    categories: categories.map(({ id }) => `${id}`),
  };
}

export function pickHouse(random: Random): House {
  return random.chance(0.7) ? THEATRE : PARK;
}

/** The house of a show that somebody created. */
export function houseWith(categories: unknown): House {
  return Array.isArray(categories) && categories.length === 1 ? PARK : THEATRE;
}
