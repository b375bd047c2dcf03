import { groupBy } from "../group-by.ts";
import type { SeatRow, ShowChangeRow, ShowRow, Tables } from "../tables.ts";

/** A show's row, its changes, oldest first, and the rows of its seats. */
export interface Stage {
  readonly id: string;
  readonly row: ShowRow | undefined;
  readonly changes: readonly ShowChangeRow[];
  readonly seats: readonly SeatRow[];
  /** Whether its versions have neither gap nor double. What stands on the others would only say so again. */
  sound: boolean;
}

export function openStages(
  tables: Pick<Tables, "shows" | "seats" | "showChanges">,
): ReadonlyMap<string, Stage> {
  const rows = new Map(tables.shows.map((row) => [row.id, row]));
  const changes = groupBy(tables.showChanges, ({ showId }) => showId);
  const seats = groupBy(tables.seats, ({ showId }) => showId);
  const ids = new Set([...rows.keys(), ...changes.keys(), ...seats.keys()]);
  return new Map(
    [...ids].map((id): [string, Stage] => {
      const sorted = (changes.get(id) ?? []).toSorted((a, b) => (a.version < b.version ? -1 : 1));
      return [id, { id, row: rows.get(id), changes: sorted, seats: seats.get(id) ?? [], sound: true }];
    }),
  );
}
