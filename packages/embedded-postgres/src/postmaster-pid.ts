import { randomBytes } from "node:crypto";
import { link, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** What Postgres writes to `postmaster.pid` in its data directory. */
export interface PostmasterPid {
  pid: number;
  port: number;
  /** In seconds since 1970: with the pid, it tells one postmaster from the next. */
  startedAt: string;
  /** `starting`, `ready`, `standby` or `stopping`; empty while the file is being written. */
  status: string;
}

export async function findPostmasterPid(data: string): Promise<PostmasterPid | undefined> {
  return parse(await readFile(pidFile(data), "utf8").catch(() => ""));
}

/**
 * Takes away a stale `postmaster.pid` whose process id now belongs to a program that is no Postgres; with it,
 * Postgres would refuse to start. (Of one whose process is gone Postgres takes care itself.) Moved aside and looked
 * at before it is deleted, because another launcher may have started a server in the meantime.
 */
export async function discardPostmasterPid(data: string, stale: PostmasterPid): Promise<void> {
  const aside = join(data, `postmaster.pid.${randomBytes(6).toString("hex")}`);
  try {
    await rename(pidFile(data), aside);
  } catch {
    return; // somebody else took it away
  }
  const moved = parse(await readFile(aside, "utf8"));
  if (moved?.pid !== stale.pid || moved.startedAt !== stale.startedAt)
    await link(aside, pidFile(data)).catch(() => undefined);
  await rm(aside);
}

function pidFile(data: string): string {
  return join(data, "postmaster.pid");
}

function parse(text: string): PostmasterPid | undefined {
  const lines = text.split("\n").map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  return { pid, port: Number(lines[3] ?? ""), startedAt: lines[2] ?? "", status: lines[7] ?? "" };
}
