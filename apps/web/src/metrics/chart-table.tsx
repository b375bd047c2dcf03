import { clockTime } from "../ui/format.ts";
import { Skeleton } from "../ui/skeleton.tsx";
import type { Chart, Line } from "./charts.ts";
import type { Point } from "./timeline.ts";

const tones = {
  accent: "text-accent",
  soft: "text-soft",
  refused: "text-refused",
  unresolved: "text-unresolved",
} as const;
const dashes = { solid: undefined, dashed: "5 3", dotted: "1.5 2.5" } as const;
const head = "pb-1 text-right text-xs font-normal text-faint";

interface ChartTableProps {
  chart: Chart;
  points: readonly Point[];
  point: Point | undefined;
  /** Whether a past moment is looked at, and not the latest. */
  inspecting: boolean;
}

/** What a chart says, in figures: each line now, or at the moment that is looked at, and at its highest. */
export function ChartTable({ chart, points, point, inspecting }: ChartTableProps) {
  return (
    <table className="figures w-full table-fixed border-collapse">
      <caption className="pb-1.5 text-left">
        <h2 id={`${chart.id}-title`} className="inline font-medium">
          {chart.title}
        </h2>{" "}
        <span className="text-sm text-faint">{chart.unit}</span>
      </caption>
      <thead>
        <tr>
          <th scope="col" className={head}>
            <span className="sr-only">Line</span>
          </th>
          <th scope="col" className={`${head} w-20`}>
            {inspecting && point ? clockTime(point.atMs) : "now"}
          </th>
          <th scope="col" className={`${head} w-18`}>
            highest
          </th>
        </tr>
      </thead>
      <tbody>
        {chart.lines.map((line) => (
          <tr key={line.figure} data-figure={line.figure}>
            <th scope="row" className="py-0.5 text-left font-normal text-soft">
              <span className="flex items-center gap-2">
                <Swatch line={line} />
                {line.name}
              </span>
            </th>
            <td className="text-right font-medium" data-now>
              {points.length < 2 ? (
                <Skeleton width="2.5rem" />
              ) : (
                <Value value={point?.figures?.[line.figure]} format={chart.format} />
              )}
            </td>
            <td className="text-right text-soft">
              <Value value={highest(points, line)} format={chart.format} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Value({ value, format }: { value: number | undefined; format: Chart["format"] }) {
  if (value !== undefined) return format(value);
  return (
    <>
      <span aria-hidden="true" className="text-faint">
        –
      </span>
      <span className="sr-only">none</span>
    </>
  );
}

function highest(points: readonly Point[], { figure }: Line): number | undefined {
  return points.reduce<number | undefined>((top, { figures }) => {
    const value = figures?.[figure];
    return value === undefined ? top : Math.max(top ?? 0, value);
  }, undefined);
}

/** A piece of the line itself, so that it is known by its shape as well. */
function Swatch({ line }: { line: Line }) {
  return (
    <svg
      width="16"
      height="2"
      viewBox="0 0 16 2"
      aria-hidden="true"
      className={`shrink-0 ${tones[line.tone]}`}
    >
      <path d="M0 1h16" stroke="currentColor" strokeWidth="2" strokeDasharray={dashes[line.stroke]} />
    </svg>
  );
}
