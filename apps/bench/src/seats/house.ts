/** A seat of the house on sale; its price in the smallest unit. */
export interface Seat {
  readonly id: string;
  /** From 0, the best first. */
  readonly row: number;
  /** From 0, from left to right. */
  readonly number: number;
  readonly price: number;
}

/** Rows of seats without a gap. */
export interface House {
  readonly rows: readonly (readonly Seat[])[];
  readonly seats: readonly Seat[];
  /** A sum of the prices of seats, which must be the house's. */
  priceOf(seatIds: readonly string[]): number;
  /** Whether these seats are side by side in one row. */
  areAdjacent(seatIds: readonly string[]): boolean;
}

const ROW_SEATS = 50;
/** By a row's place in the house, the best quarter first; each price is a category. */
export const PRICES = [120, 90, 70, 50] as const;

export function createHouse(seatCount: number): House {
  const rowCount = Math.ceil(seatCount / ROW_SEATS);
  const rows = Array.from({ length: rowCount }, (_, row) =>
    Array.from({ length: Math.min(ROW_SEATS, seatCount - row * ROW_SEATS) }, (_, number): Seat => {
      // In order of rows as text as well, so that every contender's lock order is that of the house.
      const id = `R${String(row + 1).padStart(3, "0")}-${String(number + 1).padStart(2, "0")}`;
      const price = PRICES[Math.floor((row / rowCount) * PRICES.length)] ?? PRICES[0];
      return { id, row, number, price };
    }),
  );
  const seats = rows.flat();
  const byId = new Map(seats.map((seat) => [seat.id, seat]));
  const get = (id: string): Seat => {
    const seat = byId.get(id);
    if (seat === undefined) throw new TypeError(`there is no seat ${id} in the house`);
    return seat;
  };
  return {
    rows,
    seats,
    priceOf: (seatIds) => seatIds.reduce((sum, id) => sum + get(id).price, 0),
    areAdjacent(seatIds) {
      const places = seatIds.map(get).sort((a, b) => a.number - b.number);
      return places.every(
        ({ row, number }, at) => row === places[0]?.row && number === (places[0]?.number ?? 0) + at,
      );
    },
  };
}
