import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

/** Kilobytes (1,000 bytes) of gzipped JavaScript. */
const LIMIT_KB = 180;
const dist = fileURLToPath(new URL("../dist", import.meta.url));

/** What a browser loads before it shows anything: the page's scripts, and all that they import before they run. */
const first = /(?:src|href)="\/([^"]+\.js)"/g;
const imported = /(?:from|import)\s*["'`](\.{1,2}\/[^"'`]+\.js)["'`]/g;
const later = /import\(["'`](\.{1,2}\/[^"'`]+\.js)["'`]\)/g;

const read = (file: string) => readFileSync(join(dist, file), "utf8");
const found = (text: string, what: RegExp) => [...text.matchAll(what)].map(([, name = ""]) => name);

/** These files and what they import, each once. */
function withImports(files: readonly string[]): Set<string> {
  const all = new Set<string>();
  const add = (file: string): void => {
    if (all.has(file)) return;
    all.add(file);
    for (const other of found(read(file), imported)) add(join(dirname(file), other));
  };
  for (const file of files) add(file);
  return all;
}

const kilobytes = (files: Iterable<string>) =>
  Math.round([...files].reduce((sum, file) => sum + gzipSync(read(file)).length, 0) / 100) / 10;

describe("the console's JavaScript", () => {
  it("is built", () => {
    expect(existsSync(join(dist, "index.html")), "Build it: pnpm --filter @holdfast/web build").toBe(true);
  });

  it(`is ${LIMIT_KB} kB at most until the home page stands there`, () => {
    const scripts = found(read("index.html"), first);
    const entry = [...withImports(scripts)];
    const home = entry.flatMap((file) =>
      found(read(file), later)
        .filter((name) => name.includes("home-page"))
        .map((name) => join(dirname(file), name)),
    );
    expect(home, "The home page has a chunk of its own").toHaveLength(1);
    const loaded = withImports([...scripts, ...home]);
    const parts = [...loaded].map((file) => `${file}: ${kilobytes([file])} kB`).join("\n");
    const total = kilobytes(loaded);
    expect(
      total,
      `The first load has ${total} kB, gzipped; ${LIMIT_KB} are allowed. Give what the home page doesn't need a chunk of its own: import a room's page by lazyRouteComponent, and what is opened by a click by lazy().\n${parts}`,
    ).toBeLessThanOrEqual(LIMIT_KB);
    process.stderr.write(`\nThe console's first load: ${total} kB of JavaScript, gzipped.\n`);
  });
});
