import type { Mark } from "../mark.ts";
import { BOX, shapeOf, tones } from "./shapes.ts";

interface SeatMarkProps {
  mark: Mark;
  accessible?: boolean;
  /** Its category, counted from the dearest. */
  rank?: number;
  size?: number;
}

/** A seat as the map draws it, for the legend and beside words. */
export function SeatMark({ mark, accessible = false, rank = 1, size = 16 }: SeatMarkProps) {
  return (
    <svg
      width={size}
      height={size}
      viewBox={`0 0 ${BOX} ${BOX}`}
      fill="none"
      strokeLinecap="round"
      aria-hidden="true"
      className="shrink-0"
    >
      {shapeOf(mark, accessible, rank).map(({ d, fill, stroke, width }) => (
        <path
          key={d}
          d={d}
          fill={fill ? tones[fill] : "none"}
          stroke={stroke && tones[stroke]}
          strokeWidth={width}
        />
      ))}
    </svg>
  );
}
