import type { Outcome } from "../run-scenario.ts";

const SCENARIOS = ["hot", "uniform", "zipf", "holds", "replay", "mixed-tenants", "http"];
/** In this order in each group. A no-op moves nothing, so it is not in the picture. */
const CONTENDERS = ["holdfast", "sql-function", "textbook", "pgledger"];

const WIDTH = 760;
const LEFT = 210;
const RIGHT = 90;
const BAR = 16;
const GAP = 3;
const GROUP_GAP = 18;
const TOP = 44;
const BOTTOM = 30;

/** One accent for the product; the others are told apart by their names, not by colours. */
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #4b5563 }
  .scenario { font-weight: 600; fill: #111827 }
  .figure { font-variant-numeric: tabular-nums; fill: #111827 }
  .bar { fill: #cbd5e1 } .holdfast { fill: #4f46e5 } .grid { stroke: #e5e7eb }
  @media (prefers-color-scheme: dark) {
    text { fill: #9ca3af } .scenario, .figure { fill: #f3f4f6 }
    .bar { fill: #475569 } .holdfast { fill: #818cf8 } .grid { stroke: #374151 }
  }`;

/** Operations a second, as bars on a logarithmic scale: equal distances are equal ratios. */
export function chart(outcomes: readonly Outcome[]): string {
  const groups = SCENARIOS.map((scenario) => ({
    scenario,
    bars: CONTENDERS.flatMap((contender) => {
      const found = outcomes.find((each) => each.scenario === scenario && each.contender === contender);
      return found === undefined ? [] : [{ contender, perSecond: found.median.operationsPerSecond }];
    }),
  })).filter(({ bars }) => bars.length > 0);
  const all = groups.flatMap(({ bars }) => bars.map(({ perSecond }) => perSecond));
  const least = 10 ** Math.floor(Math.log10(Math.min(...all)));
  const most = 10 ** Math.ceil(Math.log10(Math.max(...all)));
  const x = (perSecond: number): number =>
    LEFT + ((WIDTH - LEFT - RIGHT) * Math.log10(perSecond / least)) / Math.log10(most / least);

  const parts: string[] = [];
  let y = TOP;
  for (const { scenario, bars } of groups) {
    parts.push(text(8, y + BAR - 4, scenario, "scenario"));
    for (const { contender, perSecond } of bars) {
      const width = Math.max(1, x(perSecond) - LEFT);
      const kind = contender === "holdfast" ? "bar holdfast" : "bar";
      parts.push(
        text(LEFT - 8, y + BAR - 4, contender, "name", "end"),
        `<rect class="${kind}" x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2"/>`,
        text(LEFT + width + 6, y + BAR - 4, Math.round(perSecond).toLocaleString("en-US"), "figure"),
      );
      y += BAR + GAP;
    }
    y += GROUP_GAP;
  }
  const height = y - GROUP_GAP + BOTTOM;
  const grid: string[] = [];
  for (let at = least; at <= most; at *= 10) {
    grid.push(
      `<line class="grid" x1="${x(at)}" x2="${x(at)}" y1="${TOP - 8}" y2="${height - BOTTOM}"/>`,
      text(x(at), height - 10, at.toLocaleString("en-US"), "tick", "middle"),
    );
  }
  const title = "Operations a second, logarithmic: longer is faster";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>${title}</title><style>${STYLE}</style>
${[text(8, 22, title, "scenario"), ...grid, ...parts].join("\n")}
</svg>
`;
}

function text(x: number, y: number, content: string, kind: string, anchor = "start"): string {
  return `<text class="${kind}" x="${x.toFixed(1)}" y="${y}" text-anchor="${anchor}">${content}</text>`;
}
