import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type Db } from "../connect.ts";
import type { Principal } from "../principal.ts";
import { ada, bob, holdings, newKey, openWallet, settle, shop } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { createShow } from "../testing/shows.ts";
import { verify } from "../verify.ts";
import type { ShowInput } from "./commands.ts";
import { getReservation, getShow } from "./queries.ts";

let database: TestDatabase;
let sql: postgres.Sql;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1 });
  db = connect({ url: database.url, sessions: 4, tokenSecret: "a secret of this test" });
});
afterAll(async () => {
  expect(await verify({ url: database.url })).toEqual([]);
  await db.close();
  await sql.end();
  await database.close();
});

type Reserve = Omit<ShowInput<"seats.reserve">, "idempotencyKey">;
const reserve = (by: Principal, input: Reserve, idempotencyKey = newKey()) =>
  db.execute(by, { kind: "seats.reserve", idempotencyKey, ...input });
const extend = (by: Principal, token: string, expiresInSeconds: number) =>
  db.execute(by, { kind: "seats.extend", idempotencyKey: newKey(), token, expiresInSeconds });
const release = (by: Principal, token: string) =>
  db.execute(by, { kind: "seats.release", idempotencyKey: newKey(), token });
const confirm = (by: Principal, token: string, walletId?: string, idempotencyKey = newKey()) =>
  db.execute(by, {
    kind: "seats.confirm",
    idempotencyKey,
    token,
    ...(walletId === undefined ? {} : { walletId }),
  });

/** Waits on the database's clock until a reservation's time has come. */
async function untilExpired(reservationId: string): Promise<void> {
  await sql`select pg_sleep(greatest(0, extract(epoch from expires_at - clock_timestamp())) + 0.005)
    from holdfast.reservations where id = ${reservationId}`;
}

async function seatsOf(showId: string) {
  const { heldSeats, soldSeats, held, sold, version } = await getShow(db, ada, { showId });
  expect([held, sold]).toEqual([heldSeats.length, soldSeats.length]);
  return { held: heldSeats.toSorted(), sold: soldSeats.toSorted(), version };
}

