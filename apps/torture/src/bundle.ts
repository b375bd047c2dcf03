import { cp, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import type { Edit, Plant } from "./plants/plant.ts";

export type { Plant };

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** What the server reads at run time from beside its code: the look of `/docs`. */
const ASSETS = ["page.css", "page.js"].map((name) => join(ROOT, "apps/server/src/http/docs", name));

/**
 * Makes one file of a program, which starts five times faster than its sources: a server is back sooner after a kill. What is to be
 * other than in the product, such as a plant's bug, is put in here, on the way: the product has no switch that could be left on.
 */
export async function bundle({
  entry,
  outfile,
  edits = [],
}: {
  /** Below the root of the repository. */
  readonly entry: string;
  readonly outfile: string;
  readonly edits?: readonly Edit[];
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
    plugins: edits.length === 0 ? [] : [editing(edits)],
    logLevel: "error",
  });
  for (const asset of ASSETS) await cp(asset, join(dirname(outfile), basename(asset)));
}

function editing(all: readonly Edit[]): Plugin {
  return {
    name: "edits",
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const edits = all.filter(({ file }) => path === join(ROOT, file));
        if (edits.length === 0) return undefined;
        let contents = await readFile(path, "utf8");
        for (const { file, find, replace } of edits) {
          // A plant that no longer fits would be a run without a bug, and "not caught" would be a lie.
          if (contents.split(find).length !== 2)
            throw new Error(`an edit does not fit ${file} exactly once: ${find}`);
          contents = contents.replace(find, () => replace);
        }
        return { contents, loader: "ts" };
      });
    },
  };
}
