import { openSync, writeSync } from "node:fs";
import type { Replied, Sent } from "../history.ts";

/**
 * What a server process asks of Holdfast by itself, a line before each call and after each answer. A line is in the hands of
 * the kernel before the call begins, so that it outlives a `kill -9`. Times are those of the one clock of the machine.
 */
export interface Diary {
  write(event: Sent | Replied): void;
}

export function openDiary(file: string): Diary {
  const descriptor = openSync(file, "a");
  // An empty line: what an earlier life was writing when it was killed ends here, and another life begins.
  writeSync(descriptor, "\n\n");
  return { write: (event) => void writeSync(descriptor, `${JSON.stringify(event)}\n`) };
}

/** Milliseconds by the clock that all processes of a machine share. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
