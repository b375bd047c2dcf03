import { pgSchema, timestamp } from "drizzle-orm/pg-core";

/** Everything of Holdfast lives in a schema of its own, beside whatever else the database holds. */
export const holdfast = pgSchema("holdfast");

/** The database's clock, never the client's. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });
