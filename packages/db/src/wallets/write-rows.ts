import { pgArray, type Row, type Statements, textOf, type WholeStatements } from "../statements.ts";
import type { Recorded } from "../write-path/feature.ts";
import type { Entry, Wallet, WalletRows } from "./wallet.ts";

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

/**
 * Only who reads a row by the index clears its page of the versions before, so one place of eight is looked up again: at random, for
 * wallets that were opened together have the same version. Their page has room for more.
 */
const LOOK_UP_SHARE = 1 / 8;

const WRITE_KNOWN = `select holdfast.write_known_wallets($1::int, $2::text, $3::int,
  $4::uuid[], $5::tid[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[],
  $10::uuid[], $11::text[], $12::text[], $13::text[], $14::text, $15::text,
  $16::int[], $17::bigint[], $18::int[], $19::bigint[], $20::bigint[])::text as places`;

/** Writes a batch that was decided on recalled wallets and has set nothing aside; a wallet that was looked at in vain moves by nothing. */
export function writeKnownWallets(
  tx: WholeStatements,
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
  const written = tx.runWhole(WRITE_KNOWN, [
    pgArray(recalled.map((wallet) => wallet.id)),
    pgArray(recalled.map(({ place }) => (Math.random() < LOOK_UP_SHARE ? null : (place ?? null)))),
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
  // Each is about to be moved, also one that was only looked at.
  for (const wallet of recalled) wallet.place = undefined;
  return rememberPlaces(
    written,
    recalled.map(({ id }) => rows.wallets.get(id)),
  );
}

/**
 * Of wallets that a batch behind this one has decided on already, only that one remembers anything. It is a function of its own, or
 * all that a batch is made of would be kept until the answer is there.
 */
async function rememberPlaces(
  written: Promise<readonly Row[]>,
  wallets: readonly (Wallet | undefined)[],
): Promise<void> {
  const [row = {}] = await written;
  // As Postgres writes an array of tid: {"(0,1)","(0,2)"}
  const places = textOf(row, "places").slice(2, -2).split('","');
  for (const [at, wallet] of wallets.entries()) if (wallet !== undefined) wallet.place = places[at];
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
