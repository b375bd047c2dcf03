import type { Check } from "../write-path/verify.ts";

/** Each successful command on seats: the data it answered. */
const STEPS = `
  select tenant_id, id as operation_id, substr(kind, 7) as kind, outcome::jsonb -> 'data' as data
  from holdfast.operations where kind like 'seats.%' and outcome::jsonb ->> 'ok' = 'true'`;

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
        select tenant_id, id as operation_id, outcome::jsonb -> 'data' ->> 'showId' as show_id, input::jsonb as input
        from holdfast.operations where kind = 'shows.create' and outcome::jsonb ->> 'ok' = 'true') as created
        on created.tenant_id = show.tenant_id and created.show_id = show.id::text
      where (show.operation_id, show.name, show.wallet_id::text)
        is distinct from (created.operation_id, created.input ->> 'name', created.input ->> 'walletId')`,
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
        format('is %s; its history says %s', coalesce(seat.status, 'free'), coalesce(last.status, 'free')) as message
      from holdfast.seats as seat full join (
        select * from (${SEAT_HISTORY}) as change where next_version is null) as last
        on last.tenant_id = seat.tenant_id and last.show_id = seat.show_id and last.seat_id = seat.id
      where coalesce(seat.status, 'free') <> coalesce(last.status, 'free')
        or (seat.status <> 'free' and seat.reservation_id is distinct from last.reservation_id)`,
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
      select reservation.tenant_id || '/' || reservation.id as row_key,
        'differs from the operation that made it, or has none' as message
      from holdfast.reservations as reservation left join (select * from (${STEPS}) as step where kind = 'reserve') as made
        on made.tenant_id = reservation.tenant_id and made.operation_id = reservation.operation_id
      where (reservation.id::text, reservation.show_id::text, reservation.price::text, to_jsonb(reservation.seat_ids))
        is distinct from
          (made.data ->> 'reservationId', made.data ->> 'showId', made.data ->> 'price', made.data -> 'seats')
      union all
      select made.tenant_id || '/' || (made.data ->> 'reservationId'), 'is missing though it was made'
      from (${STEPS}) as made where kind = 'reserve' and not exists (select from holdfast.reservations as reservation
        where reservation.tenant_id = made.tenant_id and reservation.id::text = made.data ->> 'reservationId')`,
  },
  {
    invariant: "I7",
    table: "reservations",
    sql: `
      select reservation.tenant_id || '/' || reservation.id as row_key,
        format('is %s; its last operation says %s', reservation.status, coalesce(last.data ->> 'status', 'held')) as message
      from holdfast.reservations as reservation left join (
        select distinct on (tenant_id, data ->> 'reservationId') tenant_id, data from (${STEPS}) as step
        where kind in ('release', 'expire', 'confirm')
        order by tenant_id, data ->> 'reservationId', (data ->> 'showVersion')::bigint desc) as last
        on last.tenant_id = reservation.tenant_id and last.data ->> 'reservationId' = reservation.id::text
      where reservation.status <> coalesce(last.data ->> 'status', 'held')
        and not (reservation.status = 'released' and last.data is null
          and exists (select from holdfast.show_changes as change where change.tenant_id = reservation.tenant_id
            and change.show_id = reservation.show_id and change.reservation_id = reservation.id and change.status = 'free'))`,
  },
  {
    invariant: "I6",
    table: "entries",
    sql: `
      select sale.tenant_id || '/operation/' || sale.operation_id as row_key,
        format('seats for %s were sold; %s was paid and %s received', sale.data ->> 'price', coalesce(-moved.paid, 0),
          coalesce(moved.received, 0)) as message
      from (${STEPS}) as sale left join lateral (
        select count(*) as entries, sum(amount) filter (where amount < 0) as paid,
          sum(amount) filter (where amount > 0) as received
        from holdfast.entries as entry
        where entry.tenant_id = sale.tenant_id and entry.operation_id = sale.operation_id) as moved on true
      where sale.kind = 'confirm' and (coalesce(-moved.paid, 0)::text <> sale.data ->> 'price'
        or coalesce(moved.received, 0)::text <> sale.data ->> 'price'
        or moved.entries <> case when sale.data ->> 'price' = '0' then 0 else 2 end)`,
  },
];
