import { chmod, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import type { EmbeddedPostgres, StartOptions } from "../index.ts";
import type { Places } from "../places.ts";
import { startIn } from "../start.ts";
import { Launcher, type LauncherRequest } from "./launcher.ts";

/** A directory of a test's own, and everything it started there; `dispose` ends and removes all of it. */
export class Scratch {
  readonly path: string;
  readonly places: Places;
  private readonly servers = new Set<Pick<EmbeddedPostgres, "stop">>();
  private readonly launchers = new Set<Launcher>();

  private constructor(path: string) {
    this.path = path;
    this.places = { binaries: [join(path, "place")], data: [join(path, "place")] };
  }

  static async make(): Promise<Scratch> {
    const path = await realpath(await mkdtemp(join(tmpdir(), "holdfast-embedded-")));
    await chmod(path, 0o755);
    return new Scratch(path);
  }

  /** Without fsync unless the test asks for it; below `<scratch>/pg` unless it says where. */
  async start(options: Partial<StartOptions> = {}): Promise<EmbeddedPostgres> {
    const server = await startIn(this.places, { dataDir: join(this.path, "pg"), durable: false, ...options });
    this.servers.add(server);
    return server;
  }

  /** A Node process of its own that starts a server. */
  launch(request: Partial<LauncherRequest> = {}, sourceDir?: string): Launcher {
    const options = { dataDir: join(this.path, "pg"), durable: false };
    const launcher = new Launcher({ options, places: this.places, ...request }, sourceDir);
    this.launchers.add(launcher);
    return launcher;
  }

  async dispose(): Promise<void> {
    for (const launcher of this.launchers) await launcher.kill();
    for (const server of this.servers) await server.stop();
    // An initdb whose launcher was killed may still be writing for a moment.
    await rm(this.path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** Runs SQL over one connection and returns the rows' first columns. */
export async function query(server: Pick<EmbeddedPostgres, "url">, text: string): Promise<unknown[]> {
  const sql = postgres(server.url, { max: 1, onnotice: () => undefined });
  try {
    return (await sql.unsafe(text).values()).map((row: unknown[]) => row[0]);
  } finally {
    await sql.end();
  }
}
