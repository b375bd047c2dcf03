import { pgArray, type Statements } from "../statements.ts";
import type { Held, HistoryEntry, Seat, ShowRows } from "./show.ts";

/**
 * Writes a batch: a statement for each kind of change. What goes comes before what takes its place; what could find other
 * rows than it is meant for counts them.
 */
export function writeShowRows(tx: Statements, tenantId: number, rows: ShowRows): void {
  const tenant = String(tenantId);
  if (rows.created.length > 0) void tx.run(INSERT_SHOWS, [tenant, ...createdColumns(rows)]);
  if (rows.settled.size > 0) void tx.run(SETTLE_RESERVATIONS, [tenant, ...settledColumns(rows)]);
  if (rows.reserved.size > 0) void tx.run(INSERT_RESERVATIONS, [tenant, ...reservedColumns(rows)]);
  if (rows.history.length === 0) return;
  const { added, moved } = seatChanges(rows);
  if (moved.length > 0) void tx.run(CHANGE_SEATS, [tenant, ...movedColumns(moved)]);
  if (added.length > 0) void tx.run(INSERT_SEATS, [tenant, ...addedColumns(added)]);
  void tx.run(CHANGE_SHOWS, [tenant, ...historyColumns(rows.history), ...sumColumns(rows.history)]);
}

const INSERT_SHOWS = `
  insert into holdfast.shows (tenant_id, id, name, starts_at, wallet_id, layout, hold_seconds, max_hold_seconds, capacity,
    held, sold, version, operation_id)
  select $1::int, id, name, starts_at, wallet_id, layout::json, hold_seconds, max_hold_seconds, capacity, 0, 0, 0, operation_id
  from unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::uuid[], $6::text[], $7::int[], $8::int[], $9::int[], $10::uuid[])
    as created (id, name, starts_at, wallet_id, layout, hold_seconds, max_hold_seconds, capacity, operation_id)`;

function createdColumns({ created }: ShowRows): string[] {
  return [
    pgArray(created.map(({ show }) => show.id)),
    pgArray(created.map(({ show }) => show.name)),
    pgArray(created.map(({ show }) => show.startsAt ?? null)),
    pgArray(created.map(({ show }) => show.walletId ?? null)),
    pgArray(created.map(({ show }) => show.layoutJson)),
    pgArray(created.map(({ show }) => show.holdSeconds)),
    pgArray(created.map(({ show }) => show.maxHoldSeconds)),
    pgArray(created.map(({ show }) => show.capacity)),
    pgArray(created.map(({ operationId }) => operationId)),
  ];
}

const SETTLE_RESERVATIONS =
  "select holdfast.settle_reservations($1::int, $2::uuid[], $3::text[], $4::text[], $5::timestamptz[])";

function settledColumns({ settled, reservations }: ShowRows): string[] {
  const after = [...settled.keys()].map((id) => reservations.get(id) as Held);
  return [
    pgArray(settled.keys()),
    pgArray(settled.values()),
    pgArray(after.map(({ status }) => status)),
    pgArray(after.map(({ expiresAtMs }) => new Date(expiresAtMs).toISOString())),
  ];
}

const INSERT_RESERVATIONS = `
  insert into holdfast.reservations
    (tenant_id, id, show_id, customer_id, seat_ids, price, status, held_since, expires_at, token_hash, operation_id)
  select $1::int, id, show_id, customer_id, string_to_array(seat_ids, E'\\x1f'), price, status,
    to_timestamp(held_since_ms / 1000.0), to_timestamp(expires_at_ms / 1000.0), decode(token_hash, 'hex'), operation_id
  from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::bigint[], $9::bigint[],
      $10::text[], $11::uuid[])
    as reserved (id, show_id, customer_id, seat_ids, price, status, held_since_ms, expires_at_ms, token_hash, operation_id)`;

