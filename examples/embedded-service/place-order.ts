import { execute, type Principal } from "@holdfast/db";
import { and, eq, gt, sql } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { items, orders } from "./tables.ts";

export interface Order {
  readonly id: string;
  readonly item: string;
  readonly walletId: string;
}

/** Why there is no order; nothing has been changed. */
export class OrderRefused extends Error {
  readonly code: "SOLD_OUT" | "ANOTHER_ORDER";
  constructor(code: "SOLD_OUT" | "ANOTHER_ORDER", message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Writes the order, takes the item from the stock and debits the customer's wallet: all three, or none.
 *
 * @throws OrderRefused, or HoldfastError, such as INSUFFICIENT_FUNDS.
 */
export function placeOrder(db: NodePgDatabase, customer: Principal, { id, item, walletId }: Order) {
  return db.transaction(async (tx) => {
    const [wanted] = await tx.select().from(items).where(eq(items.name, item));
    if (wanted === undefined) throw new OrderRefused("SOLD_OUT", `There is no ${item} here.`);
    const { price } = wanted;

    // Whoever sends one order twice at once waits here until the first has committed or has not.
    const [order] = await tx
      .insert(orders)
      .values({ id, customer: customer.subject, item, price })
      .onConflictDoNothing()
      .returning();
    if (order === undefined) {
      const [known] = await tx.select().from(orders).where(eq(orders.id, id));
      if (known?.customer === customer.subject && known.item === item) return { ...known, isRepeat: true };
      throw new OrderRefused("ANOTHER_ORDER", `"${id}" is the id of another order: choose a new one.`);
    }

    const taken = await tx
      .update(items)
      .set({ left: sql`${items.left} - 1` })
      .where(and(eq(items.name, item), gt(items.left, 0)))
      .returning();
    if (taken.length === 0) throw new OrderRefused("SOLD_OUT", `The last ${item} is gone.`);

    const [paid] = await execute(tx, customer, [
      { kind: "wallets.debit", idempotencyKey: `order:${id}`, walletId, amount: price, memo: item },
    ]);
    // A refusal rolls nothing back by itself; what is thrown does, and the key is free for a later try.
    if (!paid?.ok) throw paid?.error;
    return { ...order, isRepeat: false };
  });
}
