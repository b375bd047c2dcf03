import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type Db } from "../connect.ts";
import type { Principal } from "../principal.ts";
import { withBlocker } from "../testing/blocker.ts";
import { countOutcomes, holdings, newKey, openWallet, settle, shop } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { createShow } from "../testing/shows.ts";
import { verify } from "../verify.ts";
import type { ShowInput } from "./commands.ts";
import { getShow } from "./queries.ts";

/** Races for seats between two servers: each has coalescer and sessions of its own, so only the show's lock keeps them apart. */

let database: TestDatabase;
let sql: postgres.Sql;
let servers: readonly [Db, Db];
/** Those and more: with few callers at each, batches are of one or two, which no split hides when they collide. */
let crowd: readonly Db[];
const DEADLINE = { deadlineMs: 25_000 };

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1 });
  const options = { url: database.url, sessions: 4, tokenSecret: "of both servers" };
  servers = [connect(options), connect(options)];
  crowd = [...servers, ...range(8).map(() => connect({ ...options, sessions: 1 }))];
});
afterAll(async () => {
  expect(await verify({ url: database.url })).toEqual([]);
  for (const db of crowd) await db.close();
  await sql.end();
  await database.close();
});

/** Alternates between the servers. */
function server(at: number): Db {
  return servers[at % 2] ?? servers[0];
}
function ofCrowd(at: number): Db {
  return crowd[at % crowd.length] ?? servers[0];
}

const range = (length: number) => Array.from({ length }, (_, at) => at);
const customer = (subject: string): Principal => ({ tenantId: 1, subject, role: "user" });

type Asked = Omit<ShowInput<"seats.reserve">, "idempotencyKey">;
const reserve = (db: Db, by: Principal, asked: Asked) =>
  db.execute(by, { kind: "seats.reserve", idempotencyKey: newKey(), ...asked }, DEADLINE);
const release = (db: Db, by: Principal, token: string) =>
  db.execute(by, { kind: "seats.release", idempotencyKey: newKey(), token }, DEADLINE);
const confirm = (db: Db, by: Principal, token: string, walletId: string) =>
  db.execute(by, { kind: "seats.confirm", idempotencyKey: newKey(), token, walletId }, DEADLINE);

/** Who has bought what, from the table itself. */
async function bought(showId: string): Promise<Map<string, string[]>> {
  const rows = await sql<{ customer: string; seats: string[] }[]>`
    select reservation.customer_id as customer, array_agg(seat.id order by seat.id) as seats
    from holdfast.seats as seat join holdfast.reservations as reservation
      on reservation.tenant_id = seat.tenant_id and reservation.id = seat.reservation_id
    where seat.show_id = ${showId} and seat.status = 'sold' and reservation.status = 'confirmed' group by 1`;
  return new Map(rows.map(({ customer, seats }) => [customer, seats]));
}

test("two customers want the same two seats: one has them, one hears which are taken; 200 rounds on two servers", async () => {
  const { showId } = await createShow(servers[0], { rows: Array(5).fill(".".repeat(40)) });
  const pairs = range(100).map((at) => {
    const row = "ABCDE"[Math.floor(at / 20)];
    return [`${row}${2 * (at % 20) + 1}`, `${row}${2 * (at % 20) + 2}`];
  });
  for (const [at, seatIds] of pairs.entries()) {
    // Seats that nobody ever had, which have no row yet, and then seats that somebody gave back.
    for (const _ of range(2)) {
      const rivals = [customer(`left-${at}`), customer(`right-${at}`)];
      const settled = await Promise.all(
        rivals.map((by, side) => settle(reserve(server(side), by, { showId, seatIds }))),
      );
      expect(countOutcomes(settled)).toEqual({ ok: 1, SEATS_TAKEN: 1 });
      expect(settled.find(({ ok }) => !ok)).toMatchObject({ details: { conflicts: seatIds } });
      const [won] = settled.flatMap((one, side) => (one.ok ? [{ ...one.answer, by: rivals[side] }] : []));
      expect(won?.seats).toEqual(seatIds);
      await release(server(at), won?.by ?? shop, won?.token ?? "");
    }
  }
  const { held, sold, version } = await getShow(servers[1], shop, { showId });
  expect({ held, sold, version }).toEqual({ held: 0, sold: 0, version: "400" });
});

test("twenty customers name overlapping seats in opposite orders: nobody hears of anything but seats taken", async () => {
  const { showId } = await createShow(servers[0], { rows: ["............"] });
  const racing = range(20).map(async (at) => {
    const by = customer(`c-${at}`);
    const settled = [];
    for (const turn of range(15)) {
      const inOrder = range(5).map((n) => `A${((at * 3 + turn) % 8) + n + 1}`);
      const seatIds = at % 2 === 0 ? inOrder : inOrder.toReversed();
      const one = await settle(reserve(ofCrowd(at), by, { showId, seatIds }));
      settled.push(one);
      if (one.ok) settled.push(await settle<unknown>(release(ofCrowd(at + 1), by, one.answer.token)));
    }
    return settled;
  });
  const settled = (await Promise.all(racing)).flat();
  const { ok = 0, SEATS_TAKEN: taken = 0, ...others } = countOutcomes(settled);
  expect(others).toEqual({});
  expect(ok / 2 + taken).toBe(300);
  expect(Math.min(ok, taken)).toBeGreaterThan(20);
  const { held, version } = await getShow(servers[0], shop, { showId });
  expect({ held, version }).toEqual({ held: 0, version: `${ok}` });
});

