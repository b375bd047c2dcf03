import type { Show } from "@holdfast/react";
import { Amount } from "../../ui/amount.tsx";
import type { House } from "../house/house.ts";
import { SeatMark } from "../map/seat-mark.tsx";
import type { Mark } from "../mark.ts";
import { categoryName, sectionOf, shortName, totalOf, whereIs } from "../words.ts";

interface SeatListProps {
  house: House;
  show: Show;
  seats: readonly string[];
  mark: Mark;
  /** What the server says they cost together; the sum of the list's prices otherwise. */
  total?: string;
  onDrop?: (seatId: string) => void;
}

/** As many lines fit before the list scrolls; the next one is cut, so that it shows. */
const MOST_SHOWN = 7;

/** Seats as lines of a bill. */
export function SeatList({ house, show, seats, mark, total, onDrop }: SeatListProps) {
  const unit = show.currency ?? "";
  return (
    <div>
      {/* What scrolls must be scrolled by keyboard as well. */}
      <ul
        tabIndex={seats.length > MOST_SHOWN ? 0 : undefined}
        aria-label="Seats"
        className="-mx-1 max-h-[14.75rem] overflow-y-auto px-1"
      >
        {seats.map((id) => {
          const place = house.byId.get(id);
          const category = show.layout.categories.find((one) => one.id === place?.category);
          return (
            <li key={id} data-line={id} className="flex min-h-8 items-center gap-2">
              <SeatMark mark={mark} accessible={place?.accessible ?? false} />
              <span className="figures font-medium">{shortName(house, id)}</span>
              <span className="min-w-0 flex-1 truncate text-sm text-faint">
                {sectionOf(house, id)}
                {category && `, ${categoryName(category)}`}
              </span>
              {category && <Amount value={category.price} unit={unit} />}
              {onDrop && (
                <button
                  type="button"
                  aria-label={`Give back ${place ? whereIs(house, place) : id}`}
                  onClick={() => onDrop(id)}
                  className="-mr-1 flex size-6 items-center justify-center rounded-sm text-faint hover:bg-sunken hover:text-ink pointer-coarse:size-9"
                >
                  <svg
                    width="12"
                    height="12"
                    viewBox="0 0 12 12"
                    aria-hidden="true"
                    stroke="currentColor"
                    strokeWidth="1.4"
                    strokeLinecap="round"
                  >
                    <path d="m3 3 6 6M9 3 3 9" />
                  </svg>
                </button>
              )}
            </li>
          );
        })}
      </ul>
      <p className="mt-1.5 flex items-baseline justify-between border-t border-line pt-2 font-semibold">
        <span>Total</span>
        <Amount value={total ?? totalOf(house, show, seats)} unit={unit} />
      </p>
    </div>
  );
}
