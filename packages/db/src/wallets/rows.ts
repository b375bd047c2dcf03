import { pgArray, type Row, type Statements, textOf } from "../statements.ts";
import { existing } from "../write-path/lock.ts";
import type { HoldStatus } from "./commands.ts";
import { type Hold, type Wallet, WalletRows } from "./wallet.ts";

/** The wallets named, in the order of their ids in which the array has them. */
const NAMED_WALLETS = "unnest($2::uuid[]) as wanted(key)";
/** Those, and the wallets of the holds named: a hold never changes its wallet, so reading it unlocked is safe. */
const WALLETS_OF_HOLDS_TOO = `(
    select key from unnest($2::uuid[]) as named(key)
    union
    select held.wallet_id from unnest($3::uuid[]) as named(key) cross join lateral (
      select wallet_id from holdfast.holds where tenant_id = $1::int and id = named.key offset 0) as held
    order by key) as wanted`;

const HOLD_COLUMNS = `id::text as hold_id, ctid::text as hold_place, wallet_id::text, amount::text, captured::text, status,
      floor(extract(epoch from expires_at) * 1000)::bigint::text as expires_at_ms`;

/**
 * Locks wallets in id order, in one statement, and reads those holds of theirs that are past their time; lateral and
 * `offset 0` for the reasons given at `lockRows`. A wallet that holds nothing has no such hold, and none is looked for: a
 * join would begin its look-up for each wallet all the same, which CASE does not.
 * The holds are read with a lock although the wallet's guards them: when we waited for the wallet, its last holder may have
 * settled them since this statement began, and only a row that is locked is looked at again.
 */
const lockWallets = (wanted: string, skip: string) => `
  select wallet.id::text, wallet.place::text, wallet.owner_id, wallet.currency, wallet.credit_balance::text,
    wallet.held::text, wallet.min_balance::text, wallet.version::text, case when wallet.held > 0 then (
      select json_agg(due)::text from (
        select ${HOLD_COLUMNS} from holdfast.holds
        where tenant_id = $1::int and wallet_id = wallet.id
          and status in ('open', 'partially_captured') and expires_at <= clock_timestamp() offset 0
        for no key update${skip}) as due) end as due
  from ${wanted} cross join lateral (
    select ctid as place, * from holdfast.wallets where tenant_id = $1::int and id = wanted.key offset 0
    for no key update${skip}) as wallet`;
const LOCK_WAITING = lockWallets(NAMED_WALLETS, "");
const LOCK_FREE = lockWallets(NAMED_WALLETS, " skip locked");
const LOCK_WITH_HOLDS_WAITING = lockWallets(WALLETS_OF_HOLDS_TOO, "");
const LOCK_WITH_HOLDS_FREE = lockWallets(WALLETS_OF_HOLDS_TOO, " skip locked");

/** Reads the holds named, under the locks of their wallets. */
const READ_HOLDS = `
  select found.* from unnest($2::uuid[]) as named(key) cross join lateral (
    select ${HOLD_COLUMNS} from holdfast.holds where tenant_id = $1::int and id = named.key offset 0) as found`;

export interface LockedWallets {
  readonly rows: WalletRows;
  readonly stuckWallets: ReadonlySet<string>;
  readonly stuckHolds: ReadonlySet<string>;
}

/** Locks wallets and reads the holds that their locks guard; the statements travel together. */
export async function lockWalletRows(
  tx: Statements,
  tenantId: number,
  walletIds: readonly string[],
  holdIds: readonly string[],
  wait: boolean,
): Promise<LockedWallets> {
  const rows = new WalletRows();
  if (walletIds.length === 0 && holdIds.length === 0)
    return { rows, stuckWallets: new Set(), stuckHolds: new Set() };
  const [tenant, named] = [String(tenantId), pgArray(walletIds)];
  const [wallets, holds] = await Promise.all(
    holdIds.length === 0
      ? [tx.run(wait ? LOCK_WAITING : LOCK_FREE, [tenant, named]), []]
      : [
          tx.run(wait ? LOCK_WITH_HOLDS_WAITING : LOCK_WITH_HOLDS_FREE, [tenant, named, pgArray(holdIds)]),
          tx.run(READ_HOLDS, [tenant, pgArray(holdIds)]),
        ],
  );
  for (const row of wallets) {
    const wallet = walletOf(row);
    rows.wallets.set(wallet.id, wallet);
    rows.places.set(wallet.id, textOf(row, "place"));
    if (row["due"] !== null) for (const hold of JSON.parse(textOf(row, "due")) as Row[]) addHold(rows, hold);
  }
  const stuckHolds = new Set<string>();
  for (const row of holds) {
    if (rows.wallets.has(textOf(row, "wallet_id"))) addHold(rows, row);
    else stuckHolds.add(textOf(row, "hold_id"));
  }
  const missing = wait ? [] : walletIds.filter((id) => !rows.wallets.has(id));
  const table = { table: "holdfast.wallets", key: "id", keyType: "uuid" } as const;
  const stuckWallets = missing.length > 0 ? await existing(tx, tenantId, table, missing) : new Set<string>();
  return { rows, stuckWallets, stuckHolds };
}

/** By the index `holds_live` alone. Ids as text have the order that they have as uuids. */
const OVERDUE = `
  select wallet_id::text as id from holdfast.holds
  where tenant_id = $1::int and status in ('open', 'partially_captured')
    and expires_at <= (select clock_timestamp()) and wallet_id > $2::uuid
  group by wallet_id order by wallet_id limit $3::int`;
const BEFORE_ALL_IDS = "00000000-0000-0000-0000-000000000000";

/** Wallets with a live hold that is past its time, those after `after`, in the order of their ids. */
export async function listOverdueWallets(
  tx: Statements,
  tenantId: number,
  limit: number,
  after: string = BEFORE_ALL_IDS,
): Promise<string[]> {
  const rows = await tx.run(OVERDUE, [String(tenantId), after, String(limit)]);
  return rows.map((row) => textOf(row, "id"));
}

function walletOf(row: Row): Wallet {
  return {
    id: textOf(row, "id"),
    ownerId: textOf(row, "owner_id"),
    currency: textOf(row, "currency"),
    balance: BigInt(textOf(row, "credit_balance")),
    held: BigInt(textOf(row, "held")),
    minBalance: BigInt(textOf(row, "min_balance")),
    version: BigInt(textOf(row, "version")),
    place: undefined,
  };
}

function addHold(rows: WalletRows, row: Row): void {
  const hold = holdOf(row);
  rows.holds.set(hold.id, hold);
  rows.places.set(hold.id, textOf(row, "hold_place"));
}

function holdOf(row: Row): Hold {
  return {
    id: textOf(row, "hold_id"),
    walletId: textOf(row, "wallet_id"),
    amount: BigInt(textOf(row, "amount")),
    captured: BigInt(textOf(row, "captured")),
    status: textOf(row, "status") as HoldStatus,
    expiresAtMs: Number(textOf(row, "expires_at_ms")),
  };
}
