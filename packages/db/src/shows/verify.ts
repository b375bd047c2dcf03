import type { Check } from "../write-path/verify.ts";

/**
 * Each successful command on seats, and each expiry: who sent it, what was asked for, and what was answered. Whatever is
 * needed of several commands on one reservation is gathered by sorting them: joined, they could be compared all with all.
 */
const STEPS = `
  step as materialized (
    select tenant_id, operation_id, kind, caller, created_at, input, data, reservation_id, data ->> 'showId' as show_id,
      (data ->> 'showVersion')::bigint as version, kind = 'reserve' and not data ? 'alreadyHeld' as makes,
      bool_or(kind = 'expire') over (partition by tenant_id, reservation_id) as expires
    from (
      select tenant_id, id as operation_id, substr(kind, 7) as kind, caller, created_at, input::jsonb as input,
        outcome::jsonb -> 'data' as data, outcome -> 'data' ->> 'reservationId' as reservation_id
      from holdfast.operations where kind like 'seats.%' and outcome ->> 'ok' = 'true') as succeeded)`;

/** Reservations that were given up for others, by the commands that did so. */
const REPLACED = `
  replaced as (
    select tenant_id, show_id, version - 1 as version, operation_id, data ->> 'replaced' as reservation_id
    from step where makes and data ? 'replaced')`;

const CHANGE_KEY = "change.tenant_id || '/' || change.show_id || '/' || change.version";

/** The history of each seat: what it became, and what it was before. */
const SEAT_HISTORY = `
  select change.tenant_id, change.show_id, change.version, seat_id, change.status, change.reservation_id,
    lag(change.status, 1, 'free') over seat as was, lag(change.reservation_id) over seat as was_of,
    lead(change.version) over seat as next_version
  from holdfast.show_changes as change cross join lateral unnest(change.seat_ids) as seat_id
  window seat as (partition by change.tenant_id, change.show_id, seat_id order by change.version)`;

