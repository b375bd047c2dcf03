import { setTimeout as pause } from "node:timers/promises";
import { asAdmin } from "./admin.ts";
import type { World } from "./world.ts";

export interface Quiet {
  /** The last version of each conversation. */
  readonly versions: ReadonlyMap<string, string>;
  /** Answers that have no end long after everything had healed. */
  readonly unended: readonly string[];
}

/** An answer ends at the latest when its generator has vanished, its lease has run out, and somebody swept. */
const ENDED_WITHIN_MS = 20_000;
/** Whoever goes on does so sooner. */
const STILL_MS = 700;
const LOOK_MS = 100;

/** Waits until no answer of these tenants is under way, and none begins any more. */
export function waitForQuiet(world: World, tenants: readonly number[]): Promise<Quiet> {
  return asAdmin(world.databaseUrl, async (sql) => {
    const giveUpAtMs = performance.now() + ENDED_WITHIN_MS;
    let last = "";
    let stillSinceMs = performance.now();
    for (;;) {
      const rows = await sql<{ id: string; version: string; answer: string | null }[]>`
        select id, version::text, answer_id::text as answer from holdfast.conversations
        where tenant_id in ${sql(tenants)} order by id`;
      const unended = rows.flatMap(({ id, answer }) =>
        answer === null ? [] : [`answer ${answer} of conversation ${id}`],
      );
      const state = rows.map(({ id, version }) => `${id} ${version}`).join();
      const nowMs = performance.now();
      if (state !== last) stillSinceMs = nowMs;
      last = state;
      if ((unended.length === 0 && nowMs - stillSinceMs > STILL_MS) || nowMs > giveUpAtMs)
        return { versions: new Map(rows.map(({ id, version }) => [id, version])), unended };
      await pause(LOOK_MS);
    }
  });
}
