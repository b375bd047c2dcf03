import { SeatPlan } from "../shows/seat-plan.ts";

/** A seat of the model's house, in the order in which answers list seats. */
export interface ModelSeat {
  readonly id: string;
  readonly section: string;
  /** Seats are side by side when they follow each other in one row, and no gap is between: a gap takes a position. */
  readonly row: string;
  readonly x: number;
  readonly category: string;
  readonly price: number;
  readonly blocked?: true;
  readonly accessible?: true;
}

const PRICES = { gold: 20, blue: 10, gratis: 0 } as const;
/** [section, row, category, seats from left to right]; `#` is not for sale, `*` for people who need it, null a gap. */
const HOUSE: readonly (readonly [string, string, keyof typeof PRICES, readonly (string | null)[]])[] = [
  ["stalls", "A", "gold", ["A1", "A2", null, "A3", "A4#"]],
  ["stalls", "B", "blue", ["B1", "B2", "B3*"]],
  ["circle", "C", "gratis", ["C1", "C2"]],
];
export const MODEL_HOUSE: readonly ModelSeat[] = HOUSE.flatMap(([section, row, category, seats]) =>
  seats.flatMap((text, x): ModelSeat[] => {
    if (text === null) return [];
    const marks = { ...(text.endsWith("#") && { blocked: true as const }), ...accessible(text) };
    return [{ id: text.slice(0, 2), section, row, x, category, price: PRICES[category], ...marks }];
  }),
);
/** The same house as the implementation reads it. */
export const PLAN = new SeatPlan({
  categories: Object.entries(PRICES).map(([id, price]) => ({ id, price: `${price}` })),
  sections: ["stalls", "circle"].map((id) => ({
    id,
    rows: HOUSE.filter(([section]) => section === id).map(([, row, category, seats]) => ({
      id: row,
      seats: seats.map((text) => {
        if (text === null) return null;
        const marks = { ...(text.endsWith("#") && { blocked: true as const }), ...accessible(text) };
        return { id: text.slice(0, 2), category, ...marks };
      }),
    })),
  })),
});
function accessible(text: string) {
  return text.endsWith("*") && { accessible: true as const };
}

/** Whether these seats follow each other in one row. */
export function sideBySide(seats: readonly ModelSeat[]): boolean {
  return seats.every(({ row, x }, at) => row === seats[0]?.row && x === (seats[0]?.x ?? 0) + at);
}

/** Whether so many of these seats follow each other somewhere. */
export function hasRun(seats: readonly ModelSeat[], length: number): boolean {
  return seats.some((_, from) => {
    const run = seats.slice(from, from + length);
    return run.length === length && sideBySide(run);
  });
}

export function priceOf(seats: readonly ModelSeat[]): number {
  return seats.reduce((sum, { price }) => sum + price, 0);
}

export function idsOf(seats: readonly ModelSeat[]): string[] {
  return seats.map(({ id }) => id);
}
