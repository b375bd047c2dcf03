import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import type { EmbeddedPostgres, StartOptions } from "../index.ts";
import type { Places } from "../places.ts";

const require = createRequire(import.meta.url);

export interface LauncherRequest {
  options: StartOptions;
  places: Places;
  /** The user to become before starting the server; only for root. */
  become?: { uid: number; gid: number };
}

export type LaunchedServer = Omit<EmbeddedPostgres, "stop">;

/** A process that starts a server, in a process group of its own as a shell would put it. */
export class Launcher {
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;
  private errors = "";

  constructor(request: LauncherRequest, sourceDir = join(import.meta.dirname, "..")) {
    const tsx = pathToFileURL(require.resolve("tsx")).href;
    const script = join(sourceDir, "testing", "launcher-process.ts");
    this.child = spawn(process.execPath, ["--import", tsx, script, JSON.stringify(request)], {
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.exited = once(this.child, "exit");
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
  }

  /** The server it started. */
  async started(): Promise<LaunchedServer> {
    if (!this.child.stdout) throw new Error("the launcher has no output");
    for await (const line of createInterface({ input: this.child.stdout }))
      return JSON.parse(line) as LaunchedServer;
    throw new Error(`the launcher started nothing: ${this.errors}`);
  }

  /** Makes it stop its server and waits till it has ended. */
  async stop(): Promise<void> {
    this.child.stdin?.end("stop\n");
    await this.exited;
  }

  /** Sends a signal to its whole process group, as Ctrl-C does, and waits till it has ended. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const { pid, exitCode, signalCode } = this.child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    process.kill(-pid, signal);
    await this.exited;
  }
}
