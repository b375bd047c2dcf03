import { asAdmin } from "../admin.ts";
import { type Fault, pause } from "./fault.ts";

/** Somebody else's transaction sits on the busiest wallet: its callers wait, nobody else may. */
export const lockPileUp: Fault = {
  name: "locks: a foreign transaction holds the busiest wallet",
  strike: ({ world, random }) =>
    asAdmin(world.databaseUrl, async (sql) => {
      await sql.unsafe("begin");
      const rows = await sql.unsafe(
        "select id from holdfast.wallets order by version desc limit 1 for update",
      );
      await pause(random.whole(300, 2_000));
      await sql.unsafe("rollback");
      return rows.length;
    }).catch(() => 0),
};
