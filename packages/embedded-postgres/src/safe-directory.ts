import { chmod, lstat, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a directory in a place others may write to as well, and says whether it can be trusted: a real directory of
 * ours that nobody else can write to or swap. What somebody else put there first is left alone.
 */
export async function makeSafeDirectory(path: string): Promise<boolean> {
  try {
    const firstMade = await mkdir(path, { recursive: true, mode: 0o755 });
    if (firstMade !== undefined) await chmod(path, 0o755); // whatever the umask
    const parent = await stat(dirname(path));
    const swappable = (parent.mode & 0o002) !== 0 && (parent.mode & 0o1000) === 0;
    return !swappable && (await isSafeDirectory(path));
  } catch {
    return false;
  }
}

/** Whether the path is a directory, not a link to one, that only this user can write to. */
export async function isSafeDirectory(path: string): Promise<boolean> {
  const info = await lstat(path).catch(() => undefined);
  if (!info?.isDirectory()) return false;
  if (process.getuid === undefined) return true; // Windows: the user's own directories are private
  return info.uid === process.getuid() && (info.mode & 0o022) === 0;
}
