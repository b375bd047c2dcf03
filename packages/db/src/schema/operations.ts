import { integer, json, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { holdfast, instant } from "./schema.ts";
import { bytea } from "./tenants.ts";

/**
 * One row a write command: the audit log and the replay store in one. Rows are inserted and never changed.
 *
 * `input` and `outcome` are `json`, not `jsonb`: a replay must answer byte for byte what was told the first time, and
 * jsonb reorders keys. The parsed input is its own fingerprint, so a mismatch can name its fields. `seal` is the
 * SHA-256 of the row: `verify` finds a row that was changed by hand.
 */
export const operations = holdfast.table(
  "operations",
  {
    tenantId: integer("tenant_id").notNull(),
    id: uuid("id").notNull(),
    idempotencyKey: text("idempotency_key").notNull(),
    kind: text("kind").notNull(),
    caller: text("caller").notNull(),
    input: json("input").notNull(),
    outcome: json("outcome").notNull(),
    createdAt: instant("created_at").notNull(),
    seal: bytea("seal").notNull(),
  },
  (operation) => [
    primaryKey({ name: "operations_pkey", columns: [operation.tenantId, operation.id] }),
    unique("operations_key_once").on(operation.tenantId, operation.idempotencyKey),
  ],
);
