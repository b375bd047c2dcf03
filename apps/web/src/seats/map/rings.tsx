import { memo } from "react";
import type { House, Place } from "../house/house.ts";
import type { View } from "./view.ts";

/** More than these moving at once would be a flicker, not a hint. */
const MOST_FLASHES = 60;

interface RingsProps {
  house: House;
  view: View;
  hovered: Place | undefined;
  focused: Place | undefined;
  conflicts: readonly string[];
  changed: ReadonlySet<string>;
}

/** What lies over the seats: where one points, where the focus is, what was just taken, and what has just changed. */
export function Rings({ house, view, hovered, focused, conflicts, changed }: RingsProps) {
  return (
    <svg aria-hidden="true" className="pointer-events-none absolute inset-0 size-full fill-none">
      <g transform={`translate(${view.x} ${view.y}) scale(${view.k})`}>
        <Flashes house={house} changed={changed} />
        {conflicts.map((id) => {
          const place = house.byId.get(id);
          return (
            place && <Ring key={id} place={place} grow={0.14} className="stroke-refused [stroke-width:2.5]" />
          );
        })}
        {hovered && <Ring place={hovered} grow={0.04} className="stroke-faint [stroke-width:1.5]" />}
        {focused && <Ring place={focused} grow={0.16} className="stroke-accent [stroke-width:2.5]" />}
      </g>
    </svg>
  );
}

const Flashes = memo(function Flashes({ house, changed }: Pick<RingsProps, "house" | "changed">) {
  return [...changed].slice(0, MOST_FLASHES).map((id) => {
    const place = house.byId.get(id);
    // A new set is new elements, whose animation then runs.
    return (
      place && (
        <Ring
          key={`${id} ${serialOf(changed)}`}
          place={place}
          grow={0.1}
          className="animate-flash stroke-ink [stroke-width:2]"
        />
      )
    );
  });
});

const serials = new WeakMap<ReadonlySet<string>, number>();
let next = 0;
function serialOf(changed: ReadonlySet<string>): number {
  const known = serials.get(changed) ?? next++;
  serials.set(changed, known);
  return known;
}

function Ring({ place, grow, className }: { place: Place; grow: number; className: string }) {
  const half = 0.4 + grow;
  return (
    <rect
      x={place.x - half}
      y={place.y - half}
      width={2 * half}
      height={2 * half}
      rx={0.22 + grow}
      vectorEffect="non-scaling-stroke"
      className={className}
    />
  );
}
