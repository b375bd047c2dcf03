import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { isRoot } from "./run-as.ts";

/** Directories to use, in order of preference, when the requested ones won't do. */
export interface Places {
  /** For copies of the binaries: may be lost, they are copied again. */
  binaries: string[];
  /** For data: must outlive a reboot. Only root needs them. */
  data: string[];
}

export function defaultPlaces(): Places {
  const temporary = join(tmpdir(), `holdfast-${process.getuid?.() ?? "user"}`);
  if (isRoot())
    return { binaries: ["/var/lib/holdfast", temporary], data: ["/var/lib/holdfast", "/var/tmp/holdfast"] };
  return { binaries: [join(homedir(), ".cache", "holdfast"), temporary], data: [] };
}
