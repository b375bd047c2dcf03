import {
  CONVERSATION_PREPARATIONS,
  conversationTableChecks,
  METERED_STEPS,
} from "./conversations/conversation-table-checks.ts";
import { SHOW_PREPARATIONS, showTableChecks } from "./shows/show-table-checks.ts";
import type { TableCheck } from "./table-check.ts";

/**
 * Every command that succeeded, those in batches too, as `step`: its input, and what it answered. `life` adds what each
 * step of a hold took away from it, which is the difference to the step before it; `leg` is each change of a wallet's
 * balance and held that a step, or a purchase of seats, means by the command's own words; what is paid for an answer counts as
 * the steps that it says.
 */
export const PREPARATIONS: readonly string[] = [
  ...SHOW_PREPARATIONS,
  ...CONVERSATION_PREPARATIONS,
  `create temp table step on commit drop as
    select tenant_id, id as operation_id, created_at, 1 as at, substr(kind, 9) as kind, input::jsonb as input,
      outcome::jsonb -> 'data' as data
    from holdfast.operations
    where kind like 'wallets.%' and kind <> 'wallets.batch' and outcome::jsonb ->> 'ok' = 'true'
    union all ${METERED_STEPS}
    union all
    select operation.tenant_id, operation.id, created_at, command.at, command.value ->> 'kind', command.value,
      result.value -> 'data'
    from holdfast.operations as operation
    cross join lateral jsonb_array_elements(input::jsonb -> 'commands') with ordinality as command (value, at)
    cross join lateral jsonb_array_elements(outcome::jsonb -> 'data' -> 'results') with ordinality as result (value, at)
    where kind = 'wallets.batch' and outcome::jsonb ->> 'ok' = 'true' and result.at = command.at
      and result.value ->> 'ok' = 'true'`,
  `create temp table life on commit drop as
    select *, captured - lag(captured, 1, 0::bigint) over life as taken, lag(remaining) over life - remaining as freed,
      lag(ended) over life as ended_before, row_number() over life as place, lead(captured) over life is null as is_last
    from (select tenant_id, operation_id, created_at, at, kind, input, data ->> 'holdId' as hold_id,
        data ->> 'walletId' as wallet_id, (data ->> 'version')::bigint as version,
        coalesce((data ->> 'captured')::bigint, 0) as captured,
        case kind when 'hold' then (data ->> 'amount')::bigint else (data ->> 'remaining')::bigint end as remaining,
        coalesce(data ->> 'status', 'open') as status,
        coalesce(data ->> 'status', 'open') not in ('open', 'partially_captured') as ended
      from step where kind in ('hold', 'capture', 'release', 'expire')) as change
    window life as (partition by tenant_id, hold_id order by version)`,
  `create temp table leg on commit drop as
    select tenant_id, operation_id, at, 1 as part, coalesce(input ->> 'walletId', input ->> 'fromWalletId') as wallet_id,
      case kind when 'hold' then 0 when 'credit' then (input ->> 'amount')::bigint
        else -(input ->> 'amount')::bigint end as amount,
      case kind when 'hold' then (input ->> 'amount')::bigint else 0 end as held_change
    from step where kind in ('credit', 'debit', 'transfer', 'boost', 'stream', 'hold')
    union all
    select tenant_id, operation_id, at, 2, input ->> 'toWalletId', (input ->> 'amount')::bigint, 0
    from step where kind in ('transfer', 'boost', 'stream')
    union all
    select tenant_id, operation_id, at, 1, wallet_id, -taken, -freed from life where kind <> 'hold'
    union all
    select tenant_id, operation_id, at, 2, input ->> 'toWalletId', taken, 0
    from life where kind = 'capture' and input ? 'toWalletId'
    union all
    select sale.tenant_id, operation_id, 1, part, case part when 1 then sale.wallet_id else organiser_id end,
      case part when 1 then -price else price end, 0
    from sale cross join (values (1), (2)) as side (part) where price <> 0`,
  // Nobody has counted these rows, nor perhaps ours, and a planner that takes them for few loops through them for hours.
  "analyze step",
  "analyze life",
  "analyze leg",
  "set local enable_nestloop = off",
];

