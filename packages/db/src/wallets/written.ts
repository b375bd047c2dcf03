import { actsForOthers, type Principal } from "../principal.ts";
import { pgArray, type Row, type Statements } from "../statements.ts";
import type { RecordedOperation, WrittenRow } from "../write-path/feature.ts";

/** Entries of one wallet that are looked through: more than a batch can have written at one moment of the clock. */
const MOST = 5_000;

/**
 * No index leads from an operation to its entries: one would cost every write. But a wallet's versions follow the database's
 * clock, which is looked at under the wallet's lock, so the first entry of an operation's moment is found by halving.
 */
const ENTRIES = `
  with recursive wanted as (
    select wallet.id, wallet.version from unnest($2::uuid[]) as named(key) cross join lateral (
      select id, version from holdfast.wallets
      where tenant_id = $1::int and id = named.key and ($4::text is null or owner_id = $4::text) offset 0) as wallet),
  moment as (select created_at from holdfast.operations where tenant_id = $1::int and id = $3::uuid),
  search as (
    select id, 1::bigint as low, version + 1 as high from wanted
    union all
    select half.id, case when probe.created_at < moment.created_at then half.middle + 1 else half.low end,
      case when probe.created_at < moment.created_at then half.high else half.middle end
    from (select *, (low + high) / 2 as middle from search where low < high) as half
    cross join moment
    cross join lateral holdfast.operations_of_entries($1::int, half.id, array[half.middle]) as probe)
  select entry.wallet_id::text as "walletId", entry.version::text, entry.amount::text,
    entry.held_change::text as "heldChange", entry.balance_after::text as balance, entry.held_after::text as held
  from search cross join lateral (
    select * from holdfast.entries where tenant_id = $1::int and wallet_id = search.id
      and version >= search.low and version < search.low + ${MOST} and operation_id = $3::uuid offset 0) as entry
  where search.low = search.high order by entry.wallet_id, entry.version`;

const HOLDS = `
  select found.* from unnest($2::uuid[]) as named(key) cross join lateral (
    select hold.id::text as "holdId", hold.wallet_id::text as "walletId", hold.amount::text, hold.captured::text, hold.status,
      to_char(hold.expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "expiresAt"
    from holdfast.holds as hold join holdfast.wallets as wallet
      on wallet.tenant_id = $1::int and wallet.id = hold.wallet_id and ($3::text is null or wallet.owner_id = $3::text)
    where hold.tenant_id = $1::int and hold.id = named.key offset 0) as found`;

/** The entries and holds of an operation; users see those of their own wallets. */
export async function writtenByWallets(
  tx: Statements,
  principal: Principal,
  { id, input, outcome }: RecordedOperation,
): Promise<WrittenRow[]> {
  const wallets = new Set<string>();
  const holds = new Set<string>();
  const gather = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [name, member] of Object.entries(value)) {
      if (typeof member !== "string") gather(member);
      else if (/walletId$/i.test(name)) wallets.add(member);
      else if (name === "holdId") holds.add(member);
    }
  };
  gather(input);
  gather(outcome);
  const tenant = String(principal.tenantId);
  const subject = actsForOthers(principal) ? null : principal.subject;
  const rows = async (table: string, found: Promise<readonly Row[]>) =>
    (await found).map((row): WrittenRow => ({ table, row }));
  const entries =
    wallets.size > 0 ? await rows("entries", tx.run(ENTRIES, [tenant, pgArray(wallets), id, subject])) : [];
  return holds.size > 0
    ? [...entries, ...(await rows("holds", tx.run(HOLDS, [tenant, pgArray(holds), subject])))]
    : entries;
}
