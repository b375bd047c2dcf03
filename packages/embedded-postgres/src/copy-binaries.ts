import { randomBytes } from "node:crypto";
import { chmod, copyFile, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { linkLibraries } from "./link-libraries.ts";
import type { PlatformPackage } from "./platform-package.ts";
import { isSafeDirectory, makeSafeDirectory } from "./safe-directory.ts";

/**
 * The directory of a complete copy of the binaries below `place`, one for each version, readable by everyone.
 * Undefined when no trustworthy one can be had there. The copy gets its name when it is complete, so that
 * an interrupted copy is never used.
 */
export async function copyBinaries(
  source: PlatformPackage,
  place: string,
  onProgress: (message: string) => void,
): Promise<string | undefined> {
  if (!(await makeSafeDirectory(place))) return undefined;
  const copy = join(place, `postgres-${source.version}-${source.platform}`);
  if (await isSafeDirectory(copy)) return copy;

  onProgress(`Copying the Postgres binaries to ${copy}, where the server can reach them.`);
  const unfinished = `${copy}.${process.pid}-${randomBytes(6).toString("hex")}`;
  try {
    await copyTree(join(source.root, "native"), join(unfinished, "native"));
    await linkLibraries(unfinished);
    await chmod(unfinished, 0o755);
    await rename(unfinished, copy);
  } catch {
    // No space, or another launcher was faster: then its copy is there.
    await rm(unfinished, { recursive: true, force: true });
  }
  return (await isSafeDirectory(copy)) ? copy : undefined;
}

/** Copies what running needs: not the static libraries, and not the source's modes, which may exclude others. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyTree(source, target);
    else if (entry.isFile() && !entry.name.endsWith(".a")) {
      await copyFile(source, target);
      await chmod(target, ((await stat(source)).mode & 0o111) === 0 ? 0o644 : 0o755);
    }
  }
}