describe("reserving", () => {
  test("takes all seats or none, and names those that somebody else has", async () => {
    const { showId } = await createShow(db);
    const reserved = await reserve(ada, { showId, seatIds: ["A2", "A1"] });
    expect(reserved).toMatchObject({
      ...{ showId, seats: ["A1", "A2"], price: "20", status: "held", adjacent: true, replayed: false },
      ...{ showVersion: "1", expiresInSeconds: 300 },
    });
    expect(await settle(reserve(bob, { showId, seatIds: ["A3", "A2", "A1"] }))).toMatchObject({
      ...{ code: "SEATS_TAKEN", details: { conflicts: ["A1", "A2"] } },
    });
    expect(await seatsOf(showId)).toEqual({ held: ["A1", "A2"], sold: [], version: "1" });
  });

  test("refuses what is no list of seats of this show, and records nothing", async () => {
    const { showId } = await createShow(db, { rows: [".x"] });
    const bad: [Reserve, string][] = [
      [{ showId, seatIds: [] }, "seatIds"],
      [{ showId, seatIds: ["A1", "A1"] }, "seatIds.1"],
      [{ showId, seatIds: ["A1", "Z9"] }, "seatIds.1"],
      [{ showId, seatIds: Array.from({ length: 51 }, (_, at) => `A${at}`) }, "seatIds"],
      [{ showId }, "seatIds"],
      [{ showId, seatIds: ["A1"], bestAvailable: { quantity: 1 } }, "seatIds"],
      [{ showId, bestAvailable: { quantity: 0 } }, "bestAvailable.quantity"],
      [{ showId, bestAvailable: { quantity: 1, section: "moon" } }, "bestAvailable.section"],
      [{ showId, bestAvailable: { quantity: 1, category: "gold" } }, "bestAvailable.category"],
    ];
    for (const [input, path] of bad) {
      const key = newKey();
      expect(await settle(reserve(ada, input, key))).toMatchObject({
        ...{ code: "BAD_REQUEST", details: { issues: [{ path }] } },
      });
      expect((await holdings(database.url)).kindsUnder(key)).toEqual([]);
    }
    expect(await settle(reserve(ada, { showId, seatIds: ["A2"] }))).toMatchObject({ code: "SEATS_TAKEN" });
    expect(
      await settle(reserve(ada, { showId: "018f0000-0000-7000-8000-000000000000", seatIds: ["A1"] })),
    ).toMatchObject({
      ...{ code: "NOT_FOUND", details: { what: "showId" } },
    });
    expect(await settle(reserve(bob, { showId, seatIds: ["A1"], customerId: "ada" }))).toMatchObject({
      code: "FORBIDDEN",
    });
  });

  test("gives a customer one reservation a show; the same seats again are no conflict, others replace them when asked to", async () => {
    const { showId } = await createShow(db);
    const first = await reserve(ada, { showId, seatIds: ["A1", "A2"] });
    const again = await reserve(ada, { showId, seatIds: ["A2", "A1"], expiresInSeconds: 900 });
    expect(again).toMatchObject({
      reservationId: first.reservationId,
      token: first.token,
      expiresAt: first.expiresAt,
    });
    expect(await settle(reserve(ada, { showId, seatIds: ["A3"] }))).toMatchObject({
      ...{ code: "RESERVATION_ACTIVE", details: { reservationId: first.reservationId, seats: ["A1", "A2"] } },
    });
    await reserve(bob, { showId, seatIds: ["A4"] });
    expect(await settle(reserve(ada, { showId, seatIds: ["A2", "A4"], replace: true }))).toMatchObject({
      ...{ code: "SEATS_TAKEN", details: { conflicts: ["A4"] } },
    });
    expect(await seatsOf(showId)).toMatchObject({ held: ["A1", "A2", "A4"] });
    const second = await reserve(ada, { showId, seatIds: ["A2", "A3"], replace: true });
    expect(second).toMatchObject({ seats: ["A2", "A3"], showVersion: "4" });
    expect(await seatsOf(showId)).toMatchObject({ held: ["A2", "A3", "A4"] });
    expect(await getReservation(db, ada, { token: first.token })).toMatchObject({ status: "released" });
    expect(await getReservation(db, ada, { token: second.token })).toMatchObject({ status: "held" });
  });

  test("finds the best seats, and the nearest instead of taken ones, held by the same call", async () => {
    const { showId } = await createShow(db, { rows: [".......", "......."] });
    const best = await reserve(ada, { showId, bestAvailable: { quantity: 3 } });
    expect(best).toMatchObject({ seats: ["A3", "A4", "A5"], adjacent: true });
    const nearest = await reserve(bob, { showId, seatIds: ["A4", "A5"], ifTaken: "nearest" });
    expect(nearest).toMatchObject({ insteadOf: ["A4", "A5"], adjacent: true });
    expect(nearest.seats).toEqual(["A6", "A7"]);
    expect(await settle(reserve(shop, { showId, bestAvailable: { quantity: 10 } }))).toMatchObject({
      ...{ code: "NOT_ENOUGH_SEATS", details: { available: 9, requested: 10 } },
    });
  });
});

test("who asks for an accessible seat gets that one or none", async () => {
  const { showId } = await createShow(db, { rows: ["a...."] });
  expect(await reserve(ada, { showId, bestAvailable: { quantity: 4 } })).toMatchObject({
    seats: ["A2", "A3", "A4", "A5"],
  });
  await reserve(bob, { showId, seatIds: ["A1"] });
  const asked = { showId, seatIds: ["A1"], customerId: "carol", ifTaken: "nearest" as const };
  expect(await settle(reserve(shop, asked))).toMatchObject({ code: "SEATS_TAKEN" });
  const other = await createShow(db, { rows: ["a...."] });
  await reserve(bob, { showId: other.showId, seatIds: ["A1"] });
  expect(await settle(reserve(shop, { ...asked, showId: other.showId }))).toMatchObject({
    code: "SEATS_TAKEN",
  });
});

