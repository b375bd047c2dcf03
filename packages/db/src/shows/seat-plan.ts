import type { Layout, LayoutRow, LayoutSeat } from "./layout.ts";

/** A seat and where it is: the `x`-th of its row, gaps counted. */
export interface Place {
  readonly seat: LayoutSeat;
  readonly row: PlanRow;
  readonly x: number;
  readonly price: bigint;
}

/** A row of the house; `rank` counts all rows, the best first. */
export interface PlanRow {
  readonly rank: number;
  readonly sectionId: string;
  /** By position from left to right; null is a gap. */
  readonly places: readonly (Place | null)[];
}

/** A layout as decisions read it: seats by id, rows from the best on. */
export class SeatPlan {
  readonly rows: readonly PlanRow[];
  readonly #places = new Map<string, Place>();
  readonly #categories: ReadonlySet<string>;

  constructor(layout: Layout) {
    const prices = new Map(layout.categories.map(({ id, price }) => [id, BigInt(price)]));
    this.#categories = new Set(prices.keys());
    const rows = layout.sections.flatMap(({ id, rows }) => rows.map((row) => ({ sectionId: id, row })));
    this.rows = rows.map(({ sectionId, row }, rank) => this.#rowOf(row, sectionId, rank, prices));
  }

  #rowOf(
    { seats }: LayoutRow,
    sectionId: string,
    rank: number,
    prices: ReadonlyMap<string, bigint>,
  ): PlanRow {
    const places: (Place | null)[] = [];
    const row: PlanRow = { rank, sectionId, places };
    for (const [x, seat] of seats.entries()) {
      const place = seat && { seat, row, x, price: prices.get(seat.category) ?? 0n };
      places.push(place);
      if (place !== null) this.#places.set(place.seat.id, place);
    }
    return row;
  }

  get size(): number {
    return this.#places.size;
  }

  hasCategory(id: string): boolean {
    return this.#categories.has(id);
  }

  find(seatId: string): Place | undefined {
    return this.#places.get(seatId);
  }

  /** From the best row on, and from left to right. */
  sorted(places: readonly Place[]): Place[] {
    return places.toSorted((a, b) => a.row.rank - b.row.rank || a.x - b.x);
  }

  /** Whether who takes these seats sits together: one row, side by side. */
  areAdjacent(places: readonly Place[]): boolean {
    return this.sorted(places).every(
      (place, at, all) => at === 0 || (all[at - 1]?.row === place.row && all[at - 1]?.x === place.x - 1),
    );
  }
}
