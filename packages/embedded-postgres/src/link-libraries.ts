import { lstat, readFile, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { systemErrorCode } from "./errors.ts";

/**
 * Re-creates the library links that npm packages can't contain, from the package's list of them. False when they
 * are missing and can't be made here. Safe to run at the same time as another launcher.
 */
export async function linkLibraries(root: string): Promise<boolean> {
  const list = await readFile(join(root, "native", "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(root, target);
    if (await lstat(link).catch(() => undefined)) continue;
    try {
      await symlink(relative(dirname(link), join(root, source)), link);
    } catch (error) {
      if (systemErrorCode(error) !== "EEXIST") return false;
    }
  }
  return true;
}
