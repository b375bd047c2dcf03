import type { Show } from "@holdfast/react";
import type { House, Place } from "../house/house.ts";
import { type Mark, markWords } from "../mark.ts";
import { categoryName, priceOf, whereIs } from "../words.ts";
import { SeatMark } from "./seat-mark.tsx";
import type { Extent, View } from "./view.ts";

interface SeatTipProps {
  house: House;
  show: Show;
  place: Place;
  mark: Mark;
  view: View;
  frame: Extent;
}

const HALF = 100;

/** What the seat is, beside it; its cell in the grid says the same to a screen reader. */
export function SeatTip({ house, show, place, mark, view, frame }: SeatTipProps) {
  const category = show.layout.categories.find(({ id }) => id === place.category);
  const x = place.x * view.k + view.x;
  const y = place.y * view.k + view.y;
  const below = y < 84;
  const left = Math.min(Math.max(x, HALF + 8), Math.max(HALF + 8, frame.width - HALF - 8));
  const top = below ? y + view.k / 2 + 8 : y - view.k / 2 - 8;
  return (
    <div
      aria-hidden="true"
      data-seat-tip
      className={`pointer-events-none absolute z-10 w-max max-w-64 -translate-x-1/2 rounded-md border border-line bg-surface px-2.5 py-1.5 text-sm shadow-float ${below ? "" : "-translate-y-full"}`}
      style={{ left, top }}
    >
      <p className="font-medium">{whereIs(house, place)}</p>
      <p className="figures flex items-center gap-1.5 text-soft">
        <SeatMark mark={mark} accessible={place.accessible} size={14} />
        {markWords[mark]}
        {category &&
          mark !== "blocked" &&
          `, ${categoryName(category)}, ${priceOf(category.price, show.currency)}`}
      </p>
      {place.accessible && <p className="text-soft">Wheelchair place</p>}
    </div>
  );
}
