import { spawn } from "node:child_process";

/** The user the Postgres programs run as when we are root, which they refuse to be. */
export interface RunAs {
  uid: number;
  gid: number;
  name: string;
}

export interface RunResult {
  /** Undefined when the program could not be started, or was ended by a signal. */
  exitCode: number | undefined;
  /** Standard output and standard error, as they came. */
  output: string;
}

/**
 * The programs get no more of our environment than they need: a server that root starts runs as another user, whose
 * other processes could read our secrets from it, and the PG* variables would change what Postgres does.
 */
export function programEnv(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { LC_ALL: "C" };
  for (const name of ["PATH", "LD_LIBRARY_PATH", "SystemRoot", "TEMP", "TMP"]) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}

/** How to spawn a program as another user; `/` because that user may not be able to enter our directory. */
export function spawnIdentity(runAs: RunAs | undefined): { cwd: string; uid?: number; gid?: number } {
  return runAs ? { cwd: "/", uid: runAs.uid, gid: runAs.gid } : { cwd: "/" };
}

/** Runs a program to its end. Never throws: a program that can't be started has no exit code. */
export function run(command: string, args: string[], runAs?: RunAs): Promise<RunResult> {
  return new Promise((resolve) => {
    let output = "";
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    try {
      const child = spawn(command, args, {
        ...spawnIdentity(runAs),
        env: programEnv(),
        stdio: ["ignore", "pipe", "pipe"],
        windowsHide: true,
      });
      child.stdout.on("data", collect);
      child.stderr.on("data", collect);
      child.once("error", (error) => resolve({ exitCode: undefined, output: output + error.message }));
      child.once("close", (exitCode) => resolve({ exitCode: exitCode ?? undefined, output }));
    } catch (error) {
      resolve({ exitCode: undefined, output: String(error) });
    }
  });
}
