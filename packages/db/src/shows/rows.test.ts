import { expect, test } from "vitest";
import { connect } from "../connect.ts";
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