test("fifty customers buy ten seats: each is sold once, and paid for by who has it and by nobody else", async () => {
  const { showId, walletId: organiser = "" } = await createShow(servers[0], { rows: ["....", "......"] });
  const all = [...range(4).map((n) => `A${n + 1}`), ...range(6).map((n) => `B${n + 1}`)];
  // One in three can't pay for a single seat.
  const canPay = (at: number) => at % 3 !== 0;
  const startOf = (at: number) => (canPay(at) ? 100n : 9n);
  const purses = await Promise.all(
    range(50).map((at) => openWallet(server(at), startOf(at), { ownerId: `c-${at}` })),
  );
  const buy = async (purse: string, at: number): Promise<void> => {
    const [by, here, there] = [customer(`c-${at}`), ofCrowd(at), ofCrowd(at + 1)];
    for (let turn = at; ; turn++) {
      const seatIds = range((turn % 2) + 1).map((n) => all[(turn * 3 + n) % 10] ?? "");
      const one = await settle(reserve(here, by, { showId, seatIds, ifTaken: "nearest" }));
      if (!one.ok) {
        expect(one.code).toBe("SEATS_TAKEN");
        // Those who can't pay give their seats back, so there may be some again.
        if ((await getShow(there, by, { showId })).sold === 10) return;
        continue;
      }
      const { token } = one.answer;
      const paid = await Promise.all([here, there].map((db) => settle(confirm(db, by, token, purse))));
      if (!canPay(at)) {
        expect(countOutcomes(paid)).toEqual({ INSUFFICIENT_FUNDS: 2 });
        await release(there, by, token);
        return;
      }
      expect(countOutcomes(paid)).toEqual({ ok: 1, RESERVATION_CLOSED: 1 });
      return;
    }
  };
  // At each server one customer after the other, so that ten of them are always at it.
  const racing = crowd.map(async (_, first) => {
    for (let at = first; at < purses.length; at += crowd.length) await buy(purses[at] ?? "", at);
  });
  await Promise.all(racing);

  const owners = await bought(showId);
  expect([...owners.values()].flat().toSorted()).toEqual(all);
  const after = await holdings(database.url);
  for (const [at, purse] of purses.entries()) {
    const price = 10n * BigInt(owners.get(`c-${at}`)?.length ?? 0);
    expect([at, after.wallet(purse).balance]).toEqual([at, startOf(at) - price]);
    expect(after.amounts(purse)).toEqual(price === 0n ? [startOf(at)] : [startOf(at), -price]);
  }
  expect(after.wallet(organiser)).toMatchObject({ balance: 100n, version: BigInt(owners.size) });
});

test("one reservation is confirmed on one server and released on the other: one wins, and is paid for if it is the sale", async () => {
  const { showId } = await createShow(servers[0], { rows: [".".repeat(40)] });
  for (const at of range(40)) {
    const by = customer(`torn-${at}`);
    const purse = await openWallet(server(at), 10n, { ownerId: by.subject });
    const { token } = await reserve(server(at), by, { showId, seatIds: [`A${at + 1}`] });
    const [sale, gift] = await Promise.all([
      settle<unknown>(confirm(server(at), by, token, purse)),
      settle<unknown>(release(server(at + 1), by, token)),
    ]);
    expect(countOutcomes([sale, gift])).toEqual({ ok: 1, RESERVATION_CLOSED: 1 });
    expect((await holdings(database.url)).wallet(purse).balance).toBe(sale.ok ? 0n : 10n);
    expect((await bought(showId)).has(by.subject)).toBe(sale.ok);
  }
});

