import { pgArray, type Row, type Statements, textOf } from "../statements.ts";
import { type LockableTable, type LockedTable, lockRows } from "../write-path/lock.ts";
import type { ReservationStatus } from "./commands.ts";
import type { Layout } from "./layout.ts";
import { SeatPlan } from "./seat-plan.ts";
import { type Held, type Seat, ShowRows } from "./show.ts";

/** What a batch needs of shows: the locks, and of what they guard only what somebody asks for. */
export interface WantedShows {
  readonly shows: readonly string[];
  readonly seats: readonly { readonly showId: string; readonly seatId: string }[];
  /** Shows of which every seat is needed. */
  readonly maps: readonly string[];
  readonly reservations: readonly string[];
  /** Reservations that may have to be held again: whose seats, and whose customer's other reservation, are needed. */
  readonly again: readonly string[];
  readonly customers: readonly { readonly showId: string; readonly customerId: string }[];
}

const SHOWS: LockableTable = {
  table: "holdfast.shows",
  key: "id",
  keyType: "uuid",
  columns: ["wallet_id::text", "hold_seconds::text", "max_hold_seconds::text", "version::text"],
};

/** Parts lists in text: a seat's id has no control character. */
const SEPARATOR = "\x1f";

const RESERVATION = (from: string) => `${from}.id::text as reservation_id, ${from}.show_id::text,
  ${from}.customer_id, array_to_string(${from}.seat_ids, E'\\x1f') as seat_ids, ${from}.price::text, ${from}.status,
  floor(extract(epoch from ${from}.held_since) * 1000)::bigint::text as held_since_ms,
  floor(extract(epoch from ${from}.expires_at) * 1000)::bigint::text as expires_at_ms,
  encode(${from}.token_hash, 'hex') as token_hash`;

/** Seats that somebody named, or that a reservation names, and whose they are; a seat that nobody ever had has no row. */
const READ_SEATS = `
  select seat.show_id::text as seat_show_id, seat.id as seat_id, seat.status as seat_status,
    seat.reservation_id::text as seat_reservation_id, ${RESERVATION("holder")}
  from (
    select * from unnest($2::uuid[], $3::text[]) as named (show_id, id)
    union all
    select again.show_id, seat_id from unnest($4::uuid[]) as wanted(key) cross join lateral (
      select show_id, seat_ids from holdfast.reservations where tenant_id = $1::int and id = wanted.key offset 0) as again
    cross join lateral unnest(again.seat_ids) as seat_id) as wanted
  cross join lateral (select * from holdfast.seats
    where tenant_id = $1::int and show_id = wanted.show_id and id = wanted.id offset 0) as seat
  left join lateral (select * from holdfast.reservations
    where seat.status = 'held' and tenant_id = $1::int and id = seat.reservation_id offset 0) as holder on true`;

/** All seats of a show: a row for each reservation that holds some, one for those that are sold, and one for free ones. */
const READ_MAPS = `
  select map.show_id::text as seat_show_id, string_agg(map.id, E'\\x1f') as seat_id, map.status as seat_status,
    map.holder_id::text as seat_reservation_id, ${RESERVATION("holder")}
  from (
    select seat.show_id, seat.id, seat.status, case when seat.status = 'held' then seat.reservation_id end as holder_id
    from unnest($2::uuid[]) as wanted(key) cross join lateral (select * from holdfast.seats
      where tenant_id = $1::int and show_id = wanted.key offset 0) as seat) as map
  left join lateral (select * from holdfast.reservations
    where tenant_id = $1::int and id = map.holder_id offset 0) as holder on true
  group by map.show_id, map.status, map.holder_id, holder.tenant_id, holder.id, holder.show_id, holder.customer_id,
    holder.seat_ids, holder.price, holder.status, holder.held_since, holder.expires_at, holder.token_hash`;

/** Reservations by id, and the active ones of customers. */
const READ_RESERVATIONS = `
  select ${RESERVATION("named")} from unnest($2::uuid[]) as wanted(key) cross join lateral (
    select * from holdfast.reservations where tenant_id = $1::int and id = wanted.key offset 0) as named
  union all
  select ${RESERVATION("active")} from (
    select * from unnest($3::uuid[], $4::text[]) as named (show_id, customer_id)
    union all
    select again.show_id, again.customer_id from unnest($5::uuid[]) as wanted(key) cross join lateral (
      select show_id, customer_id from holdfast.reservations
      where tenant_id = $1::int and id = wanted.key offset 0) as again) as wanted
  cross join lateral (select * from holdfast.reservations
    where tenant_id = $1::int and show_id = wanted.show_id and customer_id = wanted.customer_id and status = 'held'
    offset 0) as active`;

const READ_LAYOUTS = `
  select found.* from unnest($2::uuid[]) as wanted(key) cross join lateral (
    select id::text as show_id, layout::text from holdfast.shows where tenant_id = $1::int and id = wanted.key offset 0) as found`;

/** Remembers the houses of shows, which never change. */
export interface PlanCache {
  get(key: string): SeatPlan | undefined;
  set(key: string, plan: SeatPlan): unknown;
}

