import { cp, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import type { Plant } from "./plants/plant.ts";

export type { Plant };

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** What the server reads at run time from beside its code: the look of `/docs`. */
const ASSETS = ["page.css", "page.js"].map((name) => join(ROOT, "apps/server/src/http/docs", name));

/**
 * Makes one file of a program, which starts five times faster than its sources: a server is back sooner after a kill. A plant's
 * bug is put in here, on the way: the product has no switch that could be left on.
 */
export async function bundle({
  entry,
  outfile,
  plant,
}: {
  /** Below the root of the repository. */
  readonly entry: string;
  readonly outfile: string;
  readonly plant?: Plant | undefined;
}): Promise<void> {
  await build({
    entryPoints: [join(ROOT, entry)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    // What comes as CommonJS asks for Node's own modules by require.
    banner: {
      js: 'import * as nodeModule from "node:module"; const require = nodeModule.createRequire(import.meta.url);',
    },
    plugins: plant === undefined ? [] : [planting(plant)],
    logLevel: "error",
  });
  for (const asset of ASSETS) await cp(asset, join(dirname(outfile), basename(asset)));
}

function planting(plant: Plant): Plugin {
  return {
    name: `plant ${plant.name}`,
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const edits = plant.edits.filter(({ file }) => path === join(ROOT, file));
        if (edits.length === 0) return undefined;
        let contents = await readFile(path, "utf8");
        for (const { file, find, replace } of edits) {
          // A plant that no longer fits would be a run without a bug, and "not caught" would be a lie.
          if (contents.split(find).length !== 2)
            throw new Error(`plant "${plant.name}" does not fit ${file} exactly once: ${find}`);
          contents = contents.replace(find, () => replace);
        }
        return { contents, loader: "ts" };
      });
    },
  };
}
