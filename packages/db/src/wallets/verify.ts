import type { Check } from "../write-path/verify.ts";

/**
 * Each successful wallet command, the steps of batches and what answers are paid by included: its input and the data it
 * answered. Entries, wallets and holds are checked against these, so a row that was changed by hand disagrees with what its
 * operation says.
 */
const STEPS = `
  select tenant_id, id as operation_id, substr(kind, 9) as kind, input::jsonb as input, outcome::jsonb -> 'data' as data
  from holdfast.operations
  where kind like 'wallets.%' and kind <> 'wallets.batch' and outcome::jsonb ->> 'ok' = 'true'
  union all
  select tenant_id, id, step.command ->> 'kind', step.command, step.result -> 'data'
  from holdfast.operations cross join lateral rows from (
    jsonb_array_elements(input::jsonb -> 'commands'),
    jsonb_array_elements(outcome::jsonb -> 'data' -> 'results')) as step (command, result)
  where kind = 'wallets.batch' and outcome::jsonb ->> 'ok' = 'true' and step.result ->> 'ok' = 'true'
  union all
  select tenant_id, id, wallet ->> 'step', wallet, wallet
  from (select tenant_id, id, (outcome -> 'data' -> 'wallet')::jsonb as wallet from holdfast.operations
    where kind like 'conversations.%' and outcome ->> 'ok' = 'true') as answer
  where wallet is not null`;

const ENTRY_KEY = "entry.tenant_id || '/' || entry.wallet_id || '/' || entry.version";

