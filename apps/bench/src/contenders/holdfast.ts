import { connect, type Db, migrate, type Principal } from "@holdfast/db";
import postgres from "postgres";
import type { Contender, Ledger, World } from "./contender.ts";

const FIRST_TENANT = 1;
/** Wallets that one command opens. */
const OPENED_AT_ONCE = 500;

/** The product, in process: locks, replay, decisions, holds, fingerprints, tenants and row-level security, all on. */
export const holdfast: Contender = {
  name: "holdfast",
  description: "the write path, in process: calls that wait together share a transaction",
  setUp: (world) => setUpHoldfast(world, (url) => connect({ url })),
};

/** The product without the rows that it remembers. */
export const holdfastLocked: Contender = {
  name: "holdfast-locked",
  description: "the same, every batch decided when its rows are locked, as where others change them too",
  setUp: (world) => setUpHoldfast(world, (url) => connect({ url, cachedRows: 0 })),
};

/** A ledger on a Holdfast that `open` connects; with a `past`, that is made while nobody is connected, and who connects then knows nothing of it. */
export async function setUpHoldfast(
  world: World,
  open: (url: string) => Db,
  past?: () => Promise<void>,
): Promise<Ledger> {
  const { url, tenants } = world;
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  await admin`drop schema if exists holdfast cascade`;
  await migrate({ url });
  let db = open(url);
  const principals = Array.from(
    { length: tenants },
    (_, at): Principal => ({ tenantId: FIRST_TENANT + at, subject: "bench", role: "service" }),
  );
  const ids = await openWallets(db, principals, world);
  if (past !== undefined) {
    await db.close();
    await past();
    db = open(url);
  }
  const before = await countRows(admin);
  const at = (wallet: number): string => ids[wallet] ?? "";
  const principalOf = (wallet: number): Principal => principals[wallet % tenants] as Principal;

  return {
    tables: ["holdfast.operations", "holdfast.entries", "holdfast.wallets", "holdfast.holds"],
    entriesOfHold: 1,
    async transfer(from, to, idempotencyKey) {
      await db.execute(principalOf(from), {
        kind: "wallets.transfer",
        idempotencyKey,
        fromWalletId: at(from),
        toWalletId: at(to),
        amount: "1",
      });
    },
    async holdAndCapture(from, to, key) {
      const { holdId } = await db.execute(principalOf(from), {
        kind: "wallets.hold",
        idempotencyKey: `${key}-hold`,
        walletId: at(from),
        amount: "1",
        expiresInSeconds: 600,
      });
      await db.execute(principalOf(from), {
        kind: "wallets.capture",
        idempotencyKey: `${key}-capture`,
        holdId,
        toWalletId: at(to),
      });
    },
    async state() {
      const rows = await admin<{ id: string; balance: string }[]>`
          select id, credit_balance::text as balance from holdfast.wallets`;
      const balances = new Map(rows.map(({ id, balance }) => [id, Number(balance)]));
      const now = await countRows(admin);
      return {
        balances: ids.map((id) => balances.get(id) ?? Number.NaN),
        operations: now.operations - before.operations,
        entries: now.entries - before.entries,
      };
    },
    async close() {
      await db.close();
      await admin.end();
    },
  };
}

async function countRows(sql: postgres.Sql): Promise<{ operations: number; entries: number }> {
  const [counts] = await sql<{ operations: number; entries: number }[]>`
    select (select count(*)::int from holdfast.operations) as operations,
      (select count(*)::int from holdfast.entries) as entries`;
  return counts ?? { operations: Number.NaN, entries: Number.NaN };
}

/** Opens and fills the wallets; each tenant's principal owns its own, unless there are owners by wallet. */
export async function openWallets(
  db: Db,
  principals: readonly Principal[],
  world: Pick<World, "wallets" | "balance">,
  ownerOf?: (wallet: number) => string,
): Promise<string[]> {
  const ids: string[] = new Array(world.wallets);
  for (const [tenant, principal] of principals.entries()) {
    const numbers: number[] = [];
    for (let wallet = tenant; wallet < world.wallets; wallet += principals.length) numbers.push(wallet);
    for (let first = 0; first < numbers.length; first += OPENED_AT_ONCE) {
      const some = numbers.slice(first, first + OPENED_AT_ONCE);
      const opened = await db.execute(principal, {
        kind: "wallets.batch",
        idempotencyKey: `open-${first}`,
        atomic: true,
        commands: some.map((wallet) => ({
          kind: "open" as const,
          currency: "sat",
          ...(ownerOf === undefined ? {} : { ownerId: ownerOf(wallet) }),
        })),
      });
      const walletIds = opened.results.map((result) => (result.ok ? result.data.walletId : ""));
      for (const [at, wallet] of some.entries()) ids[wallet] = walletIds[at] ?? "";
      await db.execute(principal, {
        kind: "wallets.batch",
        idempotencyKey: `fill-${first}`,
        atomic: true,
        commands: walletIds.map((walletId) => ({
          kind: "credit" as const,
          walletId,
          amount: `${BigInt(world.balance)}` as const,
        })),
      });
    }
  }
  return ids;
}
