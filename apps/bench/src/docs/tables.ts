import type { Benchmark } from "../benchmarks.ts";
import { ratios as ratiosOf } from "../ratios.ts";
import { outcomeRows, type Report, ratioRows } from "../report.ts";

/** What a report says of these scenarios, as Markdown; `turn` says how long one lasts. */
export function tables(
  { machine, rounds, ...report }: Report,
  benchmarks: readonly Benchmark[],
  turn: string,
): string {
  const outcomes = report.outcomes.filter((outcome) =>
    benchmarks.some(({ name }) => name === outcome.scenario),
  );
  const ratios = ratiosOf(outcomes);
  const settings = Object.entries(machine.settings).map(([name, value]) => `\`${name} = ${value}\``);
  const scenarios = benchmarks.flatMap(({ name, description }) => {
    const ours = outcomes.filter(({ scenario }) => scenario === name);
    if (ours.length === 0) return [];
    return [`### ${name}`, sentence(description), markdown(outcomeRows(ours))];
  });
  return [
    `Measured on ${machine.cores} cores (${machine.cpu}, ${Math.round(machine.memoryBytes / 2 ** 30)} GB, ${machine.system}), Node ${machine.node}, Postgres ${machine.postgres}, ${settings.join(", ")}. ${rounds} rounds of ${turn}, medians.`,
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