export const walletChecks: readonly Check[] = [
  {
    invariant: "I1",
    table: "operations",
    sql: `
      select distinct tenant_id || '/' || operation_id as row_key, 'is missing though ' || source || ' refers to it' as message
      from (
        select tenant_id, operation_id, 'a wallet' as source from holdfast.wallets
        union all select tenant_id, operation_id, 'an entry' from holdfast.entries
        union all select tenant_id, operation_id, 'a hold' from holdfast.holds) as named
      where not exists (select from holdfast.operations as operation
        where operation.tenant_id = named.tenant_id and operation.id = named.operation_id)`,
  },
  {
    invariant: "I5",
    table: "entries",
    sql: `
      select wallet.tenant_id || '/' || wallet.id || '/' || missing as row_key, 'is missing' as message
      from holdfast.wallets as wallet
      cross join lateral (select count(*) as entries from holdfast.entries
        where tenant_id = wallet.tenant_id and wallet_id = wallet.id) as written
      cross join lateral (
        select version as missing from generate_series(1, least(wallet.version, written.entries + 100)) as version
        where written.entries <> wallet.version and not exists (select from holdfast.entries as entry
          where entry.tenant_id = wallet.tenant_id and entry.wallet_id = wallet.id and entry.version = version.version)) as gap`,
  },
  {
    invariant: "I5",
    table: "wallets",
    sql: `
      select wallet.tenant_id || '/' || wallet.id as row_key,
        format('balance %s, held %s, version %s; its last entry says %s, %s, %s', wallet.credit_balance, wallet.held,
          wallet.version, coalesce(last.balance_after, 0), coalesce(last.held_after, 0), coalesce(last.version, 0)) as message
      from holdfast.wallets as wallet left join lateral (
        select * from holdfast.entries where tenant_id = wallet.tenant_id and wallet_id = wallet.id
        order by version desc limit 1) as last on true
      where (wallet.credit_balance, wallet.held, wallet.version)
        is distinct from (coalesce(last.balance_after, 0), coalesce(last.held_after, 0), coalesce(last.version, 0))`,
  },
  {
    invariant: "I5",
    table: "wallets",
    sql: `
      select coalesce(wallet.tenant_id, opened.tenant_id) || '/' || coalesce(wallet.id::text, opened.data ->> 'walletId')
          as row_key,
        case when wallet.id is null then 'is missing though it was opened'
          else 'differs from the operation that opened it, or has none' end as message
      from holdfast.wallets as wallet full join (select * from (${STEPS}) as step where kind = 'open') as opened
        on opened.tenant_id = wallet.tenant_id and opened.data ->> 'walletId' = wallet.id::text
      where (wallet.operation_id, wallet.owner_id, wallet.currency, wallet.min_balance::text)
        is distinct from (opened.operation_id, opened.data ->> 'ownerId', opened.data ->> 'currency',
          opened.data ->> 'minBalance')`,
  },
  {
    invariant: "I4",
    table: "wallets",
    sql: `
      select wallet.tenant_id || '/' || wallet.id as row_key,
        format('held %s; its live holds add up to %s', wallet.held, coalesce(live.amount, 0)) as message
      from holdfast.wallets as wallet left join (
        select tenant_id, wallet_id, sum(amount - captured) as amount from holdfast.holds
        where status in ('open', 'partially_captured') group by 1, 2) as live
        on live.tenant_id = wallet.tenant_id and live.wallet_id = wallet.id
      where wallet.held <> coalesce(live.amount, 0)`,
  },
  {
    invariant: "I4",
    table: "entries",
    sql: `
      select ${ENTRY_KEY} as row_key,
        format('balance %s and held %s break the minimum of %s', balance_after, held_after, wallet.min_balance) as message
      from holdfast.entries as entry join holdfast.wallets as wallet
        on wallet.tenant_id = entry.tenant_id and wallet.id = entry.wallet_id
      where held_after < 0 or balance_after - held_after < wallet.min_balance`,
  },
  {
    invariant: "I5",
    table: "entries",
    sql: `
      select ${ENTRY_KEY} as row_key,
        format('does not follow from version %s before it', coalesce(entry.version_before, 0)) as message
      from (select *, lag(version) over history as version_before, lag(balance_after, 1, 0::bigint) over history as balance_before,
          lag(held_after, 1, 0::bigint) over history as held_before
        from holdfast.entries window history as (partition by tenant_id, wallet_id order by version)) as entry
      where version <> coalesce(version_before, 0) + 1 or balance_after <> balance_before + amount
        or held_after <> held_before + held_change
        or not exists (select from holdfast.wallets where tenant_id = entry.tenant_id and id = entry.wallet_id)`,
  },
  {
    invariant: "I6",
    table: "entries",
    sql: `
      select ${ENTRY_KEY} as row_key, 'differs from what its operation answered' as message
      from (${STEPS}) as step join holdfast.entries as entry
        on entry.tenant_id = step.tenant_id and entry.wallet_id = (step.data ->> 'walletId')::uuid
          and entry.version = (step.data ->> 'version')::bigint and step.kind <> 'open'
      where entry.operation_id <> step.operation_id or entry.balance_after::text <> step.data ->> 'balance'
        or entry.held_after::text <> step.data ->> 'held'
      union all
      select ${ENTRY_KEY}, 'has no operation that succeeded' from holdfast.entries as entry
      where not exists (select from holdfast.operations as operation
        where operation.tenant_id = entry.tenant_id and operation.id = entry.operation_id
          and operation.outcome::jsonb ->> 'ok' = 'true')`,
  },
  {
    invariant: "I6",
    table: "entries",
    sql: `
      select coalesce(${ENTRY_KEY}, expected.tenant_id || '/operation/' || expected.operation_id) as row_key,
        format('operation %s wrote %s entries that add up to %s, instead of %s that add up to %s', expected.operation_id,
          coalesce(written.entries, 0), coalesce(written.amount, 0), expected.entries, expected.amount) as message
      from (
        select tenant_id, operation_id, sum(case
            when kind = 'open' then 0
            when kind in ('transfer', 'boost', 'stream') then 2
            when kind = 'capture' and input ? 'toWalletId' then 2
            else 1 end) as entries,
          sum(case
            when kind = 'credit' then (input ->> 'amount')::numeric
            when kind = 'debit' then -(input ->> 'amount')::numeric
            when kind = 'capture' and not input ? 'toWalletId' then null
            else 0 end) as amount,
          bool_or(kind = 'capture' and not input ? 'toWalletId') as captured_outside
        from (${STEPS}) as step group by 1, 2) as expected
      left join (
        select tenant_id, operation_id, count(*) as entries, sum(amount) as amount
        from holdfast.entries group by 1, 2) as written using (tenant_id, operation_id)
      left join holdfast.entries as entry
        on entry.tenant_id = expected.tenant_id and entry.operation_id = expected.operation_id
      where expected.entries <> coalesce(written.entries, 0)
        or (not expected.captured_outside and expected.amount <> coalesce(written.amount, 0))`,
  },
  {
    invariant: "I5",
    table: "holds",
    sql: `
      select coalesce(hold.tenant_id, placed.tenant_id) || '/' || coalesce(hold.id::text, placed.data ->> 'holdId') as row_key,
        case when hold.id is null then 'is missing though it was placed'
          else 'differs from the operation that placed it, or has none' end as message
      from holdfast.holds as hold full join (select * from (${STEPS}) as step where kind = 'hold') as placed
        on placed.tenant_id = hold.tenant_id and placed.data ->> 'holdId' = hold.id::text
      where (hold.operation_id, hold.wallet_id::text, hold.amount::text, hold.expires_at)
        is distinct from (placed.operation_id, placed.data ->> 'walletId', placed.data ->> 'amount',
          (placed.data ->> 'expiresAt')::timestamptz)`,
  },
  {
    invariant: "I5",
    table: "holds",
    sql: `
      select hold.tenant_id || '/' || hold.id as row_key,
        format('is %s with %s captured; its last operation says %s with %s', hold.status, hold.captured,
          coalesce(last.data ->> 'status', 'open'), coalesce(last.data ->> 'captured', '0')) as message
      from holdfast.holds as hold left join (
        select distinct on (tenant_id, data ->> 'holdId') tenant_id, data from (${STEPS}) as step
        where kind in ('capture', 'release', 'expire')
        order by tenant_id, data ->> 'holdId', (data ->> 'version')::bigint desc) as last
        on last.tenant_id = hold.tenant_id and last.data ->> 'holdId' = hold.id::text
      where (hold.status, hold.captured::text)
        is distinct from (coalesce(last.data ->> 'status', 'open'), coalesce(last.data ->> 'captured', '0'))`,
  },
];
