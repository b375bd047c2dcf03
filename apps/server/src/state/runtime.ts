import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Config } from "../config.ts";

const runtime = z.object({
  pid: z.int(),
  url: z.string(),
  secret: z.string(),
  host: z.string(),
  port: z.int(),
});

/** What a running `start` tells the commands in other terminals. It has secrets, so only its owner can read it. */
export type Runtime = z.infer<typeof runtime>;

const file = (stateDir: string) => join(stateDir, "runtime.json");

/** The runtime of this state directory, or undefined when nothing has run, or what is there can't be read. */
export async function findRuntime(stateDir: string): Promise<Runtime | undefined> {
  try {
    return runtime.parse(JSON.parse(await readFile(file(stateDir), "utf8")));
  } catch {
    return undefined;
  }
}

export async function writeRuntime(stateDir: string, value: Runtime): Promise<void> {
  const temporary = `${file(stateDir)}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, file(stateDir));
}

/** Takes the file away if it is still this process's. */
export async function removeRuntime(stateDir: string): Promise<void> {
  const current = await findRuntime(stateDir);
  if (current?.pid === process.pid) await rm(file(stateDir), { force: true });
}

/** Fills what the environment left open with what `start` wrote: a second terminal needs no settings. */
export async function withRuntime(config: Config): Promise<Config> {
  const found = await findRuntime(config.stateDir);
  if (!found) return config;
  const signsItself = config.auth.jwksUrl === undefined;
  return {
    ...config,
    databaseUrl: config.databaseUrl ?? found.url,
    auth: signsItself ? { ...config.auth, secret: config.auth.secret ?? found.secret } : config.auth,
  };
}
