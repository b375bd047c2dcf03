import type { Show } from "@holdfast/react";
import { useMemo } from "react";
import { Amount } from "../../ui/amount.tsx";
import { formatAmount } from "../../ui/format.ts";
import type { House } from "../house/house.ts";
import type { Mark } from "../mark.ts";
import { categoryName } from "../words.ts";
import { SeatMark } from "./seat-mark.tsx";

const STATES: readonly { mark: Mark; word: string }[] = [
  { mark: "chosen", word: "Chosen" },
  { mark: "yours", word: "Yours" },
  { mark: "held", word: "Held" },
  { mark: "sold", word: "Sold" },
  { mark: "blocked", word: "Not for sale" },
];

interface LegendProps {
  house: House;
  show: Show;
  marks: readonly Mark[];
  ranks: ReadonlyMap<string, number>;
  only: string | undefined;
  onOnly: (category: string | undefined) => void;
}

/** What the shapes mean, and what each category costs; a category pressed stands out on the map. */
export function Legend({ house, show, marks, ranks, only, onOnly }: LegendProps) {
  const free = useMemo(() => {
    const counts = new Map<string, number>();
    for (const place of house.places) {
      if (marks[place.at] === "free") counts.set(place.category, (counts.get(place.category) ?? 0) + 1);
    }
    return counts;
  }, [house, marks]);

  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1.5 border-t border-line px-2 py-1.5 text-sm text-soft">
      <fieldset className="flex flex-wrap gap-0.5">
        <legend className="sr-only">Show one category</legend>
        {show.layout.categories.map((category) => (
          <button
            key={category.id}
            type="button"
            aria-pressed={only === category.id}
            onClick={() => onOnly(only === category.id ? undefined : category.id)}
            className="flex min-h-8 items-center gap-1.5 rounded-md px-1.5 hover:bg-sunken aria-pressed:bg-accent-wash aria-pressed:text-ink pointer-coarse:min-h-10"
          >
            <SeatMark mark="free" rank={ranks.get(category.id) ?? 0} />
            <span className="font-medium text-ink">{categoryName(category)}</span>
            <Amount value={category.price} unit={show.currency ?? ""} />
            <span className="figures text-faint">
              {formatAmount(String(free.get(category.id) ?? 0))} free
            </span>
          </button>
        ))}
      </fieldset>
      <ul className="flex flex-wrap items-center gap-x-3.5 gap-y-1 px-1.5">
        {STATES.map(({ mark, word }) => (
          <li key={mark} className="flex items-center gap-1.5">
            <SeatMark mark={mark} />
            {word}
          </li>
        ))}
        <li className="flex items-center gap-1.5">
          <SeatMark mark="free" accessible />
          Wheelchair
        </li>
      </ul>
    </div>
  );
}
