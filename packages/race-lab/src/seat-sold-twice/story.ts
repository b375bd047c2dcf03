import { roundsOf, type Story } from "../story.ts";
import { counting, countUpdates, sentenceOf, toldDone } from "../verdict/count-updates.ts";
import { about } from "./about.ts";
import { advisoryLock } from "./advisory-lock.ts";
import { conditionalUpdate } from "./conditional-update.ts";
import { forUpdate } from "./for-update.ts";
import { holdfast } from "./holdfast.ts";
import { naive } from "./naive.ts";
import { optimistic } from "./optimistic.ts";
import type { House, Purchase } from "./purchase.ts";
import { serializable } from "./serializable.ts";

interface SeatRows {
  readonly sold: readonly number[];
  readonly tickets: readonly { readonly seat: number; readonly purchase: string }[];
}

const SEATS_A_ROW = 100;

/** Every round has a seat of its own, which all buyers want at once. */
export const seatSoldTwice: Story<Purchase, SeatRows, House> = {
  about,
  together: true,
  call: ({ number, round }) => ({ id: `purchase-${number}`, seat: round }),

  plain: {
    tables: (settings) => `
      create table seats (id int primary key, status text not null default 'free', version int not null default 0);
      create table tickets (seat int not null, purchase text not null);
      insert into seats (id) select generate_series(1, ${roundsOf(settings)})`,
    strategies: {
      naive,
      "conditional-update": conditionalUpdate,
      "for-update": forUpdate,
      optimistic,
      serializable,
      "advisory-lock": advisoryLock,
    },
    rows: async (sql) => {
      const sold = await sql<{ id: number }[]>`select id from seats where status = 'sold'`;
      const tickets = await sql<SeatRows["tickets"][number][]>`select seat, purchase from tickets`;
      return { sold: sold.map(({ id }) => id), tickets };
    },
  },

  holdfast: {
    open: async (db, principal, settings) => {
      const names = Array.from({ length: roundsOf(settings) }, (_, at) => ({ id: `${at + 1}` }));
      const rows = Array.from({ length: Math.ceil(names.length / SEATS_A_ROW) }, (_, at) => ({
        id: `${at + 1}`,
        seats: names.slice(at * SEATS_A_ROW, (at + 1) * SEATS_A_ROW),
      }));
      const { showId } = await db.execute(principal, {
        kind: "shows.create",
        idempotencyKey: "show",
        name: "the race",
        categories: [{ id: "any", price: "0" }],
        sections: [{ id: "house", rows }],
      });
      return { show: showId };
    },
    strategy: holdfast,
    rows: async (sql) => {
      const sold = await sql<{ id: number }[]>`select id::int from holdfast.seats where status = 'sold'`;
      const tickets = await sql<SeatRows["tickets"][number][]>`
        select unnest(seat_ids)::int as seat, customer_id as purchase
        from holdfast.reservations where status = 'confirmed'`;
      return { sold: sold.map(({ id }) => id), tickets };
    },
  },

  judge(asked, { sold, tickets }) {
    const counted = countUpdates(
      asked,
      tickets.map(({ purchase }) => purchase),
    );
    const perSeat = new Map<number, number>();
    for (const { seat } of tickets) perSeat.set(seat, (perSeat.get(seat) ?? 0) + 1);
    const extra = [...perSeat.values()].reduce((sum, count) => sum + count - 1, 0);
    const shared = [...perSeat].find(([, count]) => count > 1);
    const unsold = [...perSeat.keys()].filter((seat) => !sold.includes(seat)).length;
    const lost = counted.lost + unsold;
    // A second ticket for the same buyer is counted once.
    const doubled = Math.max(extra, counted.doubled);
    return {
      lost,
      doubled,
      sentence:
        lost + doubled === 0
          ? `Holds: ${counting(toldDone(asked), "seat")} sold, each to one buyer.`
          : sentenceOf("Broken:", [
              doubled > 0 && `${counting(doubled, "ticket")} too many for ${counting(perSeat.size, "seat")}`,
              lost > 0 && `${counting(lost, "ticket")} confirmed and not there`,
            ]),
      expected: `one ticket at most for each of ${counting(perSeat.size, "seat")}`,
      found:
        shared === undefined
          ? `${counting(tickets.length, "ticket")} for ${counting(perSeat.size, "seat")}`
          : `${counting(shared[1], "ticket")} for seat ${shared[0]}; ${counting(tickets.length, "ticket")} for ${counting(perSeat.size, "seat")}`,
    };
  },
};
