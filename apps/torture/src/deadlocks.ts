import { asAdmin } from "./admin.ts";
import type { World } from "./world.ts";

/** Deadlocks since Postgres last lost its statistics, as it does when it crashes; none when it can't be asked. */
export function countDeadlocks(world: World): Promise<number> {
  return asAdmin(world.databaseUrl, async (sql) => {
    const [row] = await sql<{ deadlocks: number }[]>`
      select deadlocks::int from pg_stat_database where datname = current_database()`;
    return row?.deadlocks ?? 0;
  }).catch(() => 0);
}
