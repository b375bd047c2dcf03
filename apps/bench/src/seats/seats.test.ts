import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@holdfast/embedded-postgres";
import { and, eq, inArray, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ratios } from "../ratios.ts";
import { printOutcomes } from "../report.ts";
import type { RunOptions } from "../run-scenario.ts";
import { bestAvailable } from "./best-available.ts";
import { createBuyers, LiveMap } from "./buyers.ts";
import { holdfastSeats } from "./holdfast-box-office.ts";
import { createHouse } from "./house.ts";
import { onSale } from "./on-sale.ts";
import { plainContender, type TakeSeats } from "./plain-box-office.ts";
import { runSeats } from "./run-seats.ts";

// How fast is for `pnpm bench`; here each contender sells a small house, and one that sells it wrongly is found out.

let directory: string;
let server: EmbeddedPostgres;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-bench-"));
  server = await startEmbeddedPostgres({ dataDir: directory });
});
afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

const run = (scenario: typeof onSale, changes: Partial<RunOptions> = {}) =>
  runSeats(scenario, {
    url: server.url,
    postmaster: server.pid,
    seconds: 1,
    rounds: 1,
    callers: 16,
    contenders: undefined,
    grownOperations: 1,
    memoryCalls: 1,
    buyers: 400,
    seats: 60,
    watchers: 1,
    histories: [1],
    onProgress: () => {},
    ...changes,
  });

test("onsale: every contender sells each seat once", { timeout: 120_000 }, async () => {
  const outcomes = await run(onSale, { rounds: 2 });
  expect(outcomes.map(({ contender }) => contender)).toEqual([
    "holdfast",
    "conditional-update",
    "per-seat-lock",
  ]);
  for (const { contender, wrong, median, costs } of outcomes) {
    expect([contender, wrong]).toEqual([contender, []]);
    expect(median.soldOutSeconds).toBeGreaterThan(0);
    expect(median.salesPerSecond).toBe(median.reservationsPerSecond);
    expect(costs?.roundTrips).toBeGreaterThan(0);
  }
  expect(ratios(outcomes)).toHaveLength(3);
});

test("best-available: every contender fills the house and empties it again", {
  timeout: 120_000,
}, async () => {
  const outcomes = await run(bestAvailable);
  expect(outcomes.map(({ contender }) => contender)).toEqual(["holdfast", "skip-locked"]);
  for (const { contender, wrong, median } of outcomes) {
    expect([contender, wrong]).toEqual([contender, []]);
    expect(median.releasesPerSecond).toBeGreaterThan(0);
    expect(median.adjacentPercent).toBeGreaterThan(0);
  }
});

const until = sql`now() + interval '10 minutes'`;

/** As it is done before the first double booking: the update doesn't say that the seats must be free. */
const withoutCondition: TakeSeats = async (tx, { seats }, { show, buyer, wanted }) =>
  await tx
    .update(seats)
    .set({ status: "held", heldBy: buyer, expiresAt: until })
    .where(and(eq(seats.showId, Number(show)), inArray(seats.id, [...(wanted as string[])])))
    .returning({ id: seats.id, price: seats.price });

/** The look is right, and nothing keeps what it saw true. */
const lookThenTake: TakeSeats = async (tx, tables, { show, buyer, wanted }) => {
  const { seats } = tables;
  const isWanted = and(
    eq(seats.showId, Number(show)),
    typeof wanted === "number" ? undefined : inArray(seats.id, [...wanted]),
  );
  const free = await tx
    .select({ id: seats.id, price: seats.price })
    .from(seats)
    .where(and(isWanted, eq(seats.status, "available")))
    .orderBy(seats.id)
    .limit(typeof wanted === "number" ? wanted : wanted.length);
  const ids = free.map(({ id }) => id);
  // So that somebody else looks before this one takes, however few the callers are.
  await tx.execute(sql`select pg_sleep(0.002)`);
  if (ids.length > 0)
    await tx
      .update(seats)
      .set({ status: "held", heldBy: buyer, expiresAt: until })
      .where(and(eq(seats.showId, Number(show)), inArray(seats.id, ids)));
  return free;
};

/** Nobody else had the seats; it refuses every third buyer all the same. */
const refusing: TakeSeats = async (tx, tables, ask) =>
  ask.buyer % 3 === 0 ? [] : withoutCondition(tx, tables, ask);

test.each([
  ["onsale", onSale, withoutCondition],
  ["onsale", onSale, lookThenTake],
  ["onsale", onSale, refusing],
  ["best-available", bestAvailable, lookThenTake],
] as const)(
  "%s: a contender that sells wrongly has no result",
  { timeout: 60_000 },
  async (_, scenario, take) => {
    const wrong = plainContender("conditional-update", "wrong on purpose", take);
    // Few callers: wrong updates run into deadlocks, which Postgres takes a second to find.
    const small = { buyers: 200, seats: 30, callers: 4 };
    const outcomes = await run({ ...scenario, contenders: [holdfastSeats, wrong] }, small);
    expect(outcomes.map(({ wrong }) => wrong.length > 0)).toEqual([false, true]);
    expect(printOutcomes("", outcomes)).toContain("conditional-update: no result");
    expect(ratios(outcomes)).toEqual([]);
  },
);

test("buyers choose alike whoever sells, the good seats most, and none that is gone from the map", () => {
  const house = createHouse(1_000);
  const buyers = createBuyers(2_000, 7);
  expect(createBuyers(2_000, 7)).toEqual(buyers);
  expect(createBuyers(2_000, 8)).not.toEqual(buyers);
  const untouched = new LiveMap(house);
  const frontRow = (attempt: number) =>
    buyers.filter((buyer) => untouched.choose(buyer, attempt)?.some((seat) => seat.startsWith("R001")))
      .length;
  expect(frontRow(0)).toBeGreaterThan(5 * frontRow(1));

  const map = new LiveMap(house);
  const taken = new Set<string>();
  for (const [at, buyer] of buyers.entries()) {
    const wanted = map.choose(buyer, at % 4) ?? [];
    expect(house.areAdjacent(wanted)).toBe(true);
    expect(wanted.some((seat) => taken.has(seat))).toBe(false);
    for (const seat of wanted) taken.add(seat);
    map.take(wanted);
  }
  expect(taken.size).toBe(1_000);
});
