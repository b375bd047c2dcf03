import { constants } from "node:fs";
import { type FileHandle, open, rename, stat } from "node:fs/promises";
import { join } from "node:path";

const ROTATE_BYTES = 5 * 1024 * 1024;

/** The server's log, open for one launch. Old lines are kept; a log of more than 5 MB is put aside first. */
export interface ServerLog {
  path: string;
  file: FileHandle;
  /** What was logged since this launch. */
  read(): Promise<string>;
}

export async function openServerLog(home: string): Promise<ServerLog> {
  const path = join(home, "server.log");
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size > ROTATE_BYTES) await rename(path, `${path}.1`).catch(() => undefined);
  // Not through a link: root must not be led to write elsewhere.
  const noFollow = constants.O_NOFOLLOW ?? 0;
  const file = await open(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | noFollow, 0o600);
  const start = (await file.stat()).size;
  const read = async () => {
    const length = Math.min((await file.stat()).size - start, 64 * 1024);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), position: start });
    return buffer.toString("utf8", 0, bytesRead);
  };
  return { path, file, read };
}
