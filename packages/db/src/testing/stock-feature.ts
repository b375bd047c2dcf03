import { z } from "zod";
import {
  type Command,
  type Decision,
  type Feature,
  type LockedTable,
  lockRows,
  pgArray,
  ROWS_DIFFER,
  textOf,
} from "../index.ts";

/**
 * A stock counter, as an application that embeds Holdfast would write it: through the public face alone. Its table is
 * the application's own; `stock.buy` also debits a wallet in the same transaction.
 */
export const STOCK_TABLE = `
  create table public.stock (
    tenant_id int not null, sku text not null, quantity bigint not null, version bigint not null default 0,
    primary key (tenant_id, sku), constraint stock_not_negative check (quantity >= 0));
  alter table public.stock enable row level security;
  alter table public.stock force row level security;
  create policy stock_of_tenant on public.stock to holdfast_app
    using (tenant_id = nullif(current_setting('holdfast.tenant', true), '')::int);
  grant select, insert, update on public.stock to holdfast_app`;

type StockCommand = Command & {
  readonly sku: string;
  readonly quantity: number;
  readonly walletId?: string;
  readonly price?: string;
};
interface StockChange {
  readonly sku: string;
  readonly by: number;
}
interface StockRows {
  readonly locked: LockedTable;
  /** As it is after each decision; and what to write. */
  readonly quantities: Map<string, number>;
  readonly changed: Map<string, { by: number; steps: number }>;
}

/** What this feature sees of a wallet; Holdfast's own type is not public. */
interface WalletsSeen {
  readonly wallets: ReadonlyMap<
    string,
    { readonly ownerId: string; readonly balance: bigint; readonly held: bigint; readonly minBalance: bigint }
  >;
}

const table = { table: "public.stock", key: "sku", keyType: "text", columns: ["quantity::text"] } as const;
const line = {
  idempotencyKey: z.string().min(1).max(255),
  sku: z.string(),
  quantity: z.int().min(1).max(1000),
};

export const stockFeature: Feature<StockCommand, StockRows, StockChange> = {
  name: "stock",
  inputs: {
    "stock.take": z.strictObject(line),
    "stock.put": z.strictObject(line),
    "stock.buy": z.strictObject({ ...line, walletId: z.uuid(), price: z.string().regex(/^\d{1,9}$/) }),
  },
  errors: {
    OUT_OF_STOCK: { status: 409, retry: "new-key", recorded: true, message: "There is too little in stock." },
  },

  needs({ sku, walletId }) {
    const stock = { feature: "stock", key: sku };
    return walletId === undefined ? [stock] : [stock, { feature: "wallets", key: `wallet:${walletId}` }];
  },

  async lock(tx, tenantId, keys, wait) {
    const locked = await lockRows(tx, tenantId, table, keys, wait);
    const quantities = new Map([...locked.rows].map(([sku, row]) => [sku, Number(textOf(row, "quantity"))]));
    return { rows: { locked, quantities, changed: new Map() }, stuck: locked.stuck, absent: locked.absent };
  },

  decide(all, command, { principal, operationId }): Decision {
    const { kind, sku, quantity, walletId, price = "0" } = command;
    const inStock = (all["stock"] as StockRows).quantities.get(sku);
    if (inStock === undefined) return { ok: false, code: "NOT_FOUND", details: { what: "sku" } };
    const by = kind === "stock.put" ? quantity : -quantity;
    if (inStock + by < 0) return { ok: false, code: "OUT_OF_STOCK", details: { inStock, asked: quantity } };
    const data = { operationId, sku, inStock: inStock + by };
    const stock: StockChange[] = [{ sku, by }];
    if (walletId === undefined) return { ok: true, data, changes: { stock } };

    const wallet = (all["wallets"] as WalletsSeen).wallets.get(walletId);
    const theirs =
      wallet !== undefined && (principal.role !== "user" || wallet.ownerId === principal.subject);
    if (!theirs) return { ok: false, code: "NOT_FOUND", details: { what: "walletId" } };
    const spendable = wallet.balance - wallet.held - wallet.minBalance;
    const cost = BigInt(price) * BigInt(quantity);
    if (cost > spendable) {
      const details = {
        available: `${wallet.balance - wallet.held}`,
        required: `${cost}`,
        shortfall: `${cost - spendable}`,
      };
      return { ok: false, code: "INSUFFICIENT_FUNDS", details };
    }
    const wallets = [{ type: "move", walletId, amount: -cost, heldChange: 0n }];
    return { ok: true, data: { ...data, paid: `${cost}` }, changes: { stock, wallets } };
  },

  apply({ quantities, changed }, changes) {
    for (const { sku, by } of changes) {
      quantities.set(sku, (quantities.get(sku) ?? 0) + by);
      const sum = changed.get(sku) ?? { by: 0, steps: 0 };
      changed.set(sku, { by: sum.by + by, steps: sum.steps + 1 });
    }
  },

  write(tx, tenantId, { changed }) {
    if (changed.size === 0) return;
    const sums = [...changed.values()];
    void tx.run(
      `with written as (
        update public.stock set quantity = stock.quantity + moved.by, version = stock.version + moved.steps
        from unnest($2::text[], $3::bigint[], $4::bigint[]) as moved (sku, by, steps)
        where stock.tenant_id = $1::int and stock.sku = moved.sku returning 1)
      select holdfast.expect_rows(count(*), $5::bigint, '${ROWS_DIFFER}') from written`,
      [
        String(tenantId),
        pgArray(changed.keys()),
        pgArray(sums.map(({ by }) => by)),
        pgArray(sums.map(({ steps }) => steps)),
        String(changed.size),
      ],
    );
  },
};
