import { defaultPlaces } from "./places.ts";
import { startIn } from "./start.ts";
import type { EmbeddedPostgres, StartOptions } from "./types.ts";

export { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from "./errors.ts";
export type { EmbeddedPostgres, StartOptions } from "./types.ts";

/**
 * Starts a Postgres of its own in a directory, or adopts the one that already serves it, and resolves when it
 * accepts connections. The data is kept from start to start. The server outlives this process: call `stop()`, or the
 * next start adopts it. Rejects with an {@link EmbeddedPostgresError}.
 */
export function startEmbeddedPostgres(options: StartOptions): Promise<EmbeddedPostgres> {
  return startIn(defaultPlaces(), options);
}
