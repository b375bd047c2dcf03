import uPlot from "uplot";
import { clockTime } from "../ui/format.ts";
import type { Chart, Line, Tone } from "./charts.ts";
import { type Point, SHOWN_MS } from "./timeline.ts";

const HEIGHT = 112;
const AXIS_HEIGHT = 22;
const RIGHT = 58;
const DASHES = { solid: [], dashed: [5, 3], dotted: [1.5, 2.5] };
const STEPS = [1, 2, 4, 6, 10];

/** Half of it is a round number as well. */
export function roundTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return (STEPS.find((step) => step * power >= value * 0.999) ?? 10) * power;
}

/** The least time shown: what has just begun is not a smear at the edge. */
const LEAST_SECONDS = 60;

function timeRange(from: number | undefined, until: number | undefined): [number, number] {
  const end = until ?? Date.now() / 1_000;
  return [Math.min(end - LEAST_SECONDS, Math.max(from ?? end, end - SHOWN_MS / 1_000)), end];
}

/** A canvas knows no custom properties, so the tokens are read as the colours that they are at the moment. */
export function coloursOf(element: HTMLElement) {
  const probe = element.appendChild(document.createElement("span"));
  const read = (colour: string) => {
    probe.style.color = colour;
    return getComputedStyle(probe).color;
  };
  const colours = {
    line: read("var(--color-line)"),
    faint: read("var(--color-faint)"),
    surface: read("var(--color-canvas)"),
    wash: read("color-mix(in oklch, var(--color-accent) 9%, transparent)"),
    tone: {
      accent: read("var(--color-accent)"),
      soft: read("var(--color-soft)"),
      refused: read("var(--color-refused)"),
      unresolved: read("var(--color-unresolved)"),
    } satisfies Record<Tone, string>,
  };
  probe.remove();
  return colours;
}

/** The first line last, and so above the others: where all are 0 nothing looks refused. */
const drawn = (chart: Chart): Line[] => chart.lines.toReversed();

export function dataOf(chart: Chart, points: readonly Point[]): uPlot.AlignedData {
  const times = points.map(({ atMs }) => atMs / 1_000);
  return [times, ...drawn(chart).map(({ figure }) => points.map(({ figures }) => figures?.[figure] ?? null))];
}

/** The line under the pointer stands where the figures are. */
function nearest(plot: uPlot, left: number): number {
  const at = plot.data[0][plot.posToIdx(left)];
  return left < 0 || at === undefined ? left : plot.valToPos(at, "x");
}

export interface PlotOptions {
  readonly chart: Chart;
  /** Whether the times stand below it: the charts share one axis. */
  readonly times: boolean;
  /** Told the moment under the pointer, and undefined when it has left. */
  readonly onInspect: (atMs: number | undefined) => void;
}

/** A chart in `element`, without data; its width is set by whoever owns it. */
export function createPlot(element: HTMLElement, { chart, times, onInspect }: PlotOptions): uPlot {
  const colours = coloursOf(element);
  const font = `11px ${getComputedStyle(element).fontFamily}`;
  const grid = { stroke: colours.line, width: 1 };
  const series = (line: Line, first: boolean): uPlot.Series => ({
    label: line.name,
    stroke: colours.tone[line.tone],
    width: 1.5,
    dash: DASHES[line.stroke],
    ...(first ? { fill: colours.wash } : {}),
    points: { show: false },
  });
  const plot = new uPlot(
    {
      width: element.clientWidth,
      height: HEIGHT + (times ? AXIS_HEIGHT : 0),
      padding: [6, 0, 6, 0],
      legend: { show: false },
      scales: {
        x: {
          time: true,
          range: (_plot, min, max) => timeRange(min ?? undefined, max ?? undefined),
        },
        y: { range: (_plot, _min, max) => [0, roundTop(Math.max(max ?? 0, chart.leastTop))] },
      },
      axes: [
        {
          size: times ? AXIS_HEIGHT : 0,
          gap: 6,
          font,
          stroke: colours.faint,
          grid: { show: false },
          ticks: { show: false },
          space: 96,
          incrs: [15, 30, 60],
          values: (made, splits) =>
            // A time at the left edge would be cut.
            splits.map((at) => (times && made.valToPos(at, "x") > 24 ? clockTime(at * 1_000) : "")),
        },
        {
          side: 1,
          size: RIGHT,
          gap: 8,
          font,
          stroke: colours.faint,
          grid,
          ticks: { show: false },
          splits: (plot) => [0, (plot.scales["y"]?.max ?? 0) / 2, plot.scales["y"]?.max ?? 0],
          values: (_plot, splits) => splits.map((value) => (value === 0 ? "0" : chart.format(value))),
        },
      ],
      series: [{}, ...drawn(chart).map((line) => series(line, line === chart.lines[0]))],
      cursor: {
        y: false,
        drag: { x: false, y: false },
        move: (made, left, top) => [nearest(made, left), top],
        points: { size: 7, width: 1.5, stroke: colours.surface },
      },
      hooks: {
        setCursor: [
          ({ cursor, data, over }) => {
            const at = data[0][cursor.idx ?? -1];
            // New data moves the cursor of every chart; only one of them is pointed at.
            if (at !== undefined && over.matches(":hover")) onInspect(Math.round(at * 1_000));
          },
        ],
      },
    },
    [[]],
    element,
  );
  plot.over.addEventListener("mouseleave", () => onInspect(undefined));
  return plot;
}
