import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { run } from "./run.ts";

/** The command line of a live process (empty for a zombie), or undefined when there is no such process. */
export async function readCommandLine(pid: number): Promise<string[] | undefined> {
  if (process.platform === "linux") {
    const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined);
    return text?.split("\0");
  }
  if (process.platform === "win32") {
    try {
      process.kill(pid, 0);
      return [];
    } catch {
      return undefined;
    }
  }
  const { exitCode, output } = await run("ps", ["-ww", "-o", "command=", "-p", String(pid)]);
  return exitCode === 0 ? output.trim().split(" ") : undefined;
}

/**
 * What a process is to a data directory: `server` when it is the postmaster that serves it, `other` when it certainly
 * is not, `unknown` when Postgres itself has to judge (a postmaster started by hand in another way, or on Windows,
 * where we can't see). A process id in a file proves nothing: it may have been given to somebody else.
 */
export async function judgeProcess(
  pid: number,
  data: string,
): Promise<"gone" | "server" | "other" | "unknown"> {
  const commandLine = await readCommandLine(pid);
  if (commandLine === undefined) return "gone";
  if (process.platform === "win32") return "unknown";
  const program = commandLine[0] ?? "";
  if (basename(program) !== "postgres") return "other";
  // Joined, because `ps` doesn't say where an argument ends. `-D` comes first in how we start it.
  const rest = `${commandLine.slice(1).join(" ")} `;
  if (rest.startsWith(`-D ${data} `)) return "server";
  return rest.startsWith("-D /") ? "other" : "unknown";
}
