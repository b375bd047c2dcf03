import { readFile } from "node:fs/promises";
import { EmbeddedPostgresError } from "./errors.ts";
import { type RunAs, run } from "./run.ts";

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The first of `postgres` and `nobody` that this machine has. */
export async function getServerUser(passwdFile = "/etc/passwd"): Promise<RunAs> {
  const passwd = await readFile(passwdFile, "utf8").catch(() => "");
  for (const name of ["postgres", "nobody"]) {
    const fields = passwd
      .split("\n")
      .find((line) => line.startsWith(`${name}:`))
      ?.split(":");
    const uid = Number.parseInt(fields?.[2] ?? "", 10);
    const gid = Number.parseInt(fields?.[3] ?? "", 10);
    if (uid > 0 && gid > 0) return { uid, gid, name };
  }
  throw new EmbeddedPostgresError(
    "data_unusable",
    `Postgres refuses to run as root, and ${passwdFile} has neither a user "postgres" nor "nobody" to run it as: start this as an ordinary user.`,
  );
}

/**
 * Whether that user can enter a directory. Asked of the system, not worked out from mode bits, so that it also
 * holds for access lists, user namespaces and network file systems.
 */
export async function canEnter(directory: string, runAs: RunAs): Promise<boolean> {
  const { exitCode } = await run("/bin/sh", ["-c", 'cd -- "$1"', "sh", directory], runAs);
  return exitCode === 0;
}
