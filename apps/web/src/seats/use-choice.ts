import type { SeatStatus } from "@holdfast/react";
import { useEffect, useState } from "react";
import { partTaken, toggle } from "./choice.ts";
import type { Mark } from "./mark.ts";

interface ChoiceOptions {
  statusOf: (seatId: string) => SeatStatus;
  mine: ReadonlySet<string>;
  /** While a call is under way, seats may be held because it succeeded. */
  isPending: boolean;
  /** Seats of the choice that somebody else has by now, and all that were chosen until then. */
  onTaken: (taken: readonly string[], chosen: readonly string[]) => void;
}

/** The seats that are chosen on this page alone: nobody else knows of them, and anybody may be faster. */
export function useChoice({ statusOf, mine, isPending, onTaken }: ChoiceOptions) {
  const [chosen, setChosen] = useState<readonly string[]>([]);

  // What the map says has changed, or the choice; not who listens.
  useEffect(() => {
    if (isPending) return;
    const { free, taken } = partTaken(chosen, statusOf);
    if (taken.length === 0) return;
    setChosen(free);
    const lost = taken.filter((id) => !mine.has(id));
    if (lost.length > 0) onTaken(lost, chosen);
  }, [chosen, statusOf, isPending]);

  return {
    chosen,
    /** Answers why nothing changed, if so. */
    press(seatId: string, mark: Mark): { chosen: readonly string[]; because?: string } {
      const next = toggle(chosen, seatId, mark);
      setChosen(next.chosen);
      return next;
    },
    drop: (seatIds: readonly string[]) => setChosen((all) => all.filter((id) => !seatIds.includes(id))),
    clear: () => setChosen([]),
  };
}
