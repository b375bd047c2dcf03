import { sql } from "drizzle-orm";
import { bigint, check, integer, json, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { holdfast, instant } from "./schema.ts";
import { bytea } from "./tenants.ts";

const count = (name: string) => bigint(name, { mode: "bigint" });

/**
 * A show and its house. The lock of its row guards all of its seats and reservations, and `version` numbers their changes. The
 * layout never changes; it is stored out of line, so that counting seats doesn't copy it.
 */
export const shows = holdfast.table(
  "shows",
  {
    tenantId: integer("tenant_id").notNull(),
    id: uuid("id").notNull(),
    name: text("name").notNull(),
    startsAt: instant("starts_at"),
    /** Who is paid. */
    walletId: uuid("wallet_id"),
    layout: json("layout").notNull(),
    holdSeconds: integer("hold_seconds").notNull(),
    maxHoldSeconds: integer("max_hold_seconds").notNull(),
    /** Seats that are for sale, held and sold ones included. */
    capacity: integer("capacity").notNull(),
    held: integer("held").notNull(),
    sold: integer("sold").notNull(),
    version: count("version").notNull(),
    /** The operation that created it. */
    operationId: uuid("operation_id").notNull(),
  },
  (show) => [
    primaryKey({ name: "shows_pkey", columns: [show.tenantId, show.id] }),
    check(
      "shows_seats_within_capacity",
      sql`${show.held} >= 0 and ${show.sold} >= 0 and ${show.held} + ${show.sold} <= ${show.capacity}`,
    ),
    check("shows_version_not_negative", sql`${show.version} >= 0`),
  ],
);

/** Seats that somebody has or had; whoever reserves one first makes its row. The primary key alone keeps two people off it. */
export const seats = holdfast.table(
  "seats",
  {
    tenantId: integer("tenant_id").notNull(),
    showId: uuid("show_id").notNull(),
    id: text("id").notNull(),
    status: text("status").notNull(),
    /** Whose it is, unless it is free. */
    reservationId: uuid("reservation_id"),
  },
  (seat) => [
    primaryKey({ name: "seats_pkey", columns: [seat.tenantId, seat.showId, seat.id] }),
    check("seats_status_known", sql`${seat.status} in ('free', 'held', 'sold')`),
    check("seats_free_or_somebodys", sql`(${seat.status} = 'free') = (${seat.reservationId} is null)`),
  ],
);

/** Seats that a customer holds or has bought. What a token says is not stored; its hash is. */
export const reservations = holdfast.table(
  "reservations",
  {
    tenantId: integer("tenant_id").notNull(),
    id: uuid("id").notNull(),
    showId: uuid("show_id").notNull(),
    customerId: text("customer_id").notNull(),
    seatIds: text("seat_ids").array().notNull(),
    price: count("price").notNull(),
    status: text("status").notNull(),
    /** The start of an unbroken hold on any of its seats: what the longest hold is counted from. */
    heldSince: instant("held_since").notNull(),
    expiresAt: instant("expires_at").notNull(),
    tokenHash: bytea("token_hash").notNull(),
    /** The operation that made it. */
    operationId: uuid("operation_id").notNull(),
  },
  (reservation) => [
    primaryKey({ name: "reservations_pkey", columns: [reservation.tenantId, reservation.id] }),
    uniqueIndex("reservations_one_active")
      .on(reservation.tenantId, reservation.showId, reservation.customerId)
      .where(sql`${reservation.status} = 'held'`),
    check(
      "reservations_status_known",
      sql`${reservation.status} in ('held', 'confirmed', 'released', 'expired')`,
    ),
  ],
);

/** The history of a show: one row a version. Watchers read it, and `verify` finds a seat that two had at once. */
export const showChanges = holdfast.table(
  "show_changes",
  {
    tenantId: integer("tenant_id").notNull(),
    showId: uuid("show_id").notNull(),
    version: count("version").notNull(),
    operationId: uuid("operation_id").notNull(),
    reservationId: uuid("reservation_id").notNull(),
    /** What the seats became. */
    status: text("status").notNull(),
    seatIds: text("seat_ids").array().notNull(),
  },
  (change) => [
    primaryKey({ name: "show_changes_pkey", columns: [change.tenantId, change.showId, change.version] }),
    check("show_changes_status_known", sql`${change.status} in ('free', 'held', 'sold')`),
  ],
);
