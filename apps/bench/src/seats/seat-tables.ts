import { sql } from "drizzle-orm";
import { bigint, integer, type PgColumn, pgSchema, text, timestamp } from "drizzle-orm/pg-core";
import type postgres from "postgres";
import { createPlainTables, plainTables } from "../contenders/plain-tables.ts";
import type { SeatState, SeatWorld, TakenSeat } from "./box-office.ts";
import type { House } from "./house.ts";

/** Plain contenders have one tenant. */
export const TENANT = 0;

/** The tables of a plain contender as Drizzle knows them: the wallets of `textbook`, and seats that know who holds them. */
export function seatTables(name: string) {
  const schema = pgSchema(name);
  const number = (column: string) => bigint(column, { mode: "number" });
  return {
    wallets: schema.table("wallets", {
      tenantId: integer("tenant_id").notNull(),
      id: number("id").notNull(),
      creditBalance: number("credit_balance").notNull(),
      held: number("held").notNull(),
      version: number("version").notNull(),
    }),
    operations: schema.table("operations", {
      id: number("id").generatedAlwaysAsIdentity(),
      tenantId: integer("tenant_id").notNull(),
      idempotencyKey: text("idempotency_key").notNull(),
      kind: text("kind").notNull(),
      amount: number("amount").notNull(),
    }),
    entries: schema.table("entries", {
      id: number("id").generatedAlwaysAsIdentity(),
      tenantId: integer("tenant_id").notNull(),
      walletId: number("wallet_id").notNull(),
      operationId: number("operation_id").notNull(),
      amount: number("amount").notNull(),
      balanceAfter: number("balance_after").notNull(),
    }),
    seats: schema.table("seats", {
      showId: integer("show_id").notNull(),
      id: text("id").notNull(),
      row: integer("row_no").notNull(),
      number: integer("seat_no").notNull(),
      price: number("price").notNull(),
      status: text("status", { enum: ["available", "held", "sold"] }).notNull(),
      heldBy: number("held_by"),
      expiresAt: timestamp("expires_at", { withTimezone: true }),
    }),
  };
}

export type SeatTables = ReturnType<typeof seatTables>;

/** Nobody has it, or nobody has it any more. */
export function isFree({ status, expiresAt }: { status: PgColumn; expiresAt: PgColumn }) {
  return sql<boolean>`(${status} = 'available' or (${status} = 'held' and ${expiresAt} < now()))`;
}

export async function createSeatTables(sql: postgres.Sql, name: string, world: SeatWorld): Promise<void> {
  // The organiser's wallet is the last one.
  await createPlainTables(sql, name, { ...world, wallets: world.buyers + 1, tenants: 1 });
  await sql.unsafe(`
    create table ${name}.seats (
      show_id int not null, id text not null, row_no int not null, seat_no int not null, price bigint not null,
      status text not null default 'available' check (status in ('available', 'held', 'sold')),
      held_by bigint, expires_at timestamptz, primary key (show_id, id))`);
}

export const tablesOfSeats = (name: string): string[] => [...plainTables(name), `${name}.seats`];

export async function insertSeats(
  sql: postgres.Sql,
  name: string,
  show: number,
  house: House,
): Promise<void> {
  const column = <T>(of: (seat: House["seats"][number]) => T): T[] => house.seats.map(of);
  await sql.unsafe(
    `insert into ${name}.seats (show_id, id, row_no, seat_no, price)
      select ${show}, * from unnest($1::text[], $2::int[], $3::int[], $4::bigint[])`,
    [
      column(({ id }) => id),
      column(({ row }) => row),
      column((seat) => seat.number),
      column((seat) => seat.price),
    ],
  );
  await sql.unsafe(`analyze ${name}.seats`);
}

export async function seatState(sql: postgres.Sql, name: string): Promise<SeatState> {
  const taken = await sql.unsafe<TakenSeat[]>(
    `select show_id::text as show, id as seat, status, held_by::int as buyer from ${name}.seats where status <> 'available'`,
  );
  const wallets = await sql.unsafe<{ balance: string }[]>(
    `select credit_balance::text as balance from ${name}.wallets order by id`,
  );
  const [counts] = await sql.unsafe<{ operations: number; entries: number }[]>(
    `select (select count(*)::int from ${name}.operations) as operations,
      (select count(*)::int from ${name}.entries) as entries`,
  );
  const balances = wallets.map(({ balance }) => Number(balance));
  return {
    taken,
    organiser: balances.at(-1) ?? Number.NaN,
    balances: balances.slice(0, -1),
    operations: counts?.operations ?? 0,
    entries: counts?.entries ?? 0,
    findings: [],
  };
}
