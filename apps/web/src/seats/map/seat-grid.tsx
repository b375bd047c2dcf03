// biome-ignore-all lint/a11y/useSemanticElements: cells stand where the canvas has their seats, which no table's layout allows.
// biome-ignore-all lint/a11y/useFocusableInteractive: the cells take the focus, one at a time.
import type { Show } from "@holdfast/react";
import { type KeyboardEvent, memo, useEffect, useRef } from "react";
import type { House, Place } from "../house/house.ts";
import type { Mark } from "../mark.ts";
import { describe } from "../words.ts";

/** Rows before and behind the one with the focus that a screen reader can look into: 5,000 cells would slow it down. */
const ROWS_AROUND = 2;
/** Cells stand where the canvas draws their seats, at this size before they are scaled. */
export const CELL = 20;

interface SeatGridProps {
  house: House;
  show: Show;
  marks: readonly Mark[];
  at: Place;
  onKey: (event: KeyboardEvent) => void;
  onPress: (place: Place) => void;
  onFocus: (visibly: boolean) => void;
  onBlur: () => void;
}

/** The section around the focus as a grid of real cells over the canvas: one of them takes the focus, the arrows move it. */
export const SeatGrid = memo(function SeatGrid(props: SeatGridProps) {
  const { house, show, marks, at, onKey, onPress, onFocus, onBlur } = props;
  const grid = useRef<HTMLDivElement>(null);
  const section = house.sections[at.section];

  useEffect(() => {
    // Only a grid that has the focus already may move it: a map that is merely looked at takes it from nobody.
    if (!grid.current?.contains(document.activeElement)) return;
    grid.current
      .querySelector<HTMLElement>(`[data-seat="${CSS.escape(at.id)}"]`)
      ?.focus({ preventScroll: true });
  }, [at]);

  if (!section) return null;
  const first = Math.max(0, at.row - ROWS_AROUND);
  return (
    // The same element for every section: with it the focus would go.
    <div
      ref={grid}
      role="grid"
      aria-label={`Seats of ${section.name}`}
      aria-describedby="seat-keys"
      aria-multiselectable="true"
      aria-rowcount={section.rows.length}
      aria-colcount={section.columns}
      onKeyDown={onKey}
      onBlur={onBlur}
      className="absolute"
      style={{
        left: section.box.x * CELL,
        top: section.box.y * CELL,
        width: section.box.width * CELL,
        height: section.box.height * CELL,
      }}
    >
      {section.rows.slice(first, at.row + ROWS_AROUND + 1).map((row, index) => (
        <div key={row.id} role="row" aria-rowindex={first + index + 1} aria-label={`Row ${row.id}`}>
          {row.places.map((place) => {
            const mark = marks[place.at] ?? "free";
            return (
              <div
                key={place.id}
                role="gridcell"
                data-seat={place.id}
                data-mark={mark}
                tabIndex={place === at ? 0 : -1}
                aria-colindex={place.column + 1}
                aria-selected={mark === "chosen" || mark === "yours"}
                aria-disabled={mark === "held" || mark === "sold" || mark === "blocked" || undefined}
                aria-label={describe(house, place, show, mark)}
                onClick={() => onPress(place)}
                onKeyDown={(event) => {
                  if (event.key !== "Enter" && event.key !== " ") return;
                  event.preventDefault();
                  onPress(place);
                }}
                onFocus={(event) => onFocus(event.currentTarget.matches(":focus-visible"))}
                className="absolute outline-hidden"
                style={{
                  width: CELL,
                  height: CELL,
                  left: (place.x - section.box.x - 0.5) * CELL,
                  top: (place.y - section.box.y - 0.5) * CELL,
                }}
              />
            );
          })}
        </div>
      ))}
    </div>
  );
});