function reservedColumns({ reserved, reservations }: ShowRows): string[] {
  const after = [...reserved.keys()].map((id) => reservations.get(id) as Held);
  return [
    pgArray(reserved.keys()),
    pgArray(after.map(({ showId }) => showId)),
    pgArray(after.map(({ customerId }) => customerId)),
    pgArray(after.map(({ seatIds }) => seatIds.join(SEPARATOR))),
    pgArray(after.map(({ price }) => price)),
    pgArray(after.map(({ status }) => status)),
    pgArray(after.map(({ heldSinceMs }) => heldSinceMs)),
    pgArray(after.map(({ expiresAtMs }) => expiresAtMs)),
    pgArray(after.map(({ tokenHash }) => tokenHash)),
    pgArray(reserved.values()),
  ];
}

interface ChangedSeat {
  readonly showId: string;
  readonly seatId: string;
  readonly before: Seat | undefined;
  readonly after: Seat;
}

/** What the batch did to each seat in the end: those that nobody had before get a row. */
function seatChanges(rows: ShowRows): { added: ChangedSeat[]; moved: ChangedSeat[] } {
  const added: ChangedSeat[] = [];
  const moved: ChangedSeat[] = [];
  for (const [showId, seats] of rows.changed) {
    for (const [seatId, before] of seats) {
      const after = rows.seat(showId, seatId);
      if (after !== undefined) (before === undefined ? added : moved).push({ showId, seatId, before, after });
    }
  }
  return { added, moved };
}

const CHANGE_SEATS =
  "select holdfast.change_seats($1::int, $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::text[])";

function movedColumns(moved: readonly ChangedSeat[]): string[] {
  return [
    pgArray(moved.map(({ showId }) => showId)),
    pgArray(moved.map(({ seatId }) => seatId)),
    pgArray(moved.map(({ before }) => before?.reservationId ?? null)),
    pgArray(moved.map(({ after }) => after.reservationId ?? null)),
    pgArray(moved.map(({ after }) => after.status)),
  ];
}

const INSERT_SEATS = `
  insert into holdfast.seats (tenant_id, show_id, id, status, reservation_id)
  select $1::int, * from unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[])`;

function addedColumns(added: readonly ChangedSeat[]): string[] {
  return [
    pgArray(added.map(({ showId }) => showId)),
    pgArray(added.map(({ seatId }) => seatId)),
    pgArray(added.map(({ after }) => after.status)),
    pgArray(added.map(({ after }) => after.reservationId ?? null)),
  ];
}

/** The history, and the counts of seats that it adds up to. */
const CHANGE_SHOWS = `with written as (
    insert into holdfast.show_changes (tenant_id, show_id, version, operation_id, reservation_id, status, seat_ids)
    select $1::int, show_id, version, operation_id, reservation_id, status, string_to_array(seat_ids, E'\\x1f')
    from unnest($2::uuid[], $3::bigint[], $4::uuid[], $5::uuid[], $6::text[], $7::text[])
      as change (show_id, version, operation_id, reservation_id, status, seat_ids))
  select holdfast.change_shows($1::int, $8::uuid[], $9::int[], $10::int[], $11::bigint[])`;

function historyColumns(history: readonly HistoryEntry[]): string[] {
  return [
    pgArray(history.map(({ showId }) => showId)),
    pgArray(history.map(({ version }) => version)),
    pgArray(history.map(({ operationId }) => operationId)),
    pgArray(history.map(({ reservationId }) => reservationId)),
    pgArray(history.map(({ status }) => status)),
    pgArray(history.map(({ seatIds }) => seatIds.join(SEPARATOR))),
  ];
}

/** Parts lists in text: a seat's id has no control character. */
const SEPARATOR = "\x1f";
const HELD_BY = { free: -1, held: 1, sold: -1 } as const;

function sumColumns(history: readonly HistoryEntry[]): string[] {
  const sums = new Map<string, { held: number; sold: number; steps: bigint }>();
  for (const { showId, status, seatIds } of history) {
    const sum = sums.get(showId) ?? { held: 0, sold: 0, steps: 0n };
    sums.set(showId, sum);
    sum.held += HELD_BY[status] * seatIds.length;
    if (status === "sold") sum.sold += seatIds.length;
    sum.steps += 1n;
  }
  const all = [...sums.values()];
  return [
    pgArray(sums.keys()),
    pgArray(all.map(({ held }) => held)),
    pgArray(all.map(({ sold }) => sold)),
    pgArray(all.map(({ steps }) => steps)),
  ];
}
