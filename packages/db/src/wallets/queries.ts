import { z } from "zod";
import { HoldfastError } from "../errors.ts";
import * as field from "../fields.ts";
import { actsForOthers, type Principal } from "../principal.ts";
import { type Row, textOf } from "../statements.ts";
import type { Tx } from "../transaction.ts";
import { parseInput } from "../write-path/registry.ts";
import type { WalletState } from "./commands.ts";

const FIRST_INSTANT = Date.parse("0001-01-01T00:00:00Z");
/** Years that every calendar here has, in the form that every Postgres reads. */
const instant = z.iso
  .datetime({ offset: true })
  .refine((at) => Date.parse(at) >= FIRST_INSTANT, "must be an instant since the year 1")
  .transform((at) => new Date(at).toISOString());

/** Input schemas by procedure. */
export const walletQueries = {
  "wallets.mine": z.strictObject({
    ownerId: field.ownerId
      .describe("Whose wallets; the caller's when left out. Services may name anybody.")
      .optional(),
  }),
  "wallets.get": z.strictObject({ walletId: field.id }),
  "wallets.history": z.strictObject({
    walletId: field.id,
    before: field.version.describe("Entries older than this version; the newest when left out.").optional(),
    limit: z.int().min(1).max(200).describe("Entries a page. Default 50.").optional(),
  }),
  "wallets.balanceAt": z
    .strictObject({
      walletId: field.id,
      version: field.version.describe("After the entry of this version.").optional(),
      at: instant.describe("At this instant of the database's clock.").optional(),
    })
    .refine(({ version, at }) => (version === undefined) !== (at === undefined), "give either version or at"),
} as const;

type Input<K extends keyof typeof walletQueries> = z.input<(typeof walletQueries)[K]>;

export interface WalletView extends WalletState {
  ownerId: string;
  currency: string;
  minBalance: string;
}

/** One version of a wallet's history: what changed, and how the wallet stood after it. */
export interface EntryView {
  version: string;
  /** Signed, in the smallest unit: what the balance changed by. */
  amount: string;
  heldChange: string;
  balance: string;
  held: string;
  /** The command, such as "wallets.boost". */
  kind: string;
  operationId: string;
  /** ISO 8601, by the database's clock. */
  at: string;
  memo?: string;
  message?: string;
  episodeTitle?: string;
  source?: string;
  counterpartyWalletId?: string;
  /** The hold that it placed, captured, released or let expire; the hold for an answer has the answer's id. */
  holdId?: string;
}

export interface BalanceAt {
  walletId: string;
  balance: string;
  held: string;
  version: string;
}

/** What a query needs of a `Db`. */
interface Reader {
  read(principal: Principal, work: (tx: Tx) => Promise<readonly Row[]>): Promise<readonly Row[]>;
}

/**
 * A wallet as it now is. Credit under holds that have expired counts as available the moment they expire: the entries
 * that say so are written by the next command that touches the wallet, or by the sweeper.
 */
const VIEW = `
  wallet.id::text as wallet_id, wallet.owner_id, wallet.currency, wallet.min_balance::text,
  wallet.credit_balance::text as balance, (wallet.held - expired.amount)::text as held,
  (wallet.credit_balance - wallet.held + expired.amount)::text as available, wallet.version::text
  from holdfast.wallets as wallet cross join lateral (
    select coalesce(sum(hold.amount - hold.captured), 0)::bigint as amount from holdfast.holds as hold
    where wallet.held > 0 and hold.tenant_id = wallet.tenant_id and hold.wallet_id = wallet.id
      and hold.status in ('open', 'partially_captured') and hold.expires_at <= clock_timestamp()) as expired`;

function viewOf(row: Row): WalletView {
  return {
    walletId: textOf(row, "wallet_id"),
    balance: textOf(row, "balance"),
    held: textOf(row, "held"),
    available: textOf(row, "available"),
    version: textOf(row, "version"),
    ownerId: textOf(row, "owner_id"),
    currency: textOf(row, "currency"),
    minBalance: textOf(row, "min_balance"),
  };
}

/** The caller's wallets, oldest first; services may name another owner of their tenant. */
export async function listWallets(
  db: Reader,
  principal: Principal,
  input: Input<"wallets.mine">,
): Promise<WalletView[]> {
  const { ownerId = principal.subject } = parseInput(walletQueries["wallets.mine"], input);
  if (ownerId !== principal.subject && !actsForOthers(principal))
    throw new HoldfastError("FORBIDDEN", { needs: "service" });
  const rows = await db.read(principal, (tx) =>
    tx.run(
      `select ${VIEW} where wallet.tenant_id = $1::int and wallet.owner_id = $2 order by wallet.id limit 1000`,
      [String(principal.tenantId), ownerId],
    ),
  );
  return rows.map(viewOf);
}

/** @throws NOT_FOUND, also for a wallet that the caller may not see. */
export async function getWallet(
  db: Reader,
  principal: Principal,
  input: Input<"wallets.get">,
): Promise<WalletView> {
  const { walletId } = parseInput(walletQueries["wallets.get"], input);
  const [row] = await db.read(principal, (tx) =>
    tx.run(`select ${VIEW} where wallet.tenant_id = $1::int and wallet.id = $2::uuid and ${MAY_SEE("$3")}`, [
      String(principal.tenantId),
      walletId,
      visibleTo(principal),
    ]),
  );
  if (row === undefined) throw new HoldfastError("NOT_FOUND", { what: "walletId" });
  return viewOf(row);
}

