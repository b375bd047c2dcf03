import { join } from "node:path";
import { copyBinaries } from "./copy-binaries.ts";
import { EmbeddedPostgresError, tail } from "./errors.ts";
import { linkLibraries } from "./link-libraries.ts";
import type { PlatformPackage } from "./platform-package.ts";
import { type RunAs, type RunResult, run } from "./run.ts";

export interface Binaries {
  initdb: string;
  postgres: string;
  pgCtl: string;
  /** The version of the package, for example 18.4.0-beta.17. */
  version: string;
}

/**
 * Binaries that the server's user can run: those of the package where they are, or else (a directory that user can't
 * enter, or a read-only one that lacks the library links) a copy in the first of `places` that works.
 */
export async function prepareBinaries(
  source: PlatformPackage,
  runAs: RunAs | undefined,
  places: string[],
  onProgress: (message: string) => void,
): Promise<Binaries> {
  if (await linkLibraries(source.root)) {
    const inPlace = binariesIn(source.root, source.version);
    if ((await tryOut(inPlace, runAs)).exitCode === 0) return inPlace;
  }
  let lastOutput = "no directory for a copy of them could be made safely";
  for (const place of places) {
    const copy = await copyBinaries(source, place, onProgress);
    if (copy === undefined) continue;
    const copied = binariesIn(copy, source.version);
    const result = await tryOut(copied, runAs);
    if (result.exitCode === 0) return copied;
    lastOutput = tail(result.output);
  }
  throw new EmbeddedPostgresError(
    "binaries_unusable",
    `The Postgres binaries in ${source.root} can't be run, nor a copy in any of ${places.join(", ")} (${lastOutput}): they need a place without noexec and, on Linux, glibc; otherwise use a Postgres of your own.`,
  );
}

function tryOut(binaries: Binaries, runAs: RunAs | undefined): Promise<RunResult> {
  return run(binaries.postgres, ["--version"], runAs);
}

function binariesIn(root: string, version: string): Binaries {
  const suffix = process.platform === "win32" ? ".exe" : "";
  const program = (name: string) => join(root, "native", "bin", name + suffix);
  return { initdb: program("initdb"), postgres: program("postgres"), pgCtl: program("pg_ctl"), version };
}
