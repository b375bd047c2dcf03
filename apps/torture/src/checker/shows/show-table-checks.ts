import type { TableCheck } from "../table-check.ts";

/**
 * `seat_step`: every command on seats that succeeded. `sale`: those that sold some, who paid whom and what. `seat_life`: what
 * each change made of each seat, and what it was before. `booking`: the operations on each reservation, in their order.
 * `house_seat`: the seats that there are.
 */
export const SHOW_PREPARATIONS: readonly string[] = [
  `create temp table seat_step on commit drop as
    select tenant_id, id as operation_id, created_at, substr(kind, 7) as kind, input::jsonb as input,
      outcome::jsonb -> 'data' as data
    from holdfast.operations where kind like 'seats.%' and outcome::jsonb ->> 'ok' = 'true'`,
  `create temp table sale on commit drop as
    select step.tenant_id, step.operation_id, step.kind, step.created_at, data, input ->> 'walletId' as wallet_id,
      show.wallet_id::text as organiser_id, (data ->> 'price')::bigint as price
    from seat_step as step left join holdfast.shows as show
      on show.tenant_id = step.tenant_id and show.id::text = data ->> 'showId'
    where kind = 'confirm'`,
  `create temp table seat_life on commit drop as
    select change.tenant_id, change.show_id, change.version, change.operation_id, change.reservation_id, seat_id,
      change.status, lag(change.status, 1, 'free') over seat as was, lag(change.reservation_id) over seat as was_of,
      lead(change.version) over seat is null as is_last
    from holdfast.show_changes as change cross join lateral unnest(change.seat_ids) as seat_id
    window seat as (partition by change.tenant_id, change.show_id, seat_id order by change.version)`,
  `create temp table booking on commit drop as
    select tenant_id, operation_id, kind, created_at, data ->> 'reservationId' as reservation_id, data,
      (data ->> 'expiresAt')::timestamptz as expires_at, (data ->> 'showVersion')::bigint as version,
      lag((data ->> 'expiresAt')::timestamptz) over life as expired_at, lead(kind) over life is null as is_last
    from seat_step window life as (partition by tenant_id, data ->> 'reservationId'
      order by (data ->> 'showVersion')::bigint, created_at, (data ->> 'expiresAt')::timestamptz)`,
  `create temp table house_seat on commit drop as
    select show.tenant_id, show.id as show_id, seat ->> 'id' as seat_id, seat ->> 'blocked' is not null as blocked,
      (category ->> 'price')::bigint as price
    from holdfast.shows as show cross join lateral json_array_elements(layout -> 'sections') as section
    cross join lateral json_array_elements(section -> 'rows') as line
    cross join lateral json_array_elements(line -> 'seats') as seat
    join lateral json_array_elements(layout -> 'categories') as category on category ->> 'id' = seat ->> 'category'`,
  "analyze house_seat",
  "analyze seat_step",
  "analyze sale",
  "analyze seat_life",
  "analyze booking",
];

const SEAT = "life.show_id || ' seat ' || seat_id || ' version ' || life.version";

