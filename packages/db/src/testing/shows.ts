import type { Db, Principal } from "../index.ts";
import { newKey, openWallet, shop } from "./factories.ts";

export interface HouseOptions {
  /** Rows of one section as text, the best first: `.` a seat, `a` an accessible one, `x` a blocked one, a space a gap. */
  readonly rows?: readonly string[];
  readonly price?: bigint;
  readonly holdSeconds?: number;
  readonly maxHoldSeconds?: number;
}

/** Seats are named by row and number: A1, A2, …; a gap has no number. */
export function house(rows: readonly string[]) {
  return rows.map((text, at) => {
    const id = String.fromCharCode(65 + at);
    let number = 0;
    const seats = [...text].map((kind) => {
      if (kind === " ") return null;
      number += 1;
      return {
        id: `${id}${number}`,
        ...(kind === "a" && { accessible: true }),
        ...(kind === "x" && { blocked: true }),
      };
    });
    return { id, seats };
  });
}

export interface TestShow {
  readonly showId: string;
  /** The organiser's, empty at first; undefined when the seats cost nothing. */
  readonly walletId: string | undefined;
}

/** A show of one section, at 10 sat a seat unless said otherwise, and of the shop's tenant. */
export async function createShow(
  db: Db,
  options: HouseOptions = {},
  by: Principal = shop,
): Promise<TestShow> {
  const { rows = ["....."], price = 10n, ...more } = options;
  const walletId = price === 0n ? undefined : await openWallet(db, 0n, { ownerId: "organiser" });
  const { showId } = await db.execute(by, {
    kind: "shows.create",
    idempotencyKey: newKey("show"),
    name: "A show",
    ...(walletId === undefined ? {} : { walletId }),
    categories: [{ id: "standard", price: `${price}` }],
    sections: [{ id: "stalls", rows: house(rows) }],
    ...more,
  });
  return { showId, walletId };
}
