import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Outcome } from "../run-scenario.ts";
import { render } from "./write-docs.ts";

const DOCS = fileURLToPath(new URL("../../../../docs/", import.meta.url));

test("docs/performance has the figures of its reports: `pnpm bench:docs` writes them", async () => {
  for (const [file, text] of Object.entries(await render()))
    expect(await readFile(`${DOCS}${file}`, "utf8"), file).toBe(text);
});

test("figures of seats go to their own place, and only there", async () => {
  const directory = `${await mkdtemp(join(tmpdir(), "holdfast-docs-"))}/`;
  try {
    for (const file of ["performance.json", "performance.md"])
      await cp(`${DOCS}${file}`, `${directory}${file}`);
    const report = JSON.parse(await readFile(`${DOCS}performance.json`, "utf8")) as { outcomes: Outcome[] };
    const median = { ...report.outcomes[0]?.median, reservationsPerSecond: 4_321 };
    const outcomes = [...report.outcomes, { ...report.outcomes[0], scenario: "onsale", median }];
    await writeFile(`${directory}performance.json`, JSON.stringify({ ...report, outcomes }));
    const without = await render(directory);
    expect(without["performance.md"]).not.toContain("4,321");
    await writeFile(`${directory}performance-seats.json`, JSON.stringify({ ...report, outcomes }));
    const page = (await render(directory))["performance.md"] ?? "";
    expect(page.split("4,321")).toHaveLength(2);
    expect(page.indexOf("4,321")).toBeGreaterThan(page.indexOf("## Seats"));
    await writeFile(`${directory}performance.md`, page);
    expect((await render(directory))["performance.md"]).toBe(page);
  } finally {
    await rm(directory, { recursive: true });
  }
});
