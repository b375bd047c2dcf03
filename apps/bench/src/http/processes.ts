import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { LoadOrder, LoadReport } from "./load-order.ts";
import type { ServeOrder, ServeReport } from "./serve-order.ts";

/** A server in a process of its own. */
export interface ServedProcess {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

export async function startServing(order: ServeOrder): Promise<ServedProcess> {
  const child = start("serve-process");
  const { port } = await ask<ServeReport>(child, order);
  return {
    port,
    pid: child.pid ?? 0,
    async stop() {
      child.disconnect();
      await exited(child);
    },
  };
}

/** The callers, in a process of their own until they are done. */
export async function runCallers(order: LoadOrder): Promise<LoadReport> {
  const child = start("load-process");
  const report = await ask<LoadReport>(child, order);
  await exited(child);
  return report;
}

function start(name: string): ChildProcess {
  // In the bundle, or beside this file when it runs from its source.
  const isSource = import.meta.url.endsWith(".ts");
  const file = fileURLToPath(new URL(`./${name}.${isSource ? "ts" : "mjs"}`, import.meta.url));
  return fork(file, { serialization: "advanced", execArgv: isSource ? ["--import", "tsx"] : [] });
}

function ask<Report>(child: ChildProcess, order: object): Promise<Report> {
  return new Promise((resolve, reject) => {
    child.once("message", (report) => resolve(report as Report));
    child.once("error", reject);
    child.once("exit", (code, signal) =>
      reject(new Error(`a process of the benchmark ended with ${code ?? signal}`)),
    );
    child.send(order);
  });
}

function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}