/** Services see every wallet of their tenant, users their own. */
const MAY_SEE = (subject: string) => `(${subject}::text is null or wallet.owner_id = ${subject}::text)`;
function visibleTo(principal: Principal): string | null {
  return actsForOthers(principal) ? null : principal.subject;
}

/** The newest entries before a version, newest first; `next` continues where they end. */
export async function listEntries(
  db: Reader,
  principal: Principal,
  input: Input<"wallets.history">,
): Promise<{ entries: EntryView[]; next: string | null }> {
  const { walletId, before, limit = 50 } = parseInput(walletQueries["wallets.history"], input);
  const rows = await db.read(principal, (tx) =>
    tx.run(
      `with page as materialized (
        select wallet.id, entry.* from holdfast.wallets as wallet
        left join lateral (select version, amount, held_change, balance_after, held_after from holdfast.entries
          where tenant_id = $1::int and wallet_id = wallet.id and ($4::bigint is null or version < $4::bigint)
          order by version desc limit $5::int) as entry on true
        where wallet.tenant_id = $1::int and wallet.id = $2::uuid and ${MAY_SEE("$3")})
      select page.version::text, page.amount::text, page.held_change::text, page.balance_after::text,
        page.held_after::text, operation.operation_id::text, operation.kind, operation.told::text as told, operation.hold_id,
        to_char(operation.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
      from page left join holdfast.operations_of_entries($1::int, $2::uuid, (select array_agg(version) from page)) as operation
        on operation.version = page.version
      order by page.version desc`,
      [
        String(principal.tenantId),
        walletId,
        visibleTo(principal),
        before === undefined ? null : `${before}`,
        String(limit),
      ],
    ),
  );
  if (rows.length === 0) throw new HoldfastError("NOT_FOUND", { what: "walletId" });
  const entries = rows.filter((row) => row["version"] !== null).map((row) => entryOf(row, walletId));
  const last = entries.at(-1)?.version;
  return { entries, next: entries.length === limit && last !== undefined && last !== "1" ? last : null };
}

function entryOf(row: Row, walletId: string): EntryView {
  const told = JSON.parse(textOf(row, "told")) as Record<string, unknown>;
  const shown: Partial<
    Record<"memo" | "message" | "episodeTitle" | "source" | "counterpartyWalletId" | "holdId", string>
  > = {};
  for (const name of ["memo", "message", "episodeTitle", "source"] as const) {
    const value = told[name];
    if (typeof value === "string") shown[name] = value;
  }
  const other = [told["fromWalletId"], told["toWalletId"]].find(
    (id) => typeof id === "string" && id !== walletId,
  );
  if (typeof other === "string") shown.counterpartyWalletId = other;
  if (row["hold_id"] !== null) shown.holdId = textOf(row, "hold_id");
  return {
    version: textOf(row, "version"),
    amount: textOf(row, "amount"),
    heldChange: textOf(row, "held_change"),
    balance: textOf(row, "balance_after"),
    held: textOf(row, "held_after"),
    kind: textOf(row, "kind"),
    operationId: textOf(row, "operation_id"),
    at: textOf(row, "at"),
    ...shown,
  };
}

/** The wallet as it stood after a version, or at an instant of the database's clock. */
export async function getBalanceAt(
  db: Reader,
  principal: Principal,
  input: Input<"wallets.balanceAt">,
): Promise<BalanceAt> {
  const { walletId, version, at } = parseInput(walletQueries["wallets.balanceAt"], input);
  const [row] = await db.read(principal, (tx) =>
    tx.run(
      `select wallet.id::text as wallet_id, coalesce(entry.balance_after, 0)::text as balance,
        coalesce(entry.held_after, 0)::text as held, coalesce(entry.version, 0)::text as version
      from holdfast.wallets as wallet
      cross join lateral (
        select coalesce($4::bigint, holdfast.version_at($1::int, wallet.id, $5::timestamptz)) as version offset 0) as wanted
      left join lateral (
        select entry.* from holdfast.entries as entry
        where entry.tenant_id = $1::int and entry.wallet_id = wallet.id and entry.version <= wanted.version
        order by entry.version desc limit 1) as entry on true
      where wallet.tenant_id = $1::int and wallet.id = $2::uuid and ${MAY_SEE("$3")}`,
      [
        String(principal.tenantId),
        walletId,
        visibleTo(principal),
        version === undefined ? null : `${version}`,
        at ?? null,
      ],
    ),
  );
  if (row === undefined) throw new HoldfastError("NOT_FOUND", { what: "walletId" });
  if (version !== undefined && textOf(row, "version") !== `${version}`) {
    throw new HoldfastError("NOT_FOUND", { what: "version" });
  }
  return {
    walletId: textOf(row, "wallet_id"),
    balance: textOf(row, "balance"),
    held: textOf(row, "held"),
    version: textOf(row, "version"),
  };
}