export const showChecks: readonly Check[] = [
  {
    invariant: "I1",
    table: "operations",
    sql: `
      select distinct tenant_id || '/' || operation_id as row_key, 'is missing though ' || source || ' refers to it' as message
      from (
        select tenant_id, operation_id, 'a show' as source from holdfast.shows
        union all select tenant_id, operation_id, 'a change of a show' from holdfast.show_changes
        union all select tenant_id, operation_id, 'a reservation' from holdfast.reservations) as named
      where not exists (select from holdfast.operations as operation
        where operation.tenant_id = named.tenant_id and operation.id = named.operation_id)`,
  },
  {
    invariant: "I5",
    table: "shows",
    sql: `
      select coalesce(show.tenant_id, created.tenant_id) || '/' || coalesce(show.id::text, created.show_id) as row_key,
        case when show.id is null then 'is missing though it was created'
          else 'differs from the operation that created it, or has none' end as message
      from holdfast.shows as show full join (
        select tenant_id, id as operation_id, input, outcome -> 'data' as data, outcome -> 'data' ->> 'showId' as show_id
        from holdfast.operations where kind = 'shows.create' and outcome ->> 'ok' = 'true') as created
        on created.tenant_id = show.tenant_id and created.show_id = show.id::text
      where (show.operation_id, show.name, show.wallet_id::text, show.starts_at, show.capacity::text,
          show.hold_seconds::text, show.max_hold_seconds::text,
          encode(sha256(convert_to(show.layout::text, 'UTF8')), 'hex'))
        is distinct from (created.operation_id, created.input ->> 'name', created.input ->> 'walletId',
          (created.input ->> 'startsAt')::timestamptz, created.data ->> 'capacity',
          created.data ->> 'holdSeconds', created.data ->> 'maxHoldSeconds', created.data ->> 'layoutHash')`,
  },
  {
    invariant: "I5",
    table: "show_changes",
    sql: `
      select ${CHANGE_KEY} as row_key, format('does not follow from version %s before it', coalesce(before, 0)) as message
      from (select *, lag(version) over (partition by tenant_id, show_id order by version) as before
        from holdfast.show_changes) as change
      where version <> coalesce(before, 0) + 1
        or not exists (select from holdfast.shows where tenant_id = change.tenant_id and id = change.show_id)`,
  },
  {
    invariant: "I5",
    table: "show_changes",
    sql: `
      with ${STEPS}, ${REPLACED},
      change_told as (
        select tenant_id, show_id, version, operation_id, reservation_id, data -> 'seats' as seats,
          case when makes then 'held' when kind = 'confirm' then 'sold' else 'free' end as status
        from step where makes or kind in ('release', 'expire', 'confirm')
        union all
        select tenant_id, show_id, version, operation_id, reservation_id, null, 'free' from replaced
        union all
        -- Who confirms what has expired holds the seats again first.
        select tenant_id, show_id, version - 1, operation_id, reservation_id, data -> 'seats', 'held'
        from step where kind = 'confirm' and expires),
      told as (
        select tenant_id, show_id, version, operation_id, reservation_id, status, coalesce(seats,
          first_value(seats) over (partition by tenant_id, reservation_id order by version)) as seats
        from change_told)
      select coalesce(change.tenant_id, told.tenant_id) || '/' || coalesce(change.show_id::text, told.show_id) || '/'
          || coalesce(change.version, told.version) as row_key,
        case when change.version is null then 'is missing though its operation made it'
          else 'differs from what its operation answered, or has none' end as message
      from holdfast.show_changes as change full join told
        on told.tenant_id = change.tenant_id and told.show_id = change.show_id::text and told.version = change.version
      where (change.operation_id, change.reservation_id::text, change.status, to_jsonb(change.seat_ids))
        is distinct from (told.operation_id, told.reservation_id, told.status, told.seats)`,
  },
  {
    invariant: "I5",
    table: "shows",
    sql: `
      select show.tenant_id || '/' || show.id as row_key,
        format('version %s, %s held and %s sold; its history says %s, %s and %s', show.version, show.held, show.sold,
          coalesce(told.version, 0), coalesce(told.held, 0), coalesce(told.sold, 0)) as message
      from holdfast.shows as show left join (
        select tenant_id, show_id, max(version) as version,
          sum(case status when 'held' then 1 else -1 end * cardinality(seat_ids)) as held,
          sum(case status when 'sold' then 1 else 0 end * cardinality(seat_ids)) as sold
        from holdfast.show_changes group by 1, 2) as told on told.tenant_id = show.tenant_id and told.show_id = show.id
      where (show.version, show.held, show.sold)
        is distinct from (coalesce(told.version, 0), coalesce(told.held, 0), coalesce(told.sold, 0))`,
  },
  {
    invariant: "I7",
    table: "show_changes",
    sql: `
      select ${CHANGE_KEY} as row_key, format('seat %s became %s though it was %s', seat_id, status, was) as message
      from (${SEAT_HISTORY}) as change
      where (status = 'held' and was <> 'free')
        or (status <> 'held' and (was <> 'held' or was_of is distinct from reservation_id))`,
  },
  {
    invariant: "I7",
    table: "seats",
    sql: `
      select coalesce(seat.tenant_id, last.tenant_id) || '/' || coalesce(seat.show_id, last.show_id) || '/'
          || coalesce(seat.id, last.seat_id) as row_key,
        format('is %s; its history says %s', coalesce(seat.status, 'missing'), coalesce(last.status, 'nothing')) as message
      from holdfast.seats as seat full join (
        select * from (${SEAT_HISTORY}) as change where next_version is null) as last
        on last.tenant_id = seat.tenant_id and last.show_id = seat.show_id and last.seat_id = seat.id
      where (seat.status, seat.reservation_id)
        is distinct from (last.status, case when last.status <> 'free' then last.reservation_id end)`,
  },
  {
    invariant: "I7",
    table: "reservations",
    sql: `
      select reservation.tenant_id || '/' || reservation.id as row_key,
        format('is %s with %s seats; %s of them are its own', reservation.status, cardinality(seat_ids), seat.own) as message
      from holdfast.reservations as reservation cross join lateral (
        select count(*) as own from holdfast.seats as seat
        where seat.tenant_id = reservation.tenant_id and seat.show_id = reservation.show_id
          and seat.reservation_id = reservation.id and seat.id = any(reservation.seat_ids)
          and seat.status = case reservation.status when 'confirmed' then 'sold' else 'held' end) as seat
      where seat.own <> case when reservation.status in ('held', 'confirmed') then cardinality(seat_ids) else 0 end`,
  },
  {
    invariant: "I7",
    table: "reservations",
    sql: `
      with ${STEPS}, ${REPLACED},
      told as (
        select tenant_id, reservation_id, (array_agg(status order by version desc))[1] as status,
          -- Nothing makes a hold shorter.
          max((data ->> 'expiresAt')::timestamptz) as expires_at,
          (max(operation_id::text) filter (where makes))::uuid as operation_id,
          max(created_at) filter (where makes) as created_at,
          max(coalesce(input ->> 'customerId', substr(caller, strpos(caller, ':') + 1))) filter (where makes) as customer_id,
          jsonb_agg(data) filter (where makes) -> 0 as data
        from (
          select tenant_id, reservation_id, version, data ->> 'status' as status, makes, operation_id, created_at, caller,
            input, data from step
          union all
          select tenant_id, reservation_id, version, 'released', false, null, null, null, null, null from replaced) as change
        group by tenant_id, reservation_id)
      select coalesce(reservation.tenant_id, told.tenant_id) || '/' || coalesce(reservation.id::text, told.reservation_id)
          as row_key,
        case when reservation.id is null then 'is missing though it was made'
          else 'differs from what its operations answered, or has none' end as message
      from holdfast.reservations as reservation
      full join told on told.tenant_id = reservation.tenant_id and told.reservation_id = reservation.id::text
      left join holdfast.reservations as before
        on before.tenant_id = told.tenant_id and before.id::text = told.data ->> 'replaced'
          and before.seat_ids && reservation.seat_ids
      where (reservation.operation_id, reservation.show_id::text, reservation.customer_id, to_jsonb(reservation.seat_ids),
          reservation.price::text, reservation.status, reservation.held_since, reservation.expires_at,
          encode(reservation.token_hash, 'hex'))
        is distinct from (told.operation_id, told.data ->> 'showId', told.customer_id, told.data -> 'seats',
          told.data ->> 'price', told.status, coalesce(before.held_since, told.created_at), told.expires_at,
          told.data -> 'token' ->> 'tokenHash')`,
  },
  {
    invariant: "I6",
    table: "entries",
    sql: `
      with ${STEPS},
      sale as (select *, (data ->> 'price')::bigint as price from step where kind = 'confirm' and data ->> 'price' <> '0'),
      moved as (
        select tenant_id, operation_id, wallet_id::text, version, amount, 0 as expected, false as of_seats
        from holdfast.entries
        union all
        select tenant_id, operation_id, data ->> 'walletId', null, 0, -price, true from sale
        union all
        select tenant_id, operation_id, input -> 'token' ->> 'organiserWalletId', null, 0, price, true from sale
        union all
        select tenant_id, id, null, null, 0, 0, true from holdfast.operations
        where kind like 'seats.%' or kind like 'shows.%')
      select coalesce(min(tenant_id || '/' || wallet_id || '/' || version), tenant_id || '/operation/' || operation_id) as row_key,
        format('operation %s moved %s instead of %s', operation_id, sum(amount), sum(expected)) as message
      from (select *, bool_or(of_seats) over (partition by tenant_id, operation_id) as is_sale from moved) as judged
      where is_sale and wallet_id is not null
      group by tenant_id, operation_id, wallet_id
      having sum(amount) <> sum(expected)`,
  },
];
