import type { SeatStatus } from "@holdfast/react";
import type { Mark } from "./mark.ts";

/** What one reservation takes (packages/db/src/shows/commands.ts). */
export const MAX_CHOSEN = 50;

export interface Choice {
  readonly chosen: readonly string[];
  /** Why nothing changed, for a person. */
  readonly because?: string;
}

/** The choice after a seat was pressed: only free seats can be chosen, and pressing one again gives it back. */
export function toggle(chosen: readonly string[], seatId: string, mark: Mark): Choice {
  switch (mark) {
    case "chosen":
      return { chosen: chosen.filter((id) => id !== seatId) };
    case "free":
      return chosen.length < MAX_CHOSEN
        ? { chosen: [...chosen, seatId] }
        : { chosen, because: `One reservation takes ${MAX_CHOSEN} seats at most.` };
    case "yours":
      return { chosen, because: "It is yours already." };
    case "held":
      return { chosen, because: "Somebody else holds it." };
    case "sold":
      return { chosen, because: "It is sold." };
    case "blocked":
      return { chosen, because: "It is not for sale." };
  }
}

/** The chosen seats that can still be had, and those that somebody else has by now. */
export function partTaken(
  chosen: readonly string[],
  statusOf: (seatId: string) => SeatStatus,
): { free: readonly string[]; taken: readonly string[] } {
  const taken = chosen.filter((id) => statusOf(id) !== "free");
  return { free: taken.length === 0 ? chosen : chosen.filter((id) => !taken.includes(id)), taken };
}
