import { sql } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { bigint, integer, pgTable, text, timestamp } from "drizzle-orm/pg-core";

/** What the shop sells, at a price in sat. */
export const items = pgTable("items", {
  name: text().primaryKey(),
  price: bigint({ mode: "bigint" }).notNull(),
  left: integer().notNull(),
});

/** What was sold. Whoever buys makes the id, so that the same order can be sent again. */
export const orders = pgTable("orders", {
  id: text().primaryKey(),
  customer: text().notNull(),
  item: text().notNull(),
  price: bigint({ mode: "bigint" }).notNull(),
  placedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
});

/** Your service has migrations for this; they and Holdfast's do not know each other. */
export async function createTables(db: NodePgDatabase): Promise<void> {
  await db.execute(sql`create table if not exists items (
    name text primary key, price bigint not null, "left" integer not null check ("left" >= 0))`);
  await db.execute(sql`create table if not exists orders (
    id text primary key, customer text not null, item text not null, price bigint not null,
    "placedAt" timestamptz not null default now())`);
  await db
    .insert(items)
    .values([
      { name: "coffee", price: 30n, left: 10 },
      { name: "machine", price: 500n, left: 1 },
    ])
    .onConflictDoNothing();
}
