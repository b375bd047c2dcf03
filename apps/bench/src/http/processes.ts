import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { LoadOrder, LoadReport } from "./load-order.ts";
import type { ServeOrder, ServeReport } from "./serve-order.ts";

/** A process of the benchmark that answers one message to each that it is sent. */
export interface Process {
  readonly pid: number;
  ask<Report>(order: object): Promise<Report>;
  /** It ends by itself when nobody is left to ask it. */
  end(): Promise<void>;
}

/** A server in a process of its own. */
export interface ServedProcess {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

export async function startServing(order: ServeOrder): Promise<ServedProcess> {
  const child = startProcess("serve-process");
  const { port } = await child.ask<ServeReport>(order);
  return { port, pid: child.pid, stop: child.end };
}

/** The callers, in a process of their own until they are done. */
export async function runCallers(order: LoadOrder): Promise<LoadReport> {
  const child = startProcess("load-process");
  const report = await child.ask<LoadReport>(order);
  await child.end();
  return report;
}

export function startProcess(name: string): Process {
  // In the bundle, or beside this file when it runs from its source.
  const isSource = import.meta.url.endsWith(".ts");
  const file = fileURLToPath(new URL(`./${name}.${isSource ? "ts" : "mjs"}`, import.meta.url));
  const child = fork(file, { serialization: "advanced", execArgv: isSource ? ["--import", "tsx"] : [] });
  return {
    pid: child.pid ?? 0,
    ask: (order) => ask(child, order),
    async end() {
      if (child.connected) child.disconnect();
      await exited(child);
    },
  };
}

function ask<Report>(child: ChildProcess, order: object): Promise<Report> {
  return new Promise((resolve, reject) => {
    const onMessage = (report: unknown): void => {
      settle();
      resolve(report as Report);
    };
    const onExit = (code: number | null, signal: string | null): void => {
      settle();
      reject(new Error(`a process of the benchmark ended with ${code ?? signal}`));
    };
    const onError = (error: Error): void => {
      settle();
      reject(error);
    };
    const settle = (): void => {
      child.off("message", onMessage).off("exit", onExit).off("error", onError);
    };
    child.on("message", onMessage).on("exit", onExit).on("error", onError);
    child.send(order);
  });
}

function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}
