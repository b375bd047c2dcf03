import { sql } from "drizzle-orm";
import { check, customType, integer, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { holdfast, instant } from "./schema.ts";

export const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });

export const tenants = holdfast.table("tenants", {
  tenantId: integer("tenant_id").primaryKey(),
  name: text("name").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
});

/** API keys: the secret is stored as its SHA-256, so a copy of the table signs nobody in. */
export const apiKeys = holdfast.table(
  "api_keys",
  {
    tenantId: integer("tenant_id").notNull(),
    id: uuid("id").notNull(),
    subject: text("subject").notNull(),
    role: text("role").notNull(),
    secretHash: bytea("secret_hash").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    revokedAt: instant("revoked_at"),
    /** What created it; null for a key from before that was recorded. */
    operationId: uuid("operation_id"),
  },
  (key) => [
    primaryKey({ name: "api_keys_pkey", columns: [key.tenantId, key.id] }),
    check("api_keys_role_known", sql`${key.role} in ('user', 'service', 'admin')`),
  ],
);
