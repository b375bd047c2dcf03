import { connect, HoldfastError, migrate, type Principal, verify } from "@holdfast/db";
import postgres from "postgres";
import { openWallets } from "../contenders/holdfast.ts";
import type { BoxOffice, SeatContender, SeatState, SeatWorld, TakenSeat } from "./box-office.ts";
import { type House, PRICES } from "./house.ts";
import { HOLD_SECONDS } from "./plain-box-office.ts";

export const TOKEN_SECRET = "tokens of the benchmark are nobody's";
export const organiser: Principal = { tenantId: 1, subject: "organiser", role: "service" };
const nameOf = (buyer: number): string => `buyer-${buyer}`;

/** The product, in process: every buyer is a user with a wallet of their own. */
export const holdfastSeats: SeatContender = {
  name: "holdfast",
  description: "the write path, in process: calls that wait together share a transaction",

  async setUp(world: SeatWorld): Promise<BoxOffice> {
    const { url, buyers } = world;
    const admin = postgres(url, { max: 1, onnotice: () => {} });
    await admin`drop schema if exists holdfast cascade`;
    await migrate({ url });
    const db = connect({ url, tokenSecret: TOKEN_SECRET });
    // The organiser's wallet is the last one.
    const walletIds = await openWallets(
      db,
      [organiser],
      { wallets: buyers + 1, balance: world.balance },
      (wallet) => (wallet === buyers ? organiser.subject : nameOf(wallet)),
    );
    const principalOf = (buyer: number): Principal => ({ tenantId: 1, subject: nameOf(buyer), role: "user" });
    let shows = 0;

    return {
      recordsRefusals: true,
      tables: TABLES,

      async openShow(house) {
        const { showId } = await db.execute(organiser, {
          kind: "shows.create",
          idempotencyKey: `show-${++shows}`,
          name: "on sale",
          walletId: walletIds[buyers] ?? "",
          holdSeconds: HOLD_SECONDS,
          ...layoutOf(house),
        });
        return showId;
      },

      async reserve({ show, buyer, wanted, key }) {
        const seats =
          typeof wanted === "number" ? { bestAvailable: { quantity: wanted } } : { seatIds: [...wanted] };
        const answer = await unlessRefused(
          db.execute(principalOf(buyer), {
            kind: "seats.reserve",
            idempotencyKey: key,
            showId: show,
            ...seats,
          }),
        );
        return answer && { show, buyer, seats: answer.seats, token: answer.token, adjacent: answer.adjacent };
      },

      async confirm({ buyer, token = "" }, key) {
        const walletId = walletIds[buyer] ?? "";
        const confirm = { kind: "seats.confirm", idempotencyKey: key, token, walletId } as const;
        return (await unlessRefused(db.execute(principalOf(buyer), confirm))) !== undefined;
      },

      async release({ buyer, token = "" }, key) {
        const release = { kind: "seats.release", idempotencyKey: key, token } as const;
        return (await unlessRefused(db.execute(principalOf(buyer), release))) !== undefined;
      },

      async state(): Promise<SeatState> {
        const findings = await verify({ url });
        return {
          ...(await readState(admin, walletIds)),
          findings: findings.map(
            ({ invariant, table, row, message }) => `${invariant} ${table} ${row} ${message}`,
          ),
        };
      },

      async close() {
        await db.close();
        await admin.end();
      },
    };
  },
};

const TABLES = ["operations", "entries", "wallets", "shows", "seats", "reservations", "show_changes"].map(
  (table) => `holdfast.${table}`,
);

function layoutOf({ rows }: House) {
  return {
    categories: PRICES.map((price) => ({ id: `at-${price}`, price: `${BigInt(price)}` as const })),
    sections: [
      {
        id: "house",
        rows: rows.map((seats, at) => ({
          id: `row ${at + 1}`,
          category: `at-${seats[0]?.price}`,
          seats: seats.map(({ id }) => ({ id })),
        })),
      },
    ],
  };
}

/** What a buyer is refused with; anything else has no place in a benchmark. */
const REFUSALS: readonly string[] = [
  "SEATS_TAKEN",
  "NOT_ENOUGH_SEATS",
  "RESERVATION_EXPIRED",
  "RESERVATION_CLOSED",
];

async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof HoldfastError && REFUSALS.includes(error.code)) return undefined;
    throw error;
  }
}

async function readState(
  admin: postgres.Sql,
  walletIds: readonly string[],
): Promise<Omit<SeatState, "findings">> {
  const taken = await admin<TakenSeat[]>`
    select seat.show_id::text as show, seat.id as seat, seat.status,
      substr(reservation.customer_id, ${nameOf(0).length}::int)::int as buyer
    from holdfast.seats as seat left join holdfast.reservations as reservation
      on reservation.tenant_id = seat.tenant_id and reservation.id = seat.reservation_id
    where seat.status <> 'free'`;
  const wallets = await admin<{ id: string; balance: string }[]>`
    select id, credit_balance::text as balance from holdfast.wallets`;
  const balances = new Map(wallets.map(({ id, balance }) => [id, Number(balance)]));
  const [counts] = await admin<{ operations: number; entries: number }[]>`
    select count(*)::int as operations, (
      select count(*)::int from holdfast.entries as entry join holdfast.operations as sale
        on sale.tenant_id = entry.tenant_id and sale.id = entry.operation_id
      where sale.kind = 'seats.confirm') as entries
    from holdfast.operations where kind like 'seats.%'`;
  const all = walletIds.map((id) => balances.get(id) ?? Number.NaN);
  return {
    taken,
    organiser: all.at(-1) ?? Number.NaN,
    balances: all.slice(0, -1),
    operations: counts?.operations ?? 0,
    entries: counts?.entries ?? 0,
  };
}
