import { readFile } from "node:fs/promises";
import postgres from "postgres";
import type { Contender, Ledger, World } from "./contender.ts";

const POOL = 16;

/** pgledger, from the SQL file that one downloads from its repository. It knows no idempotency keys and no tenants. */
export function pgledger(file: string): Contender {
  return {
    name: "pgledger",
    description:
      "pgledger_create_transfer() of the SQL file given: no idempotency keys, no tenants; pool of 16",

    async setUp(world: World): Promise<Ledger> {
      const text = await readFile(file, "utf8");
      const admin = postgres(world.url, { max: 1, onnotice: () => {} });
      await admin.unsafe("drop schema if exists pgledger cascade; create schema pgledger");
      // A database made for it has its objects in `public`; here they get a schema, as every contender's do.
      await admin.unsafe(`set search_path to pgledger; ${text}`);
      await admin.end();
      const sql = postgres(world.url, {
        max: POOL,
        onnotice: () => {},
        connection: { search_path: "pgledger" },
      });
      const ids: string[] = [];
      const [{ id: bank } = { id: "" }] = await sql<{ id: string }[]>`
        select id from pgledger_create_account('bank', 'USD')`;
      for (let wallet = 0; wallet < world.wallets; wallet++) {
        const [account] = await sql<{ id: string }[]>`
          select id from pgledger_create_account(${`wallet ${wallet}`}, 'USD', allow_negative_balance => false)`;
        ids.push(account?.id ?? "");
        await sql`select from pgledger_create_transfer(${bank}, ${account?.id ?? ""}, ${world.balance})`;
      }
      return {
        tables: ["pgledger.pgledger_transfers", "pgledger.pgledger_entries", "pgledger.pgledger_accounts"],
        async transfer(from, to) {
          await sql`select from pgledger_create_transfer(${ids[from] ?? ""}, ${ids[to] ?? ""}, 1)`;
        },
        async state() {
          const rows = await sql<{ id: string; balance: string }[]>`
            select id, balance::text as balance from pgledger_accounts_view`;
          const balances = new Map(rows.map(({ id, balance }) => [id, Number(balance)]));
          const [counts] = await sql<{ operations: number; entries: number }[]>`
            select (select count(*)::int from pgledger_transfers) as operations,
              (select count(*)::int from pgledger_entries) as entries`;
          return {
            balances: ids.map((id) => balances.get(id) ?? Number.NaN),
            operations: (counts?.operations ?? 0) - ids.length,
            entries: (counts?.entries ?? 0) - 2 * ids.length,
          };
        },
        close: () => sql.end(),
      };
    },
  };
}
