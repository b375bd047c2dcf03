import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { render } from "./write-docs.ts";

test("docs/performance has the figures of its report: `pnpm bench:docs` writes them", async () => {
  for (const [file, text] of Object.entries(await render())) {
    const path = fileURLToPath(new URL(`../../../../docs/${file}`, import.meta.url));
    expect(await readFile(path, "utf8"), file).toBe(text);
  }
});
