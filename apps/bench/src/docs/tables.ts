import { benchmarks } from "../benchmarks.ts";
import { columnsOf, type Report, ratioRows } from "../report.ts";

/** The figures of a report as Markdown. */
export function tables(report: Report): string {
  const { machine, seconds, rounds, outcomes, ratios } = report;
  const settings = Object.entries(machine.settings).map(([name, value]) => `\`${name} = ${value}\``);
  const scenarios = benchmarks.flatMap(({ name, description }) => {
    const ours = outcomes.filter(({ scenario }) => scenario === name);
    if (ours.length === 0) return [];
    const columns = columnsOf(ours);
    const rows = ours.map((outcome) => columns.map(([, cell]) => cell(outcome)));
    return [`### ${name}`, sentence(description), markdown([columns.map(([heading]) => heading), ...rows])];
  });
  return [
    `Measured on ${machine.cores} cores (${machine.cpu}, ${Math.round(machine.memoryBytes / 2 ** 30)} GB, ${machine.system}), Node ${machine.node}, Postgres ${machine.postgres}, ${settings.join(", ")}. ${rounds} rounds of ${seconds} s each, medians.`,
    markdown([["ratio", "measured", "target", ""], ...ratioRows(ratios)]),
    ...scenarios,
  ].join("\n\n");
}

const sentence = (text: string): string => `${text[0]?.toUpperCase()}${text.slice(1)}.`;

/** Names to the left, figures to the right. */
function markdown(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? "---" : "---:"))), ...body.map(line)].join("\n");
}
