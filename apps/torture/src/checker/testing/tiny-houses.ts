import { type Fields, No } from "./tiny-store.ts";

export interface TinySeat {
  readonly id: string;
  readonly category: string;
  readonly section: string;
  /** Its neighbour to the right in its row, if there is one. */
  next?: TinySeat;
  readonly price: bigint;
  readonly isClosed: boolean;
  readonly isKept: boolean;
}

/** The seats of the house and its layout as text; a category is a row's, and nothing else has one. */
export function houseOf({ categories, sections }: Fields): { seats: TinySeat[]; layout: string } {
  const prices = new Map(
    (categories as { id: string; price: string }[]).map(({ id, price }) => [id, BigInt(price)]),
  );
  const seats: TinySeat[] = [];
  type Row = { id: string; category: string; seats: (Fields | null)[] };
  const told = (sections as { id: string; rows: Row[] }[]).map((section) => {
    const rows = section.rows.map(({ id, category, seats: sent }) => {
      let before: TinySeat | undefined;
      const listed = sent.map((one) => {
        const seat = one && {
          id: `${one["id"]}`,
          category,
          section: section.id,
          price: prices.get(category) ?? 0n,
          isClosed: one["blocked"] === true,
          isKept: one["accessible"] === true,
        };
        if (seat !== null) seats.push(seat);
        if (before !== undefined && seat !== null) before.next = seat;
        before = seat ?? undefined;
        return (
          one && {
            id: one["id"],
            category,
            ...(one["accessible"] ? { accessible: true } : {}),
            ...(one["blocked"] ? { blocked: true } : {}),
          }
        );
      });
      return { id, seats: listed };
    });
    return { id: section.id, rows };
  });
  return { seats, layout: JSON.stringify({ categories, sections: told }) };
}

/** The first that will do: side by side if there are any, else whatever there is. */
export function choose(
  house: readonly TinySeat[],
  isFree: (seat: TinySeat) => boolean,
  { seatIds, bestAvailable, ifTaken }: Fields,
): { chosen: TinySeat[]; insteadOf?: string[] } {
  const wanted = (bestAvailable ?? {}) as { quantity?: number; section?: string; category?: string };
  const asked = house.filter(({ id }) => (seatIds as string[] | undefined)?.includes(id));
  const conflicts = asked.filter((seat) => !isFree(seat)).map(({ id }) => id);
  if (seatIds !== undefined && conflicts.length === 0) return { chosen: asked };
  if (seatIds !== undefined && (ifTaken !== "nearest" || asked.some(({ isKept }) => isKept)))
    throw new No("SEATS_TAKEN", { conflicts });
  const size = wanted.quantity ?? asked.length;
  const open = house.filter(
    (seat) =>
      isFree(seat) &&
      !seat.isKept &&
      (wanted.section ?? seat.section) === seat.section &&
      (wanted.category ?? seat.category) === seat.category &&
      (seatIds === undefined || asked.some(({ category }) => category === seat.category)),
  );
  if (open.length < size && seatIds !== undefined) throw new No("SEATS_TAKEN", { conflicts });
  if (open.length < size) throw new No("NOT_ENOUGH_SEATS", { available: open.length, requested: size });
  for (const first of open) {
    const run = [first];
    for (
      let seat = first.next;
      seat !== undefined && run.length < size && open.includes(seat);
      seat = seat.next
    )
      run.push(seat);
    if (run.length === size)
      return { chosen: run, ...(seatIds === undefined ? {} : { insteadOf: conflicts }) };
  }
  return { chosen: open.slice(0, size), ...(seatIds === undefined ? {} : { insteadOf: conflicts }) };
}
