import { readFileSync } from "node:fs";
import { type ErrorCode, errorTable } from "@holdfast/db";
import { expect, test } from "vitest";

const doc = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
const source = readFileSync(new URL("../../db/src/errors.ts", import.meta.url), "utf8");

/** The details' types exist only while compiling, so their copy in the document is compared with the source. */
function detailTypes(): Map<string, string> {
  const body = source.match(/export interface ErrorDetails \{\n(.*?)\n\}/s)?.[1] ?? "";
  return new Map(
    [...body.matchAll(/^ {2}([A-Z_]+): (.*);$/gm)].map((match) => [match[1] ?? "", match[2] ?? ""]),
  );
}

const types = detailTypes();

function expectedRow([code, row]: [string, (typeof errorTable)[ErrorCode]]): string {
  const type = types.get(code) ?? "?";
  const details = type === "Record<never, never>" ? "–" : `\`${type.replaceAll("|", "\\|")}\``;
  const recorded = row.recorded ? "yes" : "no";
  return `| \`${code}\` | ${row.status} | ${row.retry} | ${recorded} | ${row.message} | ${details} |`;
}

test("docs/errors.md is the copy of errorTable", () => {
  const rows = doc.split("\n").filter((line) => /^\| `[A-Z_]+` \|/.test(line));
  expect(rows).toEqual(Object.entries(errorTable).map(expectedRow));
});

test("every code has details in the type and a row in the table", () => {
  expect([...types.keys()]).toEqual(Object.keys(errorTable));
});