export const showTableChecks: readonly TableCheck[] = [
  {
    invariant: "I5",
    rule: "versions of a show are not gap-free",
    sql: `select show_id || ' version ' || version as place, format('is number %s', place) as wrong
      from (select *, row_number() over (partition by tenant_id, show_id order by version) as place
        from holdfast.show_changes) as change where version <> place`,
  },
  {
    invariant: "I5",
    rule: "a show is not the sum of its changes",
    sql: `select coalesce(show.id, told.show_id)::text as place,
        format('%s held, %s sold, version %s', show.held, show.sold, show.version) as wrong
      from holdfast.shows as show full join (
        select tenant_id, show_id, max(version) as version, sum(case status when 'held' then 1 else -1 end
          * cardinality(seat_ids)) as held, sum((status = 'sold')::int * cardinality(seat_ids)) as sold
        from holdfast.show_changes group by 1, 2) as told on told.tenant_id = show.tenant_id and told.show_id = show.id
      where (show.held, show.sold, show.version)
        is distinct from (coalesce(told.held, 0), coalesce(told.sold, 0), coalesce(told.version, 0))`,
  },
  {
    invariant: "I5",
    rule: "a show is not as it was created",
    sql: `select coalesce(show.id::text, created.show_id) as place, format('by operation %s', created.id) as wrong
      from holdfast.shows as show full join (
        select tenant_id, id, input::jsonb as input, outcome::jsonb -> 'data' ->> 'showId' as show_id from holdfast.operations
        where kind = 'shows.create' and outcome::jsonb ->> 'ok' = 'true') as created
        on created.tenant_id = show.tenant_id and created.show_id = show.id::text
      where (show.operation_id, show.name, show.wallet_id::text, show.hold_seconds) is distinct from
        (created.id, input ->> 'name', input ->> 'walletId', coalesce((input ->> 'holdSeconds')::int, 300))`,
  },
  {
    invariant: "I7",
    rule: "a seat had two at once",
    sql: `select ${SEAT} as place, format('%s of %s, and it was %s of %s', status, reservation_id, was, was_of) as wrong
      from seat_life as life where (status = 'held' and was <> 'free')
        or (status <> 'held' and (was <> 'held' or was_of is distinct from reservation_id))`,
  },
  {
    invariant: "I7",
    rule: "a seat is not as its changes left it",
    sql: `select coalesce(seat.show_id, life.show_id) || ' seat ' || coalesce(seat.id, seat_id) as place,
        format('%s of %s instead of %s of %s', seat.status, seat.reservation_id, life.status, life.reservation_id) as wrong
      from holdfast.seats as seat full join (select * from seat_life where is_last) as life
        on life.tenant_id = seat.tenant_id and life.show_id = seat.show_id and life.seat_id = seat.id
      where (seat.status, seat.reservation_id) is distinct from
        (life.status, case when life.status <> 'free' then life.reservation_id end)`,
  },
  {
    invariant: "I7",
    rule: "a seat that the house has not, or not for sale",
    sql: `select ${SEAT} as place, life.status as wrong
      from seat_life as life left join house_seat using (tenant_id, show_id, seat_id) where blocked is not false`,
  },
  {
    invariant: "I7",
    rule: "an operation whose changes of seats are not what it means",
    sql: `select coalesce(step.operation_id, written.operation_id)::text as place,
        format('%s: %s', coalesce(step.kind, 'nothing that succeeded'), written.changes) as wrong
      from seat_step as step full join (
        select tenant_id, operation_id, string_agg(status, ' ' order by version) as changes, max(version) as version,
          (array_agg(reservation_id::text order by version desc))[1] as reservation_id,
          (array_agg(to_jsonb(seat_ids) order by version desc))[1] as seats
        from holdfast.show_changes group by 1, 2) as written
        on written.tenant_id = step.tenant_id and written.operation_id = step.operation_id
      where case kind when 'extend' then written.changes is not null
          when 'reserve' then coalesce(changes, '') not in ('held', 'free held') and not (changes is null and exists (
            select from booking where booking.tenant_id = step.tenant_id and booking.reservation_id =
              step.data ->> 'reservationId' and booking.version <= (step.data ->> 'showVersion')::bigint
              and booking.operation_id <> step.operation_id and booking.kind = 'reserve'))
          when 'confirm' then coalesce(changes, '') not in ('sold', 'held sold')
          else coalesce(changes, '') <> 'free' end
        or kind is null or (changes is not null and (written.version::text, written.reservation_id, written.seats)
          is distinct from (step.data ->> 'showVersion', step.data ->> 'reservationId', step.data -> 'seats'))`,
  },
  {
    invariant: "I7",
    rule: "a hold was used after its end, or expired before it",
    sql: `select reservation_id as place, format('%s at %s by operation %s', kind, created_at, operation_id) as wrong
      from booking where (kind = 'expire' and created_at < expires_at)
        or (kind in ('extend', 'release') and created_at >= expired_at)
        or (kind = 'confirm' and created_at >= expires_at and not exists (select from holdfast.show_changes as change
          where change.tenant_id = booking.tenant_id and change.operation_id = booking.operation_id and status = 'held'))`,
  },
  {
    invariant: "I7",
    rule: "a reservation is not as its operations left it",
    sql: `select coalesce(reservation.id::text, last.reservation_id) as place,
        format('%s until %s; said to be %s until %s', status, reservation.expires_at, last.data ->> 'status',
          last.expires_at) as wrong
      from holdfast.reservations as reservation full join (select * from booking where is_last) as last
        on last.tenant_id = reservation.tenant_id and last.reservation_id = reservation.id::text
      left join seat_step as made on made.tenant_id = reservation.tenant_id and made.operation_id = reservation.operation_id
      where (reservation.show_id::text, to_jsonb(seat_ids), price::text, reservation.expires_at)
          is distinct from (last.data ->> 'showId', last.data -> 'seats', last.data ->> 'price', last.expires_at)
        or (made.kind, made.data ->> 'reservationId') is distinct from ('reserve', reservation.id::text)
        or (status is distinct from last.data ->> 'status' and not (status = 'released' and exists (
          select from holdfast.show_changes as change join seat_step as step
            on step.tenant_id = change.tenant_id and step.operation_id = change.operation_id and step.kind = 'reserve'
          where change.tenant_id = reservation.tenant_id and change.reservation_id = reservation.id
            and change.status = 'free')))`,
  },
  {
    invariant: "I6",
    rule: "a price is not that of the seats",
    sql: `select reservation.id::text as place, format('%s instead of %s', reservation.price, sum(seat.price)) as wrong
      from (select tenant_id, id, show_id, price, unnest(seat_ids) as seat_id from holdfast.reservations) as reservation
      left join house_seat as seat using (tenant_id, show_id, seat_id)
      group by reservation.tenant_id, reservation.id, reservation.price
      having reservation.price is distinct from sum(seat.price)`,
  },
];
