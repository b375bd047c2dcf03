import { sql } from "drizzle-orm";
import { bigint, check, index, integer, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { holdfast, instant } from "./schema.ts";

const credits = (name: string) => bigint(name, { mode: "bigint" });

/** A wallet: `available = credit_balance - held`; amounts in the smallest unit of its currency. */
export const wallets = holdfast.table(
  "wallets",
  {
    tenantId: integer("tenant_id").notNull(),
    id: uuid("id").notNull(),
    ownerId: text("owner_id").notNull(),
    currency: text("currency").notNull(),
    creditBalance: credits("credit_balance").notNull(),
    held: credits("held").notNull(),
    minBalance: credits("min_balance").notNull(),
    version: credits("version").notNull(),
    /** The operation that opened it. */
    operationId: uuid("operation_id").notNull(),
  },
  (wallet) => [
    primaryKey({ name: "wallets_pkey", columns: [wallet.tenantId, wallet.id] }),
    // Not by tenant first: in a small table Postgres would take such an index for look-ups by id as well, and keep the plan
    // when the table has grown.
    index("wallets_owner").on(wallet.ownerId),
    check("wallets_balance_above_minimum", sql`${wallet.creditBalance} >= ${wallet.minBalance}`),
    check(
      "wallets_held_within_balance",
      sql`${wallet.held} >= 0 and ${wallet.held} <= ${wallet.creditBalance} - ${wallet.minBalance}`,
    ),
    check("wallets_version_not_negative", sql`${wallet.version} >= 0`),
  ],
);

/**
 * The history of a wallet: one row a version, so a missing or doubled update can't hide. A transfer writes two; a
 * credit or debit writes one, against an external account that no one locks.
 *
 * No foreign keys: wallets and operations can't be deleted (the app role may not), the write path inserts all of them
 * in one transaction, and the trigger of a foreign key would cost every entry two look-ups.
 */
export const entries = holdfast.table(
  "entries",
  {
    tenantId: integer("tenant_id").notNull(),
    walletId: uuid("wallet_id").notNull(),
    version: credits("version").notNull(),
    operationId: uuid("operation_id").notNull(),
    amount: credits("amount").notNull(),
    heldChange: credits("held_change").notNull(),
    balanceAfter: credits("balance_after").notNull(),
    heldAfter: credits("held_after").notNull(),
  },
  (entry) => [primaryKey({ name: "entries_pkey", columns: [entry.tenantId, entry.walletId, entry.version] })],
);

/** Credit set aside until it is captured, released or expired. The lock of its wallet guards it. */
export const holds = holdfast.table(
  "holds",
  {
    tenantId: integer("tenant_id").notNull(),
    id: uuid("id").notNull(),
    walletId: uuid("wallet_id").notNull(),
    /** The operation that placed it. */
    operationId: uuid("operation_id").notNull(),
    amount: credits("amount").notNull(),
    captured: credits("captured").notNull(),
    status: text("status").notNull(),
    expiresAt: instant("expires_at").notNull(),
  },
  (hold) => [
    primaryKey({ name: "holds_pkey", columns: [hold.tenantId, hold.id] }),
    index("holds_live")
      .on(hold.tenantId, hold.walletId, hold.expiresAt)
      .where(sql`${hold.status} in ('open', 'partially_captured')`),
    check("holds_captured_within_amount", sql`${hold.captured} >= 0 and ${hold.captured} <= ${hold.amount}`),
    check(
      "holds_status_known",
      sql`${hold.status} in ('open', 'partially_captured', 'captured', 'released', 'expired')`,
    ),
  ],
);