describe("tokens", () => {
  test("are told again to whoever repeats the call, and stored nowhere", async () => {
    const { showId } = await createShow(db);
    const key = newKey();
    const { token } = await reserve(ada, { showId, seatIds: ["A1"] }, key);
    expect(await reserve(ada, { showId, seatIds: ["A1"] }, key)).toMatchObject({ token, replayed: true });
    await extend(ada, token, 310);
    const tables = ["operations", "reservations", "show_changes", "seats", "shows"];
    for (const table of tables) {
      const rows = await sql.unsafe(`select * from holdfast.${table} as t where t::text like '%${token}%'`);
      expect(rows).toHaveLength(0);
    }
  });

  test("need the right tag and, for users, the right user", async () => {
    const { showId } = await createShow(db);
    const { token } = await reserve(ada, { showId, seatIds: ["A1"] });
    const forged = `${token.slice(0, -2)}${token.endsWith("AA") ? "BA" : "AA"}`;
    for (const [by, what] of [
      [bob, token],
      [ada, forged],
      [shop, forged],
    ] as const) {
      const calls: Promise<unknown>[] = [extend(by, what, 60), release(by, what), confirm(by, what)];
      const settled = await Promise.all([...calls, getReservation(db, by, { token: what })].map(settle));
      for (const one of settled) expect(one).toMatchObject({ code: "NOT_FOUND", details: { what: "token" } });
    }
    expect(await settle(release(ada, "nonsense"))).toMatchObject({ code: "BAD_REQUEST" });
    expect(await release(shop, token)).toMatchObject({ status: "released" });
  });
});

describe("time", () => {
  test("a reservation is extended up to the show's longest hold, never shortened", async () => {
    const { showId } = await createShow(db, { holdSeconds: 100, maxHoldSeconds: 200 });
    const { token, expiresAt } = await reserve(ada, { showId, seatIds: ["A1"] });
    expect(await extend(ada, token, 10)).toMatchObject({ expiresAt });
    const longest = await extend(ada, token, 900);
    expect(Date.parse(longest.expiresAt) - Date.parse(expiresAt)).toBe(100_000);
    expect(await settle(extend(ada, token, 900))).toMatchObject({
      ...{ code: "EXTENSION_LIMIT", details: { expiresAt: longest.expiresAt } },
    });
    // Who exchanges it for one with a seat of it can't start anew; who takes other seats can.
    const kept = await reserve(ada, { showId, seatIds: ["A1", "A2"], replace: true, expiresInSeconds: 900 });
    expect(kept.expiresAt).toBe(longest.expiresAt);
    const fresh = await reserve(ada, { showId, seatIds: ["A3"], replace: true, expiresInSeconds: 900 });
    expect(Date.parse(fresh.expiresAt)).toBeGreaterThan(Date.parse(longest.expiresAt));
  });

  test("an expired seat is bookable the moment it expires, and nobody else is needed for it", async () => {
    const { showId } = await createShow(db);
    const { token, reservationId } = await reserve(ada, {
      showId,
      seatIds: ["A1", "A2"],
      expiresInSeconds: 1,
    });
    expect(await settle(reserve(bob, { showId, seatIds: ["A1"] }))).toMatchObject({ code: "SEATS_TAKEN" });
    await untilExpired(reservationId);
    expect(await seatsOf(showId)).toMatchObject({ held: [] });
    expect(await getReservation(db, ada, { token })).toMatchObject({
      status: "expired",
      expiresInSeconds: 0,
    });
    expect(await settle(extend(ada, token, 60))).toMatchObject({ code: "RESERVATION_EXPIRED" });
    expect(await reserve(bob, { showId, seatIds: ["A1"] })).toMatchObject({ seats: ["A1"] });
    expect(await settle(release(ada, token))).toMatchObject({ code: "RESERVATION_EXPIRED" });
    expect(await seatsOf(showId)).toMatchObject({ held: ["A1"] });
  });

  test("the holder of an expired reservation may reserve again, other seats too", async () => {
    const { showId } = await createShow(db);
    const { reservationId } = await reserve(ada, { showId, seatIds: ["A1"], expiresInSeconds: 1 });
    await untilExpired(reservationId);
    expect(await reserve(ada, { showId, seatIds: ["A2"] })).toMatchObject({ seats: ["A2"] });
    expect(await seatsOf(showId)).toMatchObject({ held: ["A2"] });
  });
});

