import uPlot from "uplot";
import { coloursOf, roundTop } from "../../metrics/plot.ts";
import { type Side, sides } from "../address.ts";
import type { Race } from "../race.ts";
import type { RaceChart } from "./charts.ts";

export const PLOT_HEIGHT = 144;
const RIGHT = 58;

/** One line a strategy, over the time since its own run began: the runs come after each other and are drawn over each other. */
export function createRacePlot(element: HTMLElement, { format }: RaceChart): uPlot {
  const colours = coloursOf(element);
  const font = `11px ${getComputedStyle(element).fontFamily}`;
  const line = { width: 1.5, spanGaps: true, points: { size: 4 } };
  return new uPlot(
    {
      width: element.clientWidth,
      height: PLOT_HEIGHT,
      padding: [6, 0, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: (_plot, _min, max) => [0, max > 0 ? max : 1] },
        y: { range: (_plot, _min, max) => [0, max > 0 ? roundTop(max) : 1] },
      },
      axes: [
        {
          size: 22,
          gap: 6,
          font,
          stroke: colours.faint,
          grid: { show: false },
          ticks: { show: false },
          space: 72,
          values: (_plot, splits) => splits.map((at) => (at === 0 ? "" : `${at} s`)),
        },
        {
          side: 1,
          size: RIGHT,
          gap: 8,
          font,
          stroke: colours.faint,
          grid: { stroke: colours.line, width: 1 },
          ticks: { show: false },
          splits: ({ scales }) => [0, (scales["y"]?.max ?? 0) / 2, scales["y"]?.max ?? 0],
          values: (_plot, splits) => splits.map((value) => (value === 0 ? "0" : format(value))),
        },
      ],
      series: [
        {},
        { ...line, stroke: colours.tone.refused, dash: [5, 3] },
        { ...line, stroke: colours.tone.accent },
      ],
    },
    [[], [], []],
    element,
  );
}

export function raceData({ figureOf }: RaceChart, races: Readonly<Record<Side, Race>>): uPlot.AlignedData {
  return uPlot.join(
    sides.map((side) => {
      const { samples } = races[side];
      return [samples.map(({ atMs }) => atMs / 1_000), samples.map(figureOf)];
    }),
  );
}
