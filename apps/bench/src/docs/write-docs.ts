import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { appendBenchmarks, type Benchmark, benchmarks, seatBenchmarks } from "../benchmarks.ts";
import type { Report } from "../report.ts";
import { chart } from "./chart.ts";
import { tables } from "./tables.ts";

const DOCS = fileURLToPath(new URL("../../../../docs/", import.meta.url));
const PAGE = "performance.md";
const CHART = "performance.svg";

/** A place of the page, between two lines, and the report that fills it. */
interface Place {
  readonly report: string;
  readonly begin: string;
  readonly end: string;
  readonly benchmarks: readonly Benchmark[];
  /** How long a turn lasted. */
  turn(report: Report): string;
}

const FIGURES: Place = {
  report: "performance.json",
  begin: "<!-- figures: written by `pnpm bench:docs` from performance.json -->",
  end: "<!-- end of figures -->",
  benchmarks: benchmarks.filter(
    (benchmark) => !seatBenchmarks.includes(benchmark) && !appendBenchmarks.includes(benchmark),
  ),
  turn: ({ seconds }) => `${seconds} s each`,
};

const SEATS: Place = {
  report: "performance-seats.json",
  begin: "<!-- figures of seats: written by `pnpm bench:docs` from performance-seats.json -->",
  end: "<!-- end of figures of seats -->",
  benchmarks: seatBenchmarks,
  turn: ({ seconds }) => `one show each (in \`watchers\` of ${seconds} s)`,
};

const APPENDS: Place = {
  report: "performance-conversations.json",
  begin:
    "<!-- figures of conversations: written by `pnpm bench:docs` from performance-conversations.json -->",
  end: "<!-- end of figures of conversations -->",
  benchmarks: appendBenchmarks,
  turn: ({ seconds }) => `${seconds} s each`,
};

/** The page and the chart as the reports in `directory` have them; where there is no report of seats or conversations, none is told. */
export async function render(directory = DOCS): Promise<Readonly<Record<string, string>>> {
  const report = JSON.parse(await readFile(`${directory}${FIGURES.report}`, "utf8")) as Report;
  let page = fill(await readFile(`${directory}${PAGE}`, "utf8"), FIGURES, report);
  for (const place of [SEATS, APPENDS]) {
    const found = await readFile(`${directory}${place.report}`, "utf8").catch(() => undefined);
    if (found !== undefined) page = fill(page, place, JSON.parse(found) as Report);
  }
  return { [PAGE]: page, [CHART]: chart(report.outcomes) };
}

function fill(page: string, { begin, end, benchmarks, turn }: Place, report: Report): string {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`${PAGE} has lost its place for the figures`);
  return `${before}${begin}\n\n${tables(report, benchmarks, turn(report))}\n\n${end}${after}`;
}

export async function writeDocs(directory = DOCS): Promise<void> {
  for (const [file, text] of Object.entries(await render(directory)))
    await writeFile(`${directory}${file}`, text);
}