describe("confirming", () => {
  test("pays the organiser and sells the seats, once", async () => {
    const { showId, walletId: organiser = "" } = await createShow(db);
    const buyer = await openWallet(db, 100n);
    const { token } = await reserve(ada, { showId, seatIds: ["A1", "A2"] });
    const key = newKey();
    const bought = await confirm(ada, token, buyer, key);
    expect(bought).toMatchObject({
      ...{
        status: "confirmed",
        seats: ["A1", "A2"],
        price: "20",
        walletId: buyer,
        balance: "80",
        version: "2",
      },
      ...{ showVersion: "2" },
    });
    expect(await confirm(ada, token, buyer, key)).toEqual({ ...bought, replayed: true });
    expect(await settle(confirm(ada, token, buyer))).toMatchObject({
      ...{ code: "RESERVATION_CLOSED", details: { status: "confirmed" } },
    });
    const after = await holdings(database.url);
    expect([after.wallet(buyer).balance, after.wallet(organiser).balance]).toEqual([80n, 20n]);
    expect(await seatsOf(showId)).toEqual({ held: [], sold: ["A1", "A2"], version: "2" });
    expect(await settle(reserve(bob, { showId, seatIds: ["A2"] }))).toMatchObject({ code: "SEATS_TAKEN" });
    expect(await reserve(ada, { showId, seatIds: ["A3"] })).toMatchObject({ seats: ["A3"] });
  });

  test("does nothing for who is too poor, has no wallet or somebody else's, and says so", async () => {
    const { showId, walletId: organiser = "" } = await createShow(db);
    const [poor, others, dollars] = await Promise.all([
      openWallet(db, 19n),
      openWallet(db, 50n, { ownerId: "bob" }),
      openWallet(db, 50n, { currency: "usd_cent" }),
    ]);
    const { token } = await reserve(ada, { showId, seatIds: ["A1", "A2"] });
    const refused: [string | undefined, object][] = [
      [poor, { code: "INSUFFICIENT_FUNDS", details: { available: "19", required: "20", shortfall: "1" } }],
      [others, { code: "NOT_FOUND", details: { what: "walletId" } }],
      [dollars, { code: "CURRENCY_MISMATCH" }],
      [organiser, { code: "NOT_FOUND" }],
      [undefined, { code: "BAD_REQUEST", details: { issues: [{ path: "walletId" }] } }],
    ];
    for (const [walletId, expected] of refused)
      expect(await settle(confirm(ada, token, walletId))).toMatchObject({ ok: false, ...expected });
    expect(await seatsOf(showId)).toEqual({ held: ["A1", "A2"], sold: [], version: "1" });
    const after = await holdings(database.url);
    expect([after.wallet(poor).balance, after.wallet(organiser).balance]).toEqual([19n, 0n]);
  });

  test("seats that cost nothing need no wallet", async () => {
    const { showId } = await createShow(db, { price: 0n });
    const { token } = await reserve(ada, { showId, seatIds: ["A1"] });
    const bought = await confirm(ada, token);
    expect(bought).toMatchObject({ status: "confirmed", price: "0" });
    expect(bought.walletId).toBeUndefined();
  });

  test("comes too late: the seats are bought all the same while all are free, and not when one is gone", async () => {
    const { showId } = await createShow(db);
    const buyer = await openWallet(db, 100n);
    const late = await reserve(ada, { showId, seatIds: ["A1", "A2"], expiresInSeconds: 1 });
    await untilExpired(late.reservationId);
    const rival = await reserve(bob, { showId, seatIds: ["A2"] });
    expect(await settle(confirm(ada, late.token, buyer))).toMatchObject({
      ...{ code: "RESERVATION_EXPIRED", details: { expiredAt: late.expiresAt, taken: ["A2"] } },
    });
    const other = await reserve(ada, { showId, seatIds: ["A5"] });
    await release(bob, rival.token);
    expect(await settle(confirm(ada, late.token, buyer))).toMatchObject({ code: "RESERVATION_ACTIVE" });
    await release(ada, other.token);
    expect(await confirm(ada, late.token, buyer)).toMatchObject({ status: "confirmed", balance: "80" });
    expect(await seatsOf(showId)).toMatchObject({ held: [], sold: ["A1", "A2"] });
  });
});

