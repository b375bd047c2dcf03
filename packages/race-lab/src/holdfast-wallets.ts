import type { Db, Principal } from "@holdfast/db";
import type postgres from "postgres";
import type { WalletRows } from "./verdict/count-balances.ts";

/** Wallets that one command opens. */
const AT_ONCE = 250;

/** Opens so many wallets with the same balance; answers their ids. */
export async function openWallets(
  db: Db,
  principal: Principal,
  count: number,
  balance: number,
): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const opened = await db.execute(principal, {
      kind: "wallets.batch",
      idempotencyKey: `open-${balance}-${ids.length}`,
      atomic: true,
      commands: Array.from({ length: Math.min(AT_ONCE, count - ids.length) }, () => ({
        kind: "open" as const,
        currency: "sat",
      })),
    });
    const walletIds = opened.results.map((result) => (result.ok ? result.data.walletId : ""));
    if (balance > 0) {
      await db.execute(principal, {
        kind: "wallets.batch",
        idempotencyKey: `fill-${balance}-${ids.length}`,
        atomic: true,
        commands: walletIds.map((walletId) => ({
          kind: "credit" as const,
          walletId,
          amount: `${BigInt(balance)}` as const,
        })),
      });
    }
    ids.push(...walletIds);
  }
  return ids;
}

/** Those wallets as the rows have them, with the entries that calls have made, each under its call's idempotency key. */
export async function readWallets(
  sql: postgres.Sql,
  ids: readonly string[],
  opening: number,
): Promise<WalletRows> {
  const balances = await sql<{ id: string; balance: number }[]>`
    select id, credit_balance::int as balance from holdfast.wallets`;
  const entries = await sql<{ wallet: string; call: string; amount: number }[]>`
    select wallet_id as wallet, idempotency_key as call, amount::int
    from holdfast.entries join holdfast.operations on operations.id = entries.operation_id
    where operations.kind <> 'wallets.batch'`;
  const balanceOf = new Map(balances.map(({ id, balance }) => [id, balance]));
  const named = new Map(ids.map((id, at) => [id, `wallet ${at + 1}`]));
  return {
    wallets: ids.map((id, at) => ({
      name: `wallet ${at + 1}`,
      opening,
      balance: balanceOf.get(id) ?? Number.NaN,
    })),
    entries: entries.flatMap(({ wallet, ...entry }) => {
      const name = named.get(wallet);
      return name === undefined ? [] : [{ wallet: name, ...entry }];
    }),
  };
}
