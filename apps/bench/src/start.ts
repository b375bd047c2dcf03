import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
/** As deep in the repository as a source folder: the migrations are found from there. */
const BUNDLE = path("../dist");

// What is measured is JavaScript as it is published. A loader that compiles on the way adds to every closure, which
// costs the write path a fifth.
await build({
  entryPoints: [
    "./cli.ts",
    "./http/serve-process.ts",
    "./http/load-process.ts",
    "./http/overload-process.ts",
    "./http/watch-process.ts",
    "./http/change-process.ts",
  ].map(path),
  entryNames: "[name]",
  outdir: BUNDLE,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  platform: "node",
  format: "esm",
  // It finds its binaries beside itself.
  external: ["@holdfast/embedded-postgres"],
  // What comes as CommonJS asks for Node's own modules by require.
  banner: {
    js: 'import * as nodeModule from "node:module"; const require = nodeModule.createRequire(import.meta.url);',
  },
  logLevel: "error",
});
const bench = spawn(process.execPath, ["--import", "tsx", `${BUNDLE}/cli.mjs`, ...process.argv.slice(2)], {
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => bench.kill(signal));
bench.once("exit", (code) => {
  process.exitCode = code ?? 1;
});
