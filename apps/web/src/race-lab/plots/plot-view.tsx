import "uplot/dist/uPlot.min.css";
import { useEffect, useRef } from "react";
import type uPlot from "uplot";
import { useColourScheme } from "../../app/use-colour-scheme.ts";
import type { Side } from "../address.ts";
import type { Race } from "../race.ts";
import type { RaceChart } from "./charts.ts";
import { createRacePlot, PLOT_HEIGHT, raceData } from "./plot.ts";

interface PlotViewProps {
  chart: RaceChart;
  races: Readonly<Record<Side, Race>>;
}

/** The lines of a chart. What they come to stands above them as text. */
export default function PlotView({ chart, races }: PlotViewProps) {
  const element = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const scheme = useColourScheme();

  // Other colours are another canvas.
  useEffect(() => {
    const box = element.current;
    if (!box) return undefined;
    const made = createRacePlot(box, chart);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: box.clientWidth, height: PLOT_HEIGHT }));
    observer.observe(box);
    return () => {
      observer.disconnect();
      plot.current = undefined;
      made.destroy();
    };
  }, [chart, scheme]);

  // A new canvas wants its data as well.
  useEffect(() => {
    plot.current?.setData(raceData(chart, races));
  }, [chart, races.left, races.right, scheme]);

  return <div ref={element} aria-hidden="true" data-plot={chart.id} className="min-w-0 overflow-hidden" />;
}