test("a confirm, a rival and the sweeper meet at the moment of expiry: the seat goes to one, and is paid for if it is bought", async () => {
  const { showId } = await createShow(servers[0], { rows: [".".repeat(50)] });
  const holders = range(50).map((at) => customer(`holder-${at}`));
  const purses = await Promise.all(
    holders.map(({ subject }, at) => openWallet(server(at), 10n, { ownerId: subject })),
  );
  const held = await Promise.all(
    holders.map((by, at) =>
      reserve(server(at), by, { showId, seatIds: [`A${at + 1}`], expiresInSeconds: 1 }),
    ),
  );
  const meeting = [];
  for (const [at, { token, reservationId, expiresAt }] of held.entries()) {
    // The first ten from some milliseconds before to some after; the others one by one, with the expiry written down.
    const isTimed = at < 10;
    const aside = isTimed ? at - 4 : 1;
    await sql`select pg_sleep(greatest(0, extract(epoch from expires_at - clock_timestamp()) + ${aside} / 1000.0))
      from holdfast.reservations where id = ${reservationId}`;
    const [here, there] = [server(at), server(at + 1)];
    if (!isTimed) await here.sweep();
    const sale = settle(confirm(here, holders[at] ?? shop, token, purses[at] ?? ""));
    const rival = settle(reserve(there, customer(`rival-${at}`), { showId, seatIds: [`A${at + 1}`] }));
    const met = Promise.all([at, expiresAt, sale, rival, there.sweep()] as const);
    meeting.push(met);
    if (!isTimed) await met;
  }
  const owners = new Map<number, "holder" | "rival">();
  for (const [at, expiredAt, sale, rival] of await Promise.all(meeting)) {
    expect([at, sale.ok, rival.ok]).toBeOneOf([
      [at, true, false],
      [at, false, true],
    ]);
    const details = { expiredAt, taken: [`A${at + 1}`] };
    if (!sale.ok) expect(sale).toMatchObject({ code: "RESERVATION_EXPIRED", details });
    if (!rival.ok) expect(rival).toMatchObject({ code: "SEATS_TAKEN" });
    owners.set(at, sale.ok ? "holder" : "rival");
  }
  const sales = await bought(showId);
  const after = await holdings(database.url);
  for (const [at, owner] of owners) {
    expect([at, sales.get(`holder-${at}`)]).toEqual([at, owner === "holder" ? [`A${at + 1}`] : undefined]);
    expect([at, after.wallet(purses[at] ?? "").balance]).toEqual([at, owner === "holder" ? 0n : 10n]);
  }
  const { heldSeats, soldSeats } = await getShow(servers[1], shop, { showId });
  expect([heldSeats.length + soldSeats.length, soldSeats.length]).toEqual([50, sales.size]);
});

test("a show that somebody else's transaction holds delays its own callers, on both servers, and nobody else", async () => {
  const [held, free] = await Promise.all([createShow(servers[0]), createShow(servers[1])]);
  const purse = await openWallet(servers[0], 100n);
  const calls = (showId: string) =>
    servers.map((db, at) => settle(reserve(db, customer(`h-${at}`), { showId, seatIds: ["A1"] })));
  const waiting = await withBlocker(database.url, async (blocker) => {
    await blocker.run("select id from holdfast.shows where id = $1::uuid for update", [held.showId]);
    const stuck = calls(held.showId);
    await blocker.untilWaiting(2);
    expect(countOutcomes(await Promise.all(calls(free.showId)))).toEqual({ ok: 1, SEATS_TAKEN: 1 });
    for (const [at, db] of servers.entries()) {
      const by = customer(`others-${at}`);
      const { token } = await reserve(db, by, { showId: free.showId, bestAvailable: { quantity: 2 } });
      await confirm(db, shop, token, purse);
    }
    expect((await getShow(servers[0], shop, { showId: free.showId })).sold).toBe(4);
    expect((await getShow(servers[0], shop, { showId: held.showId })).version).toBe("0");
    // In an object: a bare array of promises would be awaited here, while the show is still held.
    return { stuck };
  });
  expect(countOutcomes(await Promise.all(waiting.stuck))).toEqual({ ok: 1, SEATS_TAKEN: 1 });
});

describe("one key", () => {
  test("a hundred times through both servers: one reservation, and everybody is told its token", async () => {
    const { showId } = await createShow(servers[0], { rows: [".........."] });
    const asked = { showId, bestAvailable: { quantity: 2 } };
    const call = { kind: "seats.reserve", idempotencyKey: newKey(), ...asked } as const;
    const by = customer("often");
    const answers = await Promise.all(range(100).map((at) => server(at).execute(by, call, DEADLINE)));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(answers.map(({ replayed: _, ...answer }) => JSON.stringify(answer))).size).toBe(1);
    const [first] = answers;
    expect(first).toMatchObject({ token: expect.stringMatching(/^[\w-]{100,}$/), seats: ["A5", "A6"] });
    const { heldSeats, version } = await getShow(servers[1], by, { showId });
    expect({ heldSeats, version }).toEqual({ heldSeats: ["A5", "A6"], version: "1" });
    expect((await holdings(database.url)).kindsUnder(call.idempotencyKey)).toEqual(["seats.reserve"]);
    expect(await release(servers[1], by, first?.token ?? "")).toMatchObject({ status: "released" });
  });

  test("a hundred times through both servers: one purchase, paid once", async () => {
    const { showId, walletId: organiser = "" } = await createShow(servers[1]);
    const by = customer("buyer");
    const walletId = await openWallet(servers[0], 100n, { ownerId: by.subject });
    const { token } = await reserve(servers[0], by, { showId, seatIds: ["A1", "A2"] });
    const call = { kind: "seats.confirm", idempotencyKey: newKey(), token, walletId } as const;
    const answers = await Promise.all(range(100).map((at) => server(at).execute(by, call, DEADLINE)));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(answers.map(({ replayed: _, ...answer }) => JSON.stringify(answer))).size).toBe(1);
    const after = await holdings(database.url);
    expect([after.amounts(walletId), after.amounts(organiser)]).toEqual([[100n, -20n], [20n]]);
    expect(await bought(showId)).toEqual(new Map([["buyer", ["A1", "A2"]]]));
  });
});