export const tableChecks: readonly TableCheck[] = [
  {
    invariant: "I3",
    rule: "two operations under one key",
    sql: `select tenant_id || ' ' || idempotency_key as place, string_agg(id::text, ', ') as wrong
      from holdfast.operations group by tenant_id, idempotency_key having count(*) > 1`,
  },
  {
    invariant: "I5",
    rule: "entries are not gap-free, or not the sum of those up to them",
    sql: `select wallet_id || ' version ' || version as place,
        format('place %s, sums %s and %s', place, balance, held) as wrong
      from (select *, row_number() over history as place, sum(amount) over history as balance,
          sum(held_change) over history as held
        from holdfast.entries window history as (partition by tenant_id, wallet_id order by version
          rows unbounded preceding)) as entry
      where version <> place or balance_after <> balance or held_after <> held`,
  },
  {
    invariant: "I5",
    rule: "a wallet is not the sum of its entries",
    sql: `select coalesce(wallet.id, entry.wallet_id)::text as place,
        format('%s, %s, %s instead of %s, %s, %s', credit_balance, held, version, amount, held_change, entries) as wrong
      from holdfast.wallets as wallet full join (
        select tenant_id, wallet_id, sum(amount) as amount, sum(held_change) as held_change, count(*) as entries
        from holdfast.entries group by 1, 2) as entry
        on entry.tenant_id = wallet.tenant_id and entry.wallet_id = wallet.id
      where wallet.id is null or (credit_balance, held, version)
        is distinct from (coalesce(amount, 0), coalesce(held_change, 0), coalesce(entries, 0))`,
  },
  {
    invariant: "I4",
    rule: "balance or held broke its limit",
    sql: `select wallet.id || ' version ' || entry.version as place,
        format('balance %s, held %s, minimum %s', balance_after, held_after, min_balance) as wrong
      from holdfast.entries as entry join holdfast.wallets as wallet
        on wallet.tenant_id = entry.tenant_id and wallet.id = entry.wallet_id
      where held_after < 0 or held_after > balance_after - min_balance`,
  },
  {
    invariant: "I4",
    rule: "held is not what the live holds add up to",
    sql: `select wallet.id::text as place, format('held %s, live %s', wallet.held, coalesce(live.amount, 0)) as wrong
      from holdfast.wallets as wallet left join (select tenant_id, wallet_id, sum(amount - captured) as amount
        from holdfast.holds where status not in ('captured', 'released', 'expired') group by 1, 2) as live
        on live.tenant_id = wallet.tenant_id and live.wallet_id = wallet.id
      where wallet.held <> coalesce(live.amount, 0)`,
  },
  {
    invariant: "I4",
    rule: "a hold was captured or released after its end, or beyond it",
    sql: `select life.hold_id as place, format('%s by operation %s', life.kind, life.operation_id) as wrong
      from life join holdfast.holds as hold on hold.tenant_id = life.tenant_id and hold.id::text = life.hold_id
      where life.ended_before or life.captured > hold.amount or life.taken < 0
        or (life.kind in ('capture', 'release') and life.created_at >= hold.expires_at)
        or (life.kind = 'expire' and life.created_at < hold.expires_at)`,
  },
  {
    invariant: "I5",
    rule: "a hold is not as its operations left it",
    sql: `select coalesce(hold.id::text, placed.hold_id) as place,
        format('%s of %s, %s; said to be %s, %s', hold.captured, hold.amount, hold.status, last.captured, last.status) as wrong
      from holdfast.holds as hold full join (select * from life where kind = 'hold') as placed
        on placed.tenant_id = hold.tenant_id and placed.hold_id = hold.id::text
      left join life as last on last.tenant_id = placed.tenant_id and last.hold_id = placed.hold_id and last.is_last
      where (hold.wallet_id::text, hold.operation_id, hold.amount::text, hold.captured, hold.status, hold.expires_at)
        is distinct from (placed.wallet_id, placed.operation_id, placed.input ->> 'amount', last.captured, last.status,
          placed.created_at + (placed.input ->> 'expiresInSeconds')::int * interval '1 second')`,
  },
  {
    invariant: "I5",
    rule: "a wallet is not as it was opened",
    sql: `select coalesce(wallet.id::text, opened.data ->> 'walletId') as place,
        format('opened by operation %s', opened.operation_id) as wrong
      from holdfast.wallets as wallet full join (select * from step where kind = 'open') as opened
        on opened.tenant_id = wallet.tenant_id and opened.data ->> 'walletId' = wallet.id::text
      where (wallet.owner_id, wallet.currency, wallet.min_balance::text) is distinct from
        (opened.data ->> 'ownerId', opened.input ->> 'currency', coalesce(opened.input ->> 'minBalance', '0'))`,
  },
  {
    invariant: "I5",
    rule: "an answer is not what its entry says",
    sql: `select step.operation_id::text as place, format('%s: version %s of wallet %s', kind, step.data ->> 'version',
          step.data ->> 'walletId') as wrong
      from (select tenant_id, operation_id, kind, data from step
        union all select tenant_id, operation_id, kind, data from sale where price <> 0) as step
      left join holdfast.entries as entry on entry.tenant_id = step.tenant_id
        and entry.wallet_id::text = step.data ->> 'walletId' and entry.version::text = step.data ->> 'version'
      where kind <> 'open' and (step.operation_id::text, step.data ->> 'balance', step.data ->> 'held', step.data ->> 'available')
        is distinct from (entry.operation_id::text, entry.balance_after::text, entry.held_after::text,
          (entry.balance_after - entry.held_after)::text)`,
  },
  {
    invariant: "I6",
    rule: "an operation whose entries are not what it means",
    sql: `select coalesce(meant.operation_id, written.operation_id) || ' on ' || coalesce(meant.wallet_id, written.wallet_id)
          as place,
        format('%s instead of %s', coalesce(written.changes, '{}'), coalesce(meant.changes, '{}')) as wrong
      from (select tenant_id, operation_id, wallet_id, array_agg(amount || '/' || held_change order by at, part) as changes
        from leg group by 1, 2, 3) as meant
      full join (select tenant_id, operation_id, wallet_id::text as wallet_id,
          array_agg(amount || '/' || held_change order by version) as changes
        from holdfast.entries group by 1, 2, 3) as written using (tenant_id, operation_id, wallet_id)
      where meant.changes is distinct from written.changes`,
  },
  {
    invariant: "I6",
    rule: "an atomic batch was executed in part",
    sql: `select id::text as place, result ->> 'code' as wrong
      from holdfast.operations cross join lateral jsonb_array_elements(outcome::jsonb -> 'data' -> 'results') as result
      where kind = 'wallets.batch' and input::jsonb ->> 'atomic' = 'true' and result ->> 'ok' = 'false'`,
  },
  {
    invariant: "I6",
    rule: "credit appeared or vanished",
    sql: `select tenant_id || ' ' || currency as place, format('%s, and %s flowed', balance, coalesce(flowed, 0)) as wrong
      from (select tenant_id, currency, sum(credit_balance) as balance from holdfast.wallets group by 1, 2) as there
      left join (select wallet.tenant_id, currency, sum(leg.amount) as flowed
        from leg join holdfast.wallets as wallet
          on wallet.tenant_id = leg.tenant_id and wallet.id::text = leg.wallet_id group by 1, 2) as flow
        using (tenant_id, currency)
      where balance <> coalesce(flowed, 0)`,
  },
  ...showTableChecks,
  ...conversationTableChecks,
];
