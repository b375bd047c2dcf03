import { asAdmin } from "../admin.ts";
import { type Fault, pause } from "./fault.ts";

/** Somebody else's transaction sits on the busiest row of a table: those who need it wait, nobody else may. */
function holdBusiest(what: string, table: string): Fault {
  return {
    name: `locks: a foreign transaction holds the busiest ${what}`,
    strike: ({ world, random }) =>
      asAdmin(world.databaseUrl, async (sql) => {
        await sql.unsafe("begin");
        const rows = await sql.unsafe(`select id from ${table} order by version desc limit 1 for update`);
        await pause(random.whole(300, 2_000));
        await sql.unsafe("rollback");
        return rows.length;
      }).catch(() => 0),
  };
}

export const lockPileUps: readonly Fault[] = [
  holdBusiest("wallet", "holdfast.wallets"),
  holdBusiest("show", "holdfast.shows"),
  holdBusiest("conversation", "holdfast.conversations"),
];
