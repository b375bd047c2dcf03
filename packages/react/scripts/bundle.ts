import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

export interface Bundle {
  /** The files of this repository, from packages/, whose code a page loads at first. */
  readonly files: readonly string[];
  readonly bytes: number;
  readonly gzippedBytes: number;
}

/** What a page loads at first that imports these names, as an application's bundler makes it: minified, without React and Query. */
export async function bundleOf(names: readonly string[]): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    stdin: {
      contents: `export { ${names.join(", ")} } from "@holdfast/react";`,
      resolveDir: fileURLToPath(new URL("..", import.meta.url)),
    },
    absWorkingDir: fileURLToPath(new URL("../..", import.meta.url)),
    outdir: "out",
    external: ["react", "react/jsx-runtime", "@tanstack/react-query"],
    bundle: true,
    format: "esm",
    splitting: true,
    minify: true,
    metafile: true,
    write: false,
  });
  const first = atFirst(metafile.outputs, "out/stdin.js");
  const files = first.flatMap((path) =>
    Object.entries(metafile.outputs[path]?.inputs ?? {}).flatMap(([file, { bytesInOutput }]) =>
      bytesInOutput > 0 ? [file] : [],
    ),
  );
  const contents = outputFiles.filter(({ path }) => first.some((name) => path.endsWith(name)));
  return {
    files: files.sort(),
    bytes: contents.reduce((sum, file) => sum + file.contents.length, 0),
    gzippedBytes: contents.reduce((sum, file) => sum + gzipSync(file.contents).length, 0),
  };
}

interface Output {
  readonly imports: readonly { readonly path: string; readonly kind: string }[];
}

/** A chunk and those that it imports by itself, not later. */
function atFirst(outputs: Record<string, Output>, path: string): string[] {
  const found = new Set([path]);
  for (const name of found) {
    for (const { path: imported, kind } of outputs[name]?.imports ?? [])
      if (kind === "import-statement" && outputs[imported] !== undefined) found.add(imported);
  }
  return [...found];
}
