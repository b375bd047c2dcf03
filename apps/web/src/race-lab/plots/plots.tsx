import { lazy, Suspense, useEffect, useState } from "react";
import { type Choice, type Side, sides } from "../address.ts";
import type { Race } from "../race.ts";
import { charts } from "./charts.ts";

const PlotView = lazy(() => import("./plot-view.tsx"));

/** How fast both went, over each other. What draws it is fetched when there is something to draw. */
export function Plots({ choice, races }: { choice: Choice; races: Readonly<Record<Side, Race>> }) {
  const isSampled = sides.some((side) => races[side].samples.length > 0);
  const [isWanted, setIsWanted] = useState(false);
  useEffect(() => {
    if (isSampled) setIsWanted(true);
  }, [isSampled]);

  return (
    <section aria-label="How fast" className="grid gap-x-8 gap-y-5 border-t border-line pt-4 xl:grid-cols-2">
      {charts.map((chart) => (
        <figure key={chart.id} className="min-w-0">
          <figcaption className="flex flex-col pb-2">
            <span className="font-medium">
              {chart.title} <span className="text-sm font-normal text-faint">{chart.unit}</span>
            </span>
            {sides.map((side) => (
              <span key={side} className="figures flex items-center gap-2 text-sm text-soft">
                <Swatch side={side} />
                <span className="min-w-0 truncate">{choice[side].name}</span>
                <span className="ml-auto whitespace-nowrap text-ink">{chart.said(races[side])}</span>
              </span>
            ))}
          </figcaption>
          <div className="h-36">
            {isWanted && (
              <Suspense>
                <PlotView chart={chart} races={races} />
              </Suspense>
            )}
          </div>
        </figure>
      ))}
    </section>
  );
}

/** A piece of the line itself, so that it is known by its shape as well. */
function Swatch({ side }: { side: Side }) {
  return (
    <svg
      width="16"
      height="2"
      viewBox="0 0 16 2"
      aria-hidden="true"
      className={side === "left" ? "text-refused" : "text-accent"}
    >
      <path
        d="M0 1h16"
        stroke="currentColor"
        strokeWidth="2"
        strokeDasharray={side === "left" ? "5 3" : undefined}
      />
    </svg>
  );
}
