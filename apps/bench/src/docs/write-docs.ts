import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Report } from "../report.ts";
import { chart } from "./chart.ts";
import { tables } from "./tables.ts";

const DOCS = fileURLToPath(new URL("../../../../docs/", import.meta.url));
const FILES = { report: "performance.json", page: "performance.md", chart: "performance.svg" } as const;
const BEGIN = "<!-- figures: written by `pnpm bench:docs` from performance.json -->";
const END = "<!-- end of figures -->";

/** The page and the chart as the report in `directory` has them. */
export async function render(directory = DOCS): Promise<Readonly<Record<string, string>>> {
  const report = JSON.parse(await readFile(`${directory}${FILES.report}`, "utf8")) as Report;
  const page = await readFile(`${directory}${FILES.page}`, "utf8");
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(`${FILES.page} has lost its place for the figures`);
  return {
    [FILES.page]: `${before}${BEGIN}\n\n${tables(report)}\n\n${END}${after}`,
    [FILES.chart]: chart(report.outcomes),
  };
}

export async function writeDocs(directory = DOCS): Promise<void> {
  for (const [file, text] of Object.entries(await render(directory)))
    await writeFile(`${directory}${file}`, text);
}