test("a show is created whole, by those who may, and its layout is told as it was sent with the defaults filled in", async () => {
  const walletId = await openWallet(db, 0n);
  const sent = {
    kind: "shows.create",
    name: "Hamlet",
    walletId,
    startsAt: "2027-03-01T19:30:00+01:00",
    categories: [
      { id: "gold", price: "50" },
      { id: "blue", name: "Upper circle", price: "0" },
    ],
    sections: [
      { id: "stalls", rows: [{ id: "A", seats: [{ id: "A1" }, null, { id: "A2", accessible: true }] }] },
      {
        id: "circle",
        category: "blue",
        rows: [{ id: "B", seats: [{ id: "B1" }, { id: "B2", blocked: true, category: "gold" }] }],
      },
    ],
  } as const;
  expect(await settle(db.execute(ada, { ...sent, idempotencyKey: newKey() }))).toMatchObject({
    code: "FORBIDDEN",
  });
  const { showId, seats } = await db.execute(shop, { ...sent, idempotencyKey: newKey() });
  expect(seats).toBe(4);
  expect(await getShow(db, bob, { showId })).toMatchObject({
    ...{ name: "Hamlet", startsAt: "2027-03-01T18:30:00.000Z", currency: "sat", capacity: 3, version: "0" },
    layout: {
      categories: sent.categories,
      sections: [
        {
          id: "stalls",
          rows: [
            {
              id: "A",
              seats: [{ id: "A1", category: "gold" }, null, { id: "A2", category: "gold", accessible: true }],
            },
          ],
        },
        {
          id: "circle",
          rows: [
            {
              id: "B",
              seats: [
                { id: "B1", category: "blue" },
                { id: "B2", category: "gold", blocked: true },
              ],
            },
          ],
        },
      ],
    },
  });
  const elsewhere: Principal = { tenantId: 2, subject: "ada", role: "admin" };
  expect(await settle(getShow(db, elsewhere, { showId }))).toMatchObject({ code: "NOT_FOUND" });
});

test("the sweeper frees expired seats and tells those who watch", async () => {
  const { showId } = await createShow(db);
  const expiring = await reserve(ada, { showId, seatIds: ["A1", "A2"], expiresInSeconds: 1 });
  await reserve(bob, { showId, seatIds: ["A3"] });
  const leave = new AbortController();
  const events = await db.watch(bob, [{ kind: "show", id: showId, since: 2n }], leave.signal);
  await untilExpired(expiring.reservationId);
  expect((await db.sweep()).settled).toBeGreaterThanOrEqual(1);
  expect((await events.next()).value).toMatchObject([
    {
      topic: { kind: "show", id: showId },
      version: "3",
      data: { showId, status: "free", seats: ["A1", "A2"] },
    },
  ]);
  leave.abort();
});
