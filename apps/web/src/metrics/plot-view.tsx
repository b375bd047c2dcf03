import "uplot/dist/uPlot.min.css";
import "./plot.css";
import { useEffect, useRef } from "react";
import type uPlot from "uplot";
import { useColourScheme } from "../app/use-colour-scheme.ts";
import type { Chart } from "./charts.ts";
import { createPlot, dataOf } from "./plot.ts";
import type { Point } from "./timeline.ts";

interface PlotViewProps {
  chart: Chart;
  points: readonly Point[];
  times: boolean;
  /** The place in `points` that is looked at, in this chart or in another one. */
  inspected: number | undefined;
  onInspect: (atMs: number | undefined) => void;
}

/** The lines of a chart. What they say is beside them as text. */
export function PlotView({ chart, points, times, inspected, onInspect }: PlotViewProps) {
  const element = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const scheme = useColourScheme();

  // Other colours are another canvas.
  useEffect(() => {
    const box = element.current;
    if (!box) return undefined;
    const made = createPlot(box, { chart, times, onInspect });
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: box.clientWidth, height: made.height }));
    observer.observe(box);
    return () => {
      observer.disconnect();
      plot.current = undefined;
      made.destroy();
    };
  }, [chart, times, onInspect, scheme]);

  // The same list, and the points: a new canvas wants its data as well.
  useEffect(() => {
    plot.current?.setData(dataOf(chart, points));
  }, [chart, points, times, onInspect, scheme]);

  useEffect(() => {
    const at = inspected === undefined ? undefined : points[inspected]?.atMs;
    const drawn = plot.current;
    if (!drawn || drawn.cursor.idx === (inspected ?? null)) return;
    const left = at === undefined ? -10 : drawn.valToPos(at / 1_000, "x");
    drawn.setCursor({ left, top: left < 0 ? -10 : 0 }, false);
  }, [inspected, points]);

  return <div ref={element} aria-hidden="true" data-plot={chart.id} className="min-w-0 overflow-hidden" />;
}
