import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { SMALL_SCALE } from "./plant.ts";
import { plants } from "./plants.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

describe("every planted bug", () => {
  const every = [...plants, { name: "small scale", edits: SMALL_SCALE }];
  test.each(every)("$name fits the source exactly once", async ({ edits }) => {
    for (const { file, find } of edits) {
      const source = await readFile(`${root}${file}`, "utf8");
      expect(source.split(find)).toHaveLength(2);
    }
  });

  test("has a name of its own, and there are sixty at least", () => {
    expect(new Set(plants.map(({ name }) => name)).size).toBe(plants.length);
    expect(plants.length).toBeGreaterThanOrEqual(60);
  });
});
