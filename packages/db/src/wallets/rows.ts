import { ROWS_DIFFER } from "../postgres-error.ts";
import { pgArray, type Row, type Statements, textOf } from "../statements.ts";
import { existing } from "../write-path/lock.ts";
import type { HoldStatus } from "./commands.ts";
import { type Entry, type Hold, type Wallet, WalletRows } from "./wallet.ts";

/**
 * Locks wallets: those named, and those of the holds named (a hold never changes its wallet, so reading it unlocked is
 * safe). In id order, in one statement; lateral and `offset 0` for the reasons given at `lockRows`.
 */
const lockWallets = (wait: boolean) => `
  select found.* from (
    select key from unnest($2::uuid[]) as named(key)
    union
    select held.wallet_id from unnest($3::uuid[]) as named(key) cross join lateral (
      select wallet_id from holdfast.holds where tenant_id = $1::int and id = named.key offset 0) as held
    order by key
  ) as wanted cross join lateral (
    select id::text, owner_id, currency, credit_balance::text, held::text, min_balance::text, version::text
    from holdfast.wallets where tenant_id = $1::int and id = wanted.key offset 0
    for no key update${wait ? "" : " skip locked"}) as found`;
const LOCK_WALLETS_WAITING = lockWallets(true);
const LOCK_WALLETS_FREE = lockWallets(false);

/** Reads holds under the locks of their wallets: those named, and those of the named wallets that are past their time. */
const READ_HOLDS = `
  select found.* from unnest($2::uuid[]) as named(key) cross join lateral (
    select id::text, wallet_id::text, amount::text, captured::text, status,
      floor(extract(epoch from expires_at) * 1000)::bigint::text as expires_at_ms
    from holdfast.holds where tenant_id = $1::int and id = named.key offset 0) as found
  union all
  select found.* from unnest($3::uuid[]) as named(key) cross join lateral (
    select id::text, wallet_id::text, amount::text, captured::text, status,
      floor(extract(epoch from expires_at) * 1000)::bigint::text as expires_at_ms
    from holdfast.holds where tenant_id = $1::int and wallet_id = named.key
      and status in ('open', 'partially_captured') and expires_at <= clock_timestamp() offset 0) as found`;

export interface LockedWallets {
  readonly rows: WalletRows;
  readonly stuckWallets: ReadonlySet<string>;
  readonly stuckHolds: ReadonlySet<string>;
}

/** Locks wallets and reads the holds that their locks guard; both statements travel together. */
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
  const parameters = [String(tenantId), pgArray(walletIds), pgArray(holdIds)];
  const [wallets, holds] = await Promise.all([
    tx.run(wait ? LOCK_WALLETS_WAITING : LOCK_WALLETS_FREE, parameters),
    tx.run(READ_HOLDS, [String(tenantId), pgArray(holdIds), pgArray(walletIds)]),
  ]);
  for (const row of wallets) rows.wallets.set(textOf(row, "id"), walletOf(row));
  const stuckHolds = new Set<string>();
  for (const row of holds) {
    const hold = holdOf(row);
    if (rows.wallets.has(hold.walletId)) rows.holds.set(hold.id, hold);
    else stuckHolds.add(hold.id);
  }
  const missing = wait ? [] : walletIds.filter((id) => !rows.wallets.has(id));
  const table = { table: "holdfast.wallets", key: "id", keyType: "uuid" } as const;
  const stuckWallets = missing.length > 0 ? await existing(tx, tenantId, table, missing) : new Set<string>();
  return { rows, stuckWallets, stuckHolds };
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

function holdOf(row: Row): Hold {
  return {
    id: textOf(row, "id"),
    walletId: textOf(row, "wallet_id"),
    amount: BigInt(textOf(row, "amount")),
    captured: BigInt(textOf(row, "captured")),
    status: textOf(row, "status") as HoldStatus,
    expiresAtMs: Number(textOf(row, "expires_at_ms")),
  };
}

/** Writes a batch: a statement for each kind of change. What could find fewer rows than it is meant for counts them. */
export function writeWalletRows(tx: Statements, tenantId: number, rows: WalletRows): void {
  const tenant = String(tenantId);
  if (rows.opened.length > 0) void tx.run(INSERT_WALLETS, [tenant, ...openedColumns(rows)]);
  if (rows.entries.length > 0) {
    const sums = sumByWallet(rows.entries);
    const count = String(sums.size);
    void tx.run(MOVE_CREDIT, [tenant, ...entryColumns(rows.entries), ...sumColumns(sums), count]);
  }
  if (rows.placed.length > 0) void tx.run(INSERT_HOLDS, [tenant, ...placedColumns(rows)]);
  if (rows.settled.size > 0) {
    const holds = [...rows.settled.values()];
    void tx.run(SETTLE_HOLDS, [
      tenant,
      pgArray(holds.map((hold) => hold.id)),
      pgArray(holds.map((hold) => hold.captured)),
      pgArray(holds.map((hold) => hold.status)),
      String(holds.length),
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

/**
 * Balances move by `credit_balance + x` and in no other way; every step of theirs is an entry. The wallets are found by
 * their index and updated by their place: a plain join by id would be made a scan of the tenant's wallets while they are few,
 * and the plan would stay so when they are many. The place can't change meanwhile, for the rows are locked.
 */
const MOVE_CREDIT = `with written as (
    insert into holdfast.entries
      (tenant_id, wallet_id, version, operation_id, amount, held_change, balance_after, held_after)
    select $1::int, * from unnest(
      $2::uuid[], $3::bigint[], $4::uuid[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])),
  moved as (
    update holdfast.wallets as wallet set
      credit_balance = wallet.credit_balance + sum.amount,
      held = wallet.held + sum.held_change,
      version = wallet.version + sum.steps
    from unnest($9::uuid[], $10::bigint[], $11::bigint[], $12::bigint[]) as sum (id, amount, held_change, steps)
    cross join lateral (
      select ctid as place from holdfast.wallets where tenant_id = $1::int and id = sum.id offset 0) as found
    where wallet.tenant_id = $1::int and wallet.ctid = found.place
    returning 1)
  select holdfast.expect_rows(count(*), $13::bigint, '${ROWS_DIFFER}') from moved`;

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

const SETTLE_HOLDS = `with written as (
    update holdfast.holds as hold set captured = settled.captured, status = settled.status
    from unnest($2::uuid[], $3::bigint[], $4::text[]) as settled (id, captured, status)
    cross join lateral (
      select ctid as place from holdfast.holds where tenant_id = $1::int and id = settled.id offset 0) as found
    where hold.tenant_id = $1::int and hold.ctid = found.place
    returning 1)
  select holdfast.expect_rows(count(*), $5::bigint, '${ROWS_DIFFER}') from written`;
