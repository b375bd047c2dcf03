import { expect, test } from "vitest";
import { connect } from "../connect.ts";
import { isSqlstate, ROWS_DIFFER } from "../postgres-error.ts";
import { ada, newKey } from "../testing/factories.ts";
import { createTestDatabase } from "../testing/index.ts";
import { createShow } from "../testing/shows.ts";
import { lockShowRows } from "./rows.ts";
import type { SeatPlan } from "./seat-plan.ts";

test("a batch needs no more of the remembered houses than it has read, and one that is forgotten meanwhile is kept", async () => {
  const database = await createTestDatabase();
  const db = connect({ url: database.url, tokenSecret: "of this test" });
  try {
    const shows = await Promise.all([createShow(db), createShow(db), createShow(db)]);
    const ids = shows.map(({ showId }) => showId).toSorted();
    // Room for one: every house that is put in drives another out.
    const plans = new Map<string, SeatPlan>();
    const cache = {
      get: (key: string) => plans.get(key),
      set: (key: string, plan: SeatPlan) => {
        plans.clear();
        plans.set(key, plan);
      },
    };
    const wanted = { shows: ids, seats: [], maps: [], reservations: [], again: [], customers: [] };
    for (const _ of [1, 2]) {
      await db.withTransaction({ tenantId: 1 }, async (tx) => {
        const locked = await lockShowRows(tx, 1, wanted, true, cache);
        expect([...locked.shows.shows.keys()]).toEqual(ids);
        for (const { plan } of locked.shows.shows.values()) expect(plan.size).toBe(5);
      });
    }
  } finally {
    await db.close();
    await database.close();
  }
});

const NOBODY = "00000000-0000-4000-8000-000000000000";
const SETTLE =
  "select holdfast.settle_reservations(1, array[$1::uuid], array[$2::text], array['released'::text], array[now()])";
const CHANGE =
  "select holdfast.change_seats(1, array[$1::uuid], array[$2::text], array[$3::uuid], array[null::uuid], array['free'::text])";

test("rows that are not as they were decided on, or are not there, abort the transaction that would change them", async () => {
  const database = await createTestDatabase();
  const db = connect({ url: database.url, tokenSecret: "of this test" });
  const failureOf = (statement: string, parameters: string[]): Promise<unknown> =>
    db
      .withTransaction({ tenantId: 1, retries: 0 }, (tx) => tx.run(statement, parameters))
      .then(
        () => undefined,
        (error: unknown) => error,
      );
  try {
    const { showId } = await createShow(db);
    const reserve = { kind: "seats.reserve", idempotencyKey: newKey(), showId, seatIds: ["A1"] } as const;
    const { reservationId } = await db.execute(ada, reserve);
    for (const [statement, parameters] of [
      [SETTLE, [reservationId, "expired"]],
      [SETTLE, [NOBODY, "held"]],
      [CHANGE, [showId, "A1", NOBODY]],
      [CHANGE, [showId, "A2", reservationId]],
    ] as const)
      expect([parameters, isSqlstate(await failureOf(statement, [...parameters]), ROWS_DIFFER)]).toEqual([
        parameters,
        true,
      ]);
    expect(await failureOf(CHANGE, [showId, "A1", reservationId])).toBeUndefined();
    expect(await failureOf(SETTLE, [reservationId, "held"])).toBeUndefined();
  } finally {
    await db.close();
    await database.close();
  }
});
