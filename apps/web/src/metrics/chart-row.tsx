import type { KeyboardEvent, ReactNode } from "react";
import { clockTime } from "../ui/format.ts";
import { ChartTable } from "./chart-table.tsx";
import type { Chart } from "./charts.ts";
import { PlotView } from "./plot-view.tsx";
import type { Point } from "./timeline.ts";

interface ChartRowProps {
  chart: Chart;
  points: readonly Point[];
  times: boolean;
  /** Said where the lines would be, when there is nothing to draw. */
  empty?: ReactNode;
  inspected: number | undefined;
  onInspect: (atMs: number | undefined) => void;
}

/** A chart with its figures as text on the left. Arrow keys look at one moment after the other, in all charts at once. */
export function ChartRow({ chart, points, times, empty, inspected, onInspect }: ChartRowProps) {
  const last = points.length - 1;
  const at = Math.min(inspected ?? last, last);
  const point = points[at];

  function move(event: KeyboardEvent) {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (event.key === "Escape") onInspect(undefined);
    if (to === undefined || last < 0) return;
    event.preventDefault();
    onInspect(points[Math.max(0, Math.min(last, to))]?.atMs);
  }

  return (
    <section
      aria-labelledby={`${chart.id}-title`}
      className="grid items-start gap-x-8 gap-y-3 border-t border-line py-4 md:grid-cols-[17rem_minmax(0,1fr)]"
    >
      <ChartTable chart={chart} points={points} point={point} inspecting={inspected !== undefined} />
      <div className="relative min-w-0">
        {/* Not an input, which has no room for a picture. */}
        <div
          role="slider"
          tabIndex={0}
          aria-label={`${chart.title}: the moment looked at`}
          aria-valuemin={0}
          aria-valuemax={Math.max(0, last)}
          aria-valuenow={Math.max(0, at)}
          aria-valuetext={point ? `${clockTime(point.atMs)}: ${said(chart, point)}` : "nothing read yet"}
          onKeyDown={move}
          onBlur={() => onInspect(undefined)}
          className="rounded-sm"
        >
          <PlotView {...{ chart, points, times, inspected, onInspect }} />
        </div>
        {empty && (
          <p className="pointer-events-none absolute inset-0 flex items-center justify-center pr-14 text-soft *:pointer-events-auto">
            <span className="bg-canvas px-3">{empty}</span>
          </p>
        )}
      </div>
    </section>
  );
}

function said(chart: Chart, { figures }: Point): string {
  const values = chart.lines.map(({ name, figure }) => {
    const value = figures?.[figure];
    return `${name} ${value === undefined ? "none" : chart.format(value)}`;
  });
  return `${values.join(", ")} ${chart.unit}`;
}
