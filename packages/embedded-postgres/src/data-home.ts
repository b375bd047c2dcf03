import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { EmbeddedPostgresError } from "./errors.ts";
import type { RunAs } from "./run.ts";
import { canEnter, getServerUser, isRoot } from "./run-as.ts";
import { makeSafeDirectory } from "./safe-directory.ts";

export interface DataHome {
  /** Holds `data/`, `password` and the logs. Ours: the server's user owns `data/` alone. */
  path: string;
  /** The user to run Postgres as; undefined for ourselves. */
  runAs: RunAs | undefined;
  /** Whether that is elsewhere than requested. */
  moved: boolean;
}

/**
 * Where the data lives. An ordinary user's is in the requested directory. Root's is too, owned by the server's user,
 * unless that user can't get there (a clone below a 0700 home): then it is `<place>/<name>-<hash of the requested
 * path>` in the first of `places` that works, /var/lib/holdfast as a rule. The choice is stable: where data exists,
 * it is used.
 */
export async function chooseDataHome(requested: string, places: string[]): Promise<DataHome> {
  await mkdir(requested, { recursive: true, mode: isRoot() ? 0o711 : 0o700 });
  const path = await realpath(requested);
  if (!isRoot()) return { path, runAs: undefined, moved: false };

  const owner = await findClusterOwner(path);
  if (owner) {
    if (await canEnter(path, owner)) return { path, runAs: owner, moved: false };
    throw new EmbeddedPostgresError(
      "data_unusable",
      `The data in ${path} belongs to user ${owner.name}, who can no longer enter that directory: allow it (chmod o+x on it and the directories above), or move it away to start empty.`,
    );
  }

  const runAs = await getServerUser();
  if (!(await canEnter("/", runAs)))
    throw new EmbeddedPostgresError(
      "data_unusable",
      `Postgres refuses to run as root, and this root may not start /bin/sh as user ${runAs.name} (a container without CAP_SETUID and CAP_SETGID?): start this as an ordinary user.`,
    );
  const name = `${basename(path)}-${createHash("sha256").update(path).digest("hex").slice(0, 16)}`;
  for (const place of places) {
    const elsewhere = join(place, name);
    const elsewhereOwner = await findClusterOwner(elsewhere);
    if (elsewhereOwner && (await isUsable(place, elsewhere, elsewhereOwner)))
      return { path: elsewhere, runAs: elsewhereOwner, moved: true };
  }
  if (await openToServer(path, runAs)) return { path, runAs, moved: false };
  for (const place of places) {
    const elsewhere = join(place, name);
    if (await isUsable(place, elsewhere, runAs)) return { path: elsewhere, runAs, moved: true };
  }
  throw new EmbeddedPostgresError(
    "data_unusable",
    `Postgres refuses to run as root, and user ${runAs.name}, which it would run as, can enter neither ${path} nor any of ${places.join(", ")}: choose a data directory that it can enter.`,
  );
}

/** The owner of an existing cluster, by which root runs it: a user's data stays the user's under sudo. */
async function findClusterOwner(home: string): Promise<RunAs | undefined> {
  const info = await stat(join(home, "data", "PG_VERSION")).catch(() => undefined);
  if (info === undefined || info.uid === 0) return undefined;
  return { uid: info.uid, gid: info.gid, name: `uid ${info.uid}` };
}

async function isUsable(place: string, home: string, runAs: RunAs): Promise<boolean> {
  return (await makeSafeDirectory(place)) && (await makeSafeDirectory(home)) && (await canEnter(home, runAs));
}

/** Opens a 0700 directory of ours, such as mkdtemp makes, for passing through; never one that holds other things. */
async function openToServer(path: string, runAs: RunAs): Promise<boolean> {
  if (await canEnter(path, runAs)) return true;
  const [entries, info] = await Promise.all([readdir(path), stat(path)]);
  const ours = info.uid === 0 && (entries.length === 0 || entries.includes("password"));
  if (!ours) return false;
  await chmod(path, (info.mode & 0o777) | 0o011);
  if (await canEnter(path, runAs)) return true;
  await chmod(path, info.mode & 0o7777);
  return false;
}
