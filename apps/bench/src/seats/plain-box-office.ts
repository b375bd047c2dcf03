import { and, eq, inArray, sql } from "drizzle-orm";
import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import type { Ask, BoxOffice, Held, SeatContender, SeatWorld } from "./box-office.ts";
import {
  createSeatTables,
  insertSeats,
  type SeatTables,
  seatState,
  seatTables,
  TENANT,
  tablesOfSeats,
} from "./seat-tables.ts";

const POOL = 16;
export const HOLD_SECONDS = 600;
const DEADLOCK = "40P01";

export type Transaction = Parameters<Parameters<PostgresJsDatabase["transaction"]>[0]>[0];

/** Gives the buyer the seats within this transaction: the ids and prices of what was taken, possibly of too few. */
export type TakeSeats = (
  tx: Transaction,
  tables: SeatTables,
  ask: Ask,
) => Promise<readonly { readonly id: string; readonly price: number }[]>;

/** Rolls a transaction back: a 409 leaves nothing behind. */
class Refused extends Error {}

/** A box office on plain tables with everything in Drizzle transactions; `take` is where contenders differ. */
export function plainContender(name: string, description: string, take: TakeSeats): SeatContender {
  return {
    name,
    description,
    async setUp(world) {
      const client = postgres(world.url, { max: POOL, onnotice: () => {} });
      const schema = name.replaceAll("-", "_");
      await createSeatTables(client, schema, world);
      return plainBoxOffice(client, schema, world, take);
    },
  };
}

function plainBoxOffice(
  client: postgres.Sql,
  schema: string,
  { buyers }: SeatWorld,
  take: TakeSeats,
): BoxOffice {
  const db = drizzle({ client });
  const tables = seatTables(schema);
  const { wallets, operations, entries, seats } = tables;
  const organiser = buyers;
  let shows = 0;

  const isWallet = (id: number) => and(eq(wallets.tenantId, TENANT), eq(wallets.id, id));
  const isHeld = ({ show, buyer, seats: ids }: Held) =>
    and(
      eq(seats.showId, Number(show)),
      inArray(seats.id, [...ids]),
      eq(seats.heldBy, buyer),
      eq(seats.status, "held"),
    );

  async function isRecorded(tx: Transaction, key: string): Promise<boolean> {
    const found = await tx
      .select({ id: operations.id })
      .from(operations)
      .where(and(eq(operations.tenantId, TENANT), eq(operations.idempotencyKey, key)));
    return found.length > 0;
  }

  async function record(
    tx: Transaction,
    idempotencyKey: string,
    kind: string,
    amount: number,
  ): Promise<number> {
    const [recorded] = await tx
      .insert(operations)
      .values({ tenantId: TENANT, idempotencyKey, kind, amount })
      .returning({ id: operations.id });
    return recorded?.id ?? 0;
  }

  async function move(tx: Transaction, id: number, amount: number): Promise<number> {
    const [moved] = await tx
      .update(wallets)
      .set({
        creditBalance: sql`${wallets.creditBalance} + ${amount}`,
        version: sql`${wallets.version} + 1`,
      })
      .where(isWallet(id))
      .returning({ balance: wallets.creditBalance });
    return moved?.balance ?? 0;
  }

  /** Undefined when it was rolled back; whoever lost to a deadlock tries again. */
  async function attempt<T>(work: (tx: Transaction) => Promise<T>): Promise<T | undefined> {
    for (;;) {
      try {
        return await db.transaction(work);
      } catch (error) {
        if (error instanceof Refused) return undefined;
        if (codeOf(error) !== DEADLOCK) throw error;
      }
    }
  }

  return {
    recordsRefusals: false,
    tables: tablesOfSeats(schema),

    async openShow(house) {
      const show = ++shows;
      await insertSeats(client, schema, show, house);
      return String(show);
    },

    reserve: (ask) =>
      attempt(async (tx) => {
        const { show, buyer, wanted, key } = ask;
        if (await isRecorded(tx, key)) return ofBuyer(tx, ask);
        const taken = await take(tx, tables, ask);
        if (taken.length !== (typeof wanted === "number" ? wanted : wanted.length)) throw new Refused();
        const price = taken.reduce((sum, seat) => sum + seat.price, 0);
        await record(tx, key, "reserve", price);
        return { show, buyer, seats: taken.map(({ id }) => id) };
      }),

    async confirm(held, key) {
      const sold = await attempt(async (tx) => {
        const [wallet] = await tx.select().from(wallets).where(isWallet(held.buyer)).for("update");
        if (await isRecorded(tx, key)) return true;
        const bought = await tx
          .update(seats)
          .set({ status: "sold" })
          .where(and(isHeld(held), sql`${seats.expiresAt} >= now()`))
          .returning({ price: seats.price });
        const price = bought.reduce((sum, seat) => sum + seat.price, 0);
        if (bought.length !== held.seats.length) throw new Refused();
        if (wallet === undefined || wallet.creditBalance - wallet.held < price) throw new Refused();
        const operationId = await record(tx, key, "confirm", price);
        const paid = await move(tx, held.buyer, -price);
        // Everybody pays the organiser, so that wallet is locked as late as possible.
        const received = await move(tx, organiser, price);
        await tx.insert(entries).values([
          { tenantId: TENANT, walletId: held.buyer, operationId, amount: -price, balanceAfter: paid },
          { tenantId: TENANT, walletId: organiser, operationId, amount: price, balanceAfter: received },
        ]);
        return true;
      });
      return sold === true;
    },

    async release(held, key) {
      const released = await attempt(async (tx) => {
        if (await isRecorded(tx, key)) return true;
        const freed = await tx
          .update(seats)
          .set({ status: "available", heldBy: null, expiresAt: null })
          .where(isHeld(held))
          .returning({ id: seats.id });
        if (freed.length !== held.seats.length) throw new Refused();
        await record(tx, key, "release", 0);
        return true;
      });
      return released === true;
    },

    state: () => seatState(client, schema),
    close: () => client.end(),
  };

  /** What a repeated call is told. */
  async function ofBuyer(tx: Transaction, { show, buyer }: Ask): Promise<Held> {
    const own = await tx
      .select({ id: seats.id })
      .from(seats)
      .where(and(eq(seats.showId, Number(show)), eq(seats.heldBy, buyer)));
    return { show, buyer, seats: own.map(({ id }) => id) };
  }
}

function codeOf(error: unknown): unknown {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return cause?.code ?? code;
}
