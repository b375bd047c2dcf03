import { pgArray, type Row, type Statements, textOf } from "../statements.ts";
import type { Recorded } from "../write-path/feature.ts";
import { existing } from "../write-path/lock.ts";
import type { HoldStatus } from "./commands.ts";
import { type Entry, type Hold, type Wallet, WalletRows } from "./wallet.ts";

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

/** Writes a batch: a statement for each kind of change. What could find other rows than it is meant for counts them. */
export function writeWalletRows(tx: Statements, tenantId: number, rows: WalletRows): void {
  const tenant = String(tenantId);
  if (rows.opened.length > 0) void tx.run(INSERT_WALLETS, [tenant, ...openedColumns(rows)]);
  if (rows.entries.length > 0) {
    const sums = sumByWallet(rows.entries);
    const places = pgArray([...sums.keys()].map((id) => rows.placeOf(id)));
    void tx.run(MOVE_CREDIT, [tenant, ...entryColumns(rows.entries), ...sumColumns(sums), places]);
  }
  if (rows.placed.length > 0) void tx.run(INSERT_HOLDS, [tenant, ...placedColumns(rows)]);
  if (rows.settled.size > 0) {
    const holds = [...rows.settled.values()];
    void tx.run(SETTLE_HOLDS, [
      tenant,
      pgArray(holds.map((hold) => hold.id)),
      pgArray(holds.map((hold) => hold.captured)),
      pgArray(holds.map((hold) => hold.status)),
      pgArray(holds.map((hold) => rows.placeOf(hold.id))),
    ]);
  }
}

/** Wallets begin at zero and version 0; whatever the same batch does to them comes by MOVE_CREDIT like any other. */
const INSERT_WALLETS = `
  insert into holdfast.wallets
    (tenant_id, id, owner_id, currency, credit_balance, held, min_balance, version, operation_id)
  select $1::int, id, owner_id, currency, 0, 0, min_balance, 0, operation_id
  from unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::uuid[])
    as opened (id, owner_id, currency, min_balance, operation_id)`;

function openedColumns({ opened }: WalletRows): string[] {
  return [
    pgArray(opened.map(({ wallet }) => wallet.id)),
    pgArray(opened.map(({ wallet }) => wallet.ownerId)),
    pgArray(opened.map(({ wallet }) => wallet.currency)),
    pgArray(opened.map(({ wallet }) => wallet.minBalance)),
    pgArray(opened.map(({ operationId }) => operationId)),
  ];
}

/** Balances move by `credit_balance + x`, in the function `change_wallets` and in no other way; every step is an entry. */
const MOVE_CREDIT = `with written as (
    insert into holdfast.entries
      (tenant_id, wallet_id, version, operation_id, amount, held_change, balance_after, held_after)
    select $1::int, * from unnest(
      $2::uuid[], $3::bigint[], $4::uuid[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[]))
  select holdfast.change_wallets($1::int, $9::uuid[], $13::tid[], $10::bigint[], $11::bigint[], $12::bigint[])`;

function entryColumns(entries: readonly Entry[]): string[] {
  return [
    pgArray(entries.map((entry) => entry.walletId)),
    pgArray(entries.map((entry) => entry.version)),
    pgArray(entries.map((entry) => entry.operationId)),
    pgArray(entries.map((entry) => entry.amount)),
    pgArray(entries.map((entry) => entry.heldChange)),
    pgArray(entries.map((entry) => entry.balanceAfter)),
    pgArray(entries.map((entry) => entry.heldAfter)),
  ];
}

interface Sum {
  amount: bigint;
  heldChange: bigint;
  steps: bigint;
}

function sumByWallet(entries: readonly Entry[]): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const { walletId, amount, heldChange } of entries) {
    const sum = sums.get(walletId);
    if (sum === undefined) sums.set(walletId, { amount, heldChange, steps: 1n });
    else {
      sum.amount += amount;
      sum.heldChange += heldChange;
      sum.steps += 1n;
    }
  }
  return sums;
}

function sumColumns(sums: ReadonlyMap<string, Sum>): string[] {
  const all = [...sums.values()];
  return [
    pgArray(sums.keys()),
    pgArray(all.map((sum) => sum.amount)),
    pgArray(all.map((sum) => sum.heldChange)),
    pgArray(all.map((sum) => sum.steps)),
  ];
}

const WRITE_KNOWN = `select holdfast.write_known_wallets($1::int,
  $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
  $7::uuid[], $8::text[], $9::text[], $10::text[], $11::text, $12::text,
  $13::int[], $14::bigint[], $15::int[], $16::bigint[], $17::bigint[])`;

/** Writes a batch that was decided on recalled wallets and has set nothing aside; a wallet that was looked at in vain moves by nothing. */
export function writeKnownWallets(
  tx: Statements,
  tenantId: number,
  rows: WalletRows,
  recorded: Recorded,
): Promise<unknown> {
  const { entries } = rows;
  if (entries.some(({ heldChange }) => heldChange !== 0n))
    throw new TypeError("a hold needs a locked wallet");
  const sums = sumByWallet(entries);
  const recalled = [...rows.recalled.values()];
  const walletNumbers = numbers(rows.recalled.keys());
  const operationNumbers = numbers(recorded.ids);
  return tx.run(WRITE_KNOWN, [
    String(tenantId),
    pgArray(recalled.map((wallet) => wallet.id)),
    pgArray(recalled.map((wallet) => wallet.version)),
    pgArray(recalled.map((wallet) => wallet.balance)),
    pgArray(recalled.map((wallet) => sums.get(wallet.id)?.amount ?? 0n)),
    pgArray(recalled.map((wallet) => sums.get(wallet.id)?.steps ?? 0n)),
    ...recorded.columns,
    pgArray(entries.map((entry) => walletNumbers.get(entry.walletId) ?? null)),
    pgArray(entries.map((entry) => entry.version)),
    pgArray(entries.map((entry) => operationNumbers.get(entry.operationId) ?? null)),
    pgArray(entries.map((entry) => entry.amount)),
    pgArray(entries.map((entry) => entry.balanceAfter)),
  ]);
}

/** Where each id stands in a Postgres array, counted from one. */
function numbers(ids: Iterable<string>): Map<string, number> {
  const found = new Map<string, number>();
  for (const id of ids) found.set(id, found.size + 1);
  return found;
}

const INSERT_HOLDS = `
  insert into holdfast.holds (tenant_id, id, wallet_id, operation_id, amount, captured, status, expires_at)
  select $1::int, id, wallet_id, operation_id, amount, 0, 'open', expires_at
  from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::timestamptz[])
    as placed (id, wallet_id, operation_id, amount, expires_at)`;

function placedColumns({ placed }: WalletRows): string[] {
  return [
    pgArray(placed.map(({ hold }) => hold.id)),
    pgArray(placed.map(({ hold }) => hold.walletId)),
    pgArray(placed.map(({ operationId }) => operationId)),
    pgArray(placed.map(({ hold }) => hold.amount)),
    pgArray(placed.map(({ hold }) => new Date(hold.expiresAtMs).toISOString())),
  ];
}

const SETTLE_HOLDS = "select holdfast.settle_holds($1::int, $2::uuid[], $5::tid[], $3::bigint[], $4::text[])";
