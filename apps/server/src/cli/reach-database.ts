import { setTimeout as pause } from "node:timers/promises";
import type { Db } from "@holdfast/db";
import type { Logger } from "../log.ts";
import { explainFailure, isPassing } from "./failure.ts";

export interface ReachDatabaseOptions {
  readonly db: Pick<Db, "ping">;
  readonly databaseUrl: string;
  readonly waitSeconds: number;
  readonly log: Logger;
  /** Whether the process was told to end, so that nobody waits for the database any more. */
  readonly isOver: () => boolean;
}

const AGAIN_AFTER_MS = 250;

/**
 * Resolves when the database answers, so that a service that starts while Postgres restarts comes up with it.
 *
 * @throws whatever the database says: at once when time can't mend it (a wrong password, no schema), else after
 * `waitSeconds`.
 */
export async function reachDatabase(options: ReachDatabaseOptions): Promise<void> {
  const { db, databaseUrl, waitSeconds, log, isOver } = options;
  const giveUpAt = performance.now() + waitSeconds * 1_000;
  for (let told = false; ; told = true) {
    try {
      await db.ping();
      return;
    } catch (error) {
      if (!isPassing(error) || isOver() || performance.now() + AGAIN_AFTER_MS > giveUpAt) throw error;
      if (!told) log.warn(`${explainFailure(error, databaseUrl)} Trying again for ${waitSeconds} s.`);
    }
    await pause(AGAIN_AFTER_MS);
  }
}
