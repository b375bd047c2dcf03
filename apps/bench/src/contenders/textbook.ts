import { and, asc, eq, inArray, sql } from "drizzle-orm";
import { bigint, integer, pgSchema, text } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import type { Contender, Ledger, World } from "./contender.ts";
import { createPlainTables, plainState, plainTables } from "./plain-tables.ts";

export const TEXTBOOK_POOL = 16;

const schema = pgSchema("textbook");
const number = (name: string) => bigint(name, { mode: "number" });
const wallets = schema.table("wallets", {
  tenantId: integer("tenant_id").notNull(),
  id: number("id").notNull(),
  creditBalance: number("credit_balance").notNull(),
  held: number("held").notNull(),
  version: number("version").notNull(),
});
const operations = schema.table("operations", {
  id: number("id").generatedAlwaysAsIdentity(),
  tenantId: integer("tenant_id").notNull(),
  idempotencyKey: text("idempotency_key").notNull(),
  kind: text("kind").notNull(),
  amount: number("amount").notNull(),
});
const entries = schema.table("entries", {
  id: number("id").generatedAlwaysAsIdentity(),
  tenantId: integer("tenant_id").notNull(),
  walletId: number("wallet_id").notNull(),
  operationId: number("operation_id").notNull(),
  amount: number("amount").notNull(),
  balanceAfter: number("balance_after").notNull(),
});
const holds = schema.table("holds", {
  tenantId: integer("tenant_id").notNull(),
  idempotencyKey: text("idempotency_key").notNull(),
  walletId: number("wallet_id").notNull(),
  amount: number("amount").notNull(),
  status: text("status").notNull(),
});

/** What the ORM's documentation and most reviews ask for: everything in one interactive transaction, the lock first. */
export const textbook: Contender = {
  name: "textbook",
  description:
    "a Drizzle transaction a transfer: SELECT … FOR UPDATE, look the key up, credit_balance + x, history rows; pool of 16",

  async setUp(world: World): Promise<Ledger> {
    const client = postgres(world.url, { max: TEXTBOOK_POOL, onnotice: () => {} });
    await createPlainTables(client, "textbook", world);
    const { transfer, holdAndCapture } = textbookTransfers(client, world.tenants);
    return {
      tables: plainTables("textbook"),
      transfer,
      holdAndCapture,
      state: () => plainState(client, "textbook"),
      close: () => client.end(),
    };
  },
};

/** The transfers alone, for a server that has the tables already. */
export function textbookTransfers(client: postgres.Sql, tenants: number) {
  const db = drizzle({ client });
  type Transaction = Parameters<Parameters<typeof db.transaction>[0]>[0];
  const tenantOf = (wallet: number): number => wallet % tenants;
  const isWallet = (tenantId: number, id: number) => and(eq(wallets.tenantId, tenantId), eq(wallets.id, id));

  const lock = (tx: Transaction, tenantId: number, ids: number[]) =>
    tx
      .select()
      .from(wallets)
      .where(and(eq(wallets.tenantId, tenantId), inArray(wallets.id, ids)))
      .orderBy(asc(wallets.id))
      .for("update");

  async function isRecorded(tx: Transaction, tenantId: number, key: string): Promise<boolean> {
    const found = await tx
      .select({ id: operations.id })
      .from(operations)
      .where(and(eq(operations.tenantId, tenantId), eq(operations.idempotencyKey, key)));
    return found.length > 0;
  }

  async function record(
    tx: Transaction,
    operation: { tenantId: number; idempotencyKey: string; kind: string; amount: number },
  ): Promise<number> {
    const [recorded] = await tx.insert(operations).values(operation).returning({ id: operations.id });
    return recorded?.id ?? 0;
  }

  async function move(tx: Transaction, tenantId: number, id: number, amount: number, heldChange = 0) {
    const [moved] = await tx
      .update(wallets)
      .set({
        creditBalance: sql`${wallets.creditBalance} + ${amount}`,
        held: sql`${wallets.held} + ${heldChange}`,
        version: sql`${wallets.version} + 1`,
      })
      .where(isWallet(tenantId, id))
      .returning({ balance: wallets.creditBalance });
    return moved?.balance ?? 0;
  }

  async function moveBoth(
    tx: Transaction,
    pair: { tenantId: number; from: number; to: number; amount: number; operationId: number },
    heldChange = 0,
  ): Promise<void> {
    const { tenantId, from, to, amount, operationId } = pair;
    const fromBalance = await move(tx, tenantId, from, -amount, heldChange);
    const toBalance = await move(tx, tenantId, to, amount);
    await tx.insert(entries).values([
      { tenantId, walletId: from, operationId, amount: -amount, balanceAfter: fromBalance },
      { tenantId, walletId: to, operationId, amount, balanceAfter: toBalance },
    ]);
  }

  async function transfer(from: number, to: number, key: string, amount = 1): Promise<void> {
    const tenantId = tenantOf(from);
    await db.transaction(async (tx) => {
      const locked = await lock(tx, tenantId, [from, to]);
      if (await isRecorded(tx, tenantId, key)) return;
      const payer = locked.find((wallet) => wallet.id === from);
      if (payer === undefined || payer.creditBalance - payer.held < amount)
        throw new Error("insufficient funds");
      const operationId = await record(tx, { tenantId, idempotencyKey: key, kind: "transfer", amount });
      await moveBoth(tx, { tenantId, from, to, amount, operationId });
    });
  }

  async function holdAndCapture(from: number, to: number, key: string): Promise<void> {
    const tenantId = tenantOf(from);
    const holdKey = `${key}-hold`;
    const captureKey = `${key}-capture`;
    const amount = 1;
    await db.transaction(async (tx) => {
      const [payer] = await lock(tx, tenantId, [from]);
      if (await isRecorded(tx, tenantId, holdKey)) return;
      if (payer === undefined || payer.creditBalance - payer.held < amount)
        throw new Error("insufficient funds");
      await record(tx, { tenantId, idempotencyKey: holdKey, kind: "hold", amount });
      await tx
        .update(wallets)
        .set({ held: sql`${wallets.held} + ${amount}` })
        .where(isWallet(tenantId, from));
      await tx
        .insert(holds)
        .values({ tenantId, idempotencyKey: holdKey, walletId: from, amount, status: "open" });
    });
    await db.transaction(async (tx) => {
      await lock(tx, tenantId, [from, to]);
      if (await isRecorded(tx, tenantId, captureKey)) return;
      const captured = await tx
        .update(holds)
        .set({ status: "captured" })
        .where(and(eq(holds.tenantId, tenantId), eq(holds.idempotencyKey, holdKey), eq(holds.status, "open")))
        .returning({ amount: holds.amount });
      if (captured.length === 0) throw new Error("not open");
      const operationId = await record(tx, { tenantId, idempotencyKey: captureKey, kind: "capture", amount });
      await moveBoth(tx, { tenantId, from, to, amount, operationId }, -amount);
    });
  }

  return { transfer, holdAndCapture };
}
