import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type { Ask } from "./box-office.ts";
import { HOLD_SECONDS, plainContender, type Transaction } from "./plain-box-office.ts";
import { isFree, type SeatTables } from "./seat-tables.ts";

const until = sql`now() + make_interval(secs => ${HOLD_SECONDS})`;

/** What reviews of a double booking ask for: the update itself says that the seats must be free. */
export const conditionalUpdate = plainContender(
  "conditional-update",
  "a Drizzle transaction an attempt: UPDATE … WHERE status = 'available' or the hold has expired, row count, else ROLLBACK; pool of 16",
  async (tx, { seats }, { show, buyer, wanted }) =>
    await tx
      .update(seats)
      .set({ status: "held", heldBy: buyer, expiresAt: until })
      .where(and(eq(seats.showId, Number(show)), inArray(seats.id, listOf(wanted)), isFree(seats)))
      .returning({ id: seats.id, price: seats.price }),
);

/** What the others ask for: lock, look, then update. */
export const perSeatLock = plainContender(
  "per-seat-lock",
  "a Drizzle transaction an attempt: SELECT … ORDER BY id FOR UPDATE of the seats, then UPDATE; pool of 16",
  async (tx, { seats }, { show, buyer, wanted }) => {
    const isWanted = and(eq(seats.showId, Number(show)), inArray(seats.id, listOf(wanted)));
    const locked = await tx
      .select({ id: seats.id, price: seats.price, free: isFree(seats) })
      .from(seats)
      .where(isWanted)
      .orderBy(asc(seats.id))
      .for("update");
    if (locked.some(({ free }) => !free)) return [];
    await tx.update(seats).set({ status: "held", heldBy: buyer, expiresAt: until }).where(isWanted);
    return locked;
  },
);

/** Runs of free seats that one window query offers; whoever finds one taken meanwhile tries another of them. */
const OFFERED_RUNS = 16;
const TRIED_RUNS = 4;

/** The common way to the best seats: nobody waits, whatever somebody else has locked is passed over. */
export const skipLocked = plainContender(
  "skip-locked",
  "a Drizzle transaction an ask: a window query for free seats side by side, SELECT … FOR UPDATE SKIP LOCKED of them, else the best LIMIT n, then UPDATE; pool of 16",
  async (tx, tables, ask) => {
    const found = (await sideBySide(tx, tables, ask)) ?? (await anywhere(tx, tables, ask));
    if (found.length < countOf(ask)) return found;
    const { seats } = tables;
    const ids = found.map(({ id }) => id);
    await tx
      .update(seats)
      .set({ status: "held", heldBy: ask.buyer, expiresAt: until })
      .where(and(eq(seats.showId, Number(ask.show)), inArray(seats.id, ids)));
    return found;
  },
);

const sideBySide = async (tx: Transaction, { seats }: SeatTables, ask: Ask) => {
  const count = countOf(ask);
  // Postgres allows no FOR UPDATE beside a window function, so what it finds has to be locked afterwards.
  const runs = await tx.execute<{ row_no: number; seat_no: number }>(sql`
    select row_no, seat_no from (
      select row_no, seat_no, lead(seat_no, ${count - 1}::int) over row_of_seats as last,
        max(seat_no) over (partition by row_no) / 2.0 as middle
      from ${seats} where ${seats.showId} = ${Number(ask.show)} and ${isFree(seats)}
      window row_of_seats as (partition by row_no order by seat_no)) as run
    where last = seat_no + ${count - 1}::int
    order by row_no, abs(seat_no + ${(count - 1) / 2}::float8 - middle) limit ${OFFERED_RUNS}`);
  for (let tried = 0; tried < TRIED_RUNS; tried++) {
    // The best at first; then any, or all who were refused the best would meet again at the second best.
    const run = runs[tried === 0 ? 0 : Math.floor(Math.random() * runs.length)];
    if (run === undefined) return undefined;
    const numbers = Array.from({ length: count }, (_, at) => run.seat_no + at);
    const locked = await tx
      .select({ id: seats.id, price: seats.price })
      .from(seats)
      .where(
        and(
          eq(seats.showId, Number(ask.show)),
          eq(seats.row, run.row_no),
          inArray(seats.number, numbers),
          isFree(seats),
        ),
      )
      .for("update", { skipLocked: true });
    if (locked.length === count) return locked;
  }
  return undefined;
};

const anywhere = async (tx: Transaction, { seats }: SeatTables, ask: Ask) =>
  await tx
    .select({ id: seats.id, price: seats.price })
    .from(seats)
    .where(and(eq(seats.showId, Number(ask.show)), isFree(seats)))
    .orderBy(asc(seats.row), asc(seats.number))
    .limit(countOf(ask))
    .for("update", { skipLocked: true });

/** The contenders that are asked for named seats, not for the best ones. */
function listOf(wanted: Ask["wanted"]): string[] {
  if (typeof wanted === "number") throw new TypeError("seats must be named here");
  return [...wanted];
}

function countOf({ wanted }: Ask): number {
  return typeof wanted === "number" ? wanted : wanted.length;
}