/** Locks shows and reads what their locks guard, in statements of their own that travel with the lock. */
export async function lockShowRows(
  tx: Statements,
  tenantId: number,
  wanted: WantedShows,
  wait: boolean,
  plans: PlanCache,
): Promise<LockedTable & { readonly shows: ShowRows }> {
  const rows = new ShowRows();
  if (wanted.shows.length === 0) return { shows: rows, rows: new Map(), stuck: new Set(), absent: false };
  const tenant = String(tenantId);
  // The cache may forget one while the others are read.
  const known = new Map<string, SeatPlan>();
  const planKey = (showId: string): string => `${tenant}/${showId}`;
  for (const id of wanted.shows) {
    const plan = plans.get(planKey(id));
    if (plan !== undefined) known.set(id, plan);
  }
  const unknown = wanted.shows.filter((id) => !known.has(id));
  const none = Promise.resolve([]);
  const [locked, layouts, ...read] = await Promise.all([
    lockRows(tx, tenantId, SHOWS, wanted.shows, wait),
    unknown.length === 0 ? none : tx.run(READ_LAYOUTS, [tenant, pgArray(unknown)]),
    wanted.seats.length + wanted.again.length === 0
      ? none
      : tx.run(READ_SEATS, [
          tenant,
          pgArray(wanted.seats.map(({ showId }) => showId)),
          pgArray(wanted.seats.map(({ seatId }) => seatId)),
          pgArray(wanted.again),
        ]),
    wanted.maps.length === 0 ? none : tx.run(READ_MAPS, [tenant, pgArray(wanted.maps)]),
    wanted.reservations.length + wanted.customers.length === 0
      ? none
      : tx.run(READ_RESERVATIONS, [
          tenant,
          pgArray(wanted.reservations),
          pgArray(wanted.customers.map(({ showId }) => showId)),
          pgArray(wanted.customers.map(({ customerId }) => customerId)),
          pgArray(wanted.again),
        ]),
  ]);
  for (const row of layouts) {
    const plan = new SeatPlan(JSON.parse(textOf(row, "layout")) as Layout);
    const id = textOf(row, "show_id");
    known.set(id, plan);
    plans.set(planKey(id), plan);
  }
  for (const [id, row] of locked.rows) {
    const plan = known.get(id);
    if (plan === undefined) throw new TypeError("the layout of a show is missing");
    const walletId = row["wallet_id"];
    rows.shows.set(id, {
      id,
      walletId: typeof walletId === "string" ? walletId : undefined,
      holdSeconds: Number(textOf(row, "hold_seconds")),
      maxHoldSeconds: Number(textOf(row, "max_hold_seconds")),
      version: BigInt(textOf(row, "version")),
      plan,
    });
  }
  for (const row of read.flat()) addRow(rows, row);
  return { ...locked, shows: rows };
}

const OVERDUE = `
  select show_id::text, id::text from holdfast.reservations as overdue
  where tenant_id = $1::int and status = 'held' and expires_at <= (select clock_timestamp())
    and (overdue.show_id, overdue.id) > ($2::uuid, $3::uuid)
  order by overdue.show_id, overdue.id limit $4::int`;
const BEFORE_ALL_IDS = "00000000-0000-0000-0000-000000000000";

/** Active reservations that are past their time, those after this one, in the order of their shows and ids. */
export async function listOverdueReservations(
  tx: Statements,
  tenantId: number,
  limit: number,
  showId: string = BEFORE_ALL_IDS,
  id: string = BEFORE_ALL_IDS,
): Promise<{ showId: string; id: string }[]> {
  const rows = await tx.run(OVERDUE, [String(tenantId), showId, id, String(limit)]);
  return rows.map((row) => ({ showId: textOf(row, "show_id"), id: textOf(row, "id") }));
}

/** What was read of a show that somebody else has locked is of no use. */
function addRow(rows: ShowRows, row: Row): void {
  const seatShowId = row["seat_show_id"];
  if (typeof seatShowId === "string" && rows.shows.has(seatShowId)) {
    const status = textOf(row, "seat_status") as Seat["status"];
    const reservationId = row["seat_reservation_id"];
    const seat = { status, reservationId: typeof reservationId === "string" ? reservationId : undefined };
    for (const id of textOf(row, "seat_id").split(SEPARATOR)) rows.read(seatShowId, id, seat);
  }
  const showId = row["show_id"];
  if (typeof showId === "string" && rows.shows.has(showId)) rows.readReservation(reservationOf(row));
}

function reservationOf(row: Row): Held {
  return {
    id: textOf(row, "reservation_id"),
    showId: textOf(row, "show_id"),
    customerId: textOf(row, "customer_id"),
    seatIds: textOf(row, "seat_ids").split(SEPARATOR),
    price: BigInt(textOf(row, "price")),
    status: textOf(row, "status") as ReservationStatus,
    heldSinceMs: Number(textOf(row, "held_since_ms")),
    expiresAtMs: Number(textOf(row, "expires_at_ms")),
    tokenHash: textOf(row, "token_hash"),
  };
}
