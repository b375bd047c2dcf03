import { asAdmin } from "../admin.ts";
import type { Fault } from "./fault.ts";

/** COMMIT, or a statement that is a transaction by itself. */
const COMMITS = "(query ilike 'commit%' or query like 'select holdfast.write_known_wallets(%')";

/** `pg_terminate_backend` of Holdfast's backends that are in the given state at that moment. */
function terminate(name: string, condition: string, most: number): Fault {
  return {
    name,
    strike: ({ world }) =>
      asAdmin(world.databaseUrl, async (sql) => {
        // States last for fractions of a millisecond: look often, and strike at the first.
        for (let look = 0; look < 200; look++) {
          const rows = await sql.unsafe<{ struck: boolean }[]>(
            `select pg_terminate_backend(pid) as struck from pg_stat_activity
            where application_name = 'holdfast' and pid <> pg_backend_pid() and ${condition} limit ${most}`,
          );
          const struck = rows.filter((row) => row.struck).length;
          if (struck > 0) return struck;
        }
        return 0;
      }).catch(() => 0),
  };
}

export const terminateIdle = terminate("backend: terminated while idle", "state = 'idle'", 2);
export const terminateInQuery = terminate(
  "backend: terminated in a query",
  `state = 'active' and not ${COMMITS}`,
  1,
);
export const terminateInTransaction = terminate(
  "backend: terminated idle in transaction",
  "state = 'idle in transaction'",
  1,
);
export const terminateInCommit = terminate(
  "backend: terminated in COMMIT",
  `state = 'active' and ${COMMITS}`,
  1,
);
export const terminateAll = terminate("backend: all terminated at once", "true", 100);
