import { readFile } from "node:fs/promises";

/** Besides sockets: what Node and its libraries keep open. */
const OTHERS = 100;

/**
 * The server and the subscribers have a socket each for every subscriber. Node raises its soft limit to the hard one when it
 * starts, so the limit of this process is the one of those that it starts.
 *
 * @throws when the limit is too low; where there is no /proc nobody knows, and the sockets will tell.
 */
export async function checkOpenFiles(watchers: number): Promise<void> {
  const limits = await readFile("/proc/self/limits", "utf8").catch(() => "");
  const limit = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  if (limit < watchers + OTHERS) {
    throw new Error(
      `${watchers} subscribers need ${watchers + OTHERS} open files, and the limit is ${limit}: raise it (ulimit -n), or lower --watchers`,
    );
  }
}
