import { connect, type Db } from "@holdfast/db";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkTables } from "./check-tables.ts";
import { CopiedDatabase } from "./testing/copied-database.ts";

const shop = { tenantId: 1, subject: "shop", role: "service" } as const;

let database: CopiedDatabase;

beforeAll(async () => {
  database = await CopiedDatabase.create();
  const db = connect({ url: database.url, tokenSecret: "a secret of this test" });
  await write(db);
  await db.close();
});
afterAll(() => database.close());

const row = (id: string, seats: string) => ({
  id,
  seats: [...seats].map((mark, at) => ({ id: `${id}${at + 1}`, ...(mark === "x" && { blocked: true }) })),
});

/** A show, and everything that happens to seats; the keys are those that the tampers name. */
async function write(db: Db): Promise<void> {
  const open = async (ownerId: string, amount: bigint) => {
    const opening = {
      kind: "wallets.open",
      idempotencyKey: `open-${ownerId}`,
      currency: "sat",
      ownerId,
    } as const;
    const { walletId } = await db.execute(shop, opening);
    const credit = { kind: "wallets.credit", idempotencyKey: `fund-${ownerId}`, walletId, amount } as const;
    await db.execute(shop, credit);
    return walletId;
  };
  const [buyer, organiser] = [await open("ada", 100n), await open("eve", 1n)];
  const { showId } = await db.execute(shop, {
    kind: "shows.create",
    idempotencyKey: "show",
    name: "A play",
    walletId: organiser,
    categories: [{ id: "gold", price: "10" }],
    sections: [{ id: "stalls", rows: [row("A", "......"), row("B", "..x...")] }],
  });
  const reserve = async (customerId: string, idempotencyKey: string, seatIds: string[], more = {}) => {
    const command = { kind: "seats.reserve", idempotencyKey, showId, seatIds, customerId, ...more } as const;
    return (await db.execute(shop, command)).token;
  };
  const confirm = (idempotencyKey: string, token: string) =>
    db.execute(shop, { kind: "seats.confirm", idempotencyKey, token, walletId: buyer });
  const late = await reserve("cy", "late", ["B5", "B6"], { expiresInSeconds: 1 });
  await reserve("di", "gone", ["B4"], { expiresInSeconds: 1 });
  await reserve("ada", "first", ["A1", "A2"]);
  const swapped = await reserve("ada", "swap", ["A2", "A3"], { replace: true });
  await reserve("ada", "same", ["A3", "A2"]);
  await db.execute(shop, {
    kind: "seats.extend",
    idempotencyKey: "extend",
    token: swapped,
    expiresInSeconds: 900,
  });
  await confirm("buy", swapped);
  const returned = await reserve("bob", "back", ["A4"]);
  await db.execute(shop, { kind: "seats.release", idempotencyKey: "release", token: returned });
  await reserve("bob", "open", ["A5", "A6"]);
  await reserve("eve", "taken", ["A5"]).catch(() => {});
  await database.run(
    database.name,
    "select pg_sleep_until(max(expires_at)) from holdfast.reservations where expires_at < now() + interval '2 seconds'",
  );
  await confirm("too-late", late);
  await db.sweep();
}

test("what Holdfast wrote is right", async () => {
  expect(await checkTables(database.url)).toEqual([]);
  const [counted] = await database.run(
    database.name,
    `select count(distinct kind)::int as kinds, count(*) filter (where kind = 'seats.expire')::int as expired,
      (select count(*)::int from holdfast.show_changes) as changes from holdfast.operations`,
  );
  expect(counted).toEqual({ kinds: 8, expired: 2, changes: 13 });
});

const operation = (key: string) => `(select id from holdfast.operations where idempotency_key = '${key}')`;
const reservation = (key: string) =>
  `(select id from holdfast.reservations where operation_id = ${operation(key)})`;
const outcomeOf = (key: string, find: string, replace: string) =>
  `update holdfast.operations set outcome = replace(outcome::text, '${find}', '${replace}')::json where idempotency_key = '${key}'`;

/** What each tamper does behind Holdfast's back, and all that may be said of it. */
const tampers: readonly (readonly [name: string, expected: string, sql: string])[] = [
  [
    "a version is left out",
    "I5 I7",
    "update holdfast.show_changes set version = version + 1 where version >= 9",
  ],
  ["a show's version stays behind", "I5", "update holdfast.shows set version = version - 1"],
  ["a show counts a seat twice", "I5", "update holdfast.shows set sold = sold + 1"],
  ["a show is gone", "I5 I6 I7", "delete from holdfast.shows"],
  ["a show changes its name", "I5", "update holdfast.shows set name = 'Another'"],
  [
    "a seat is held by two",
    "I7",
    `update holdfast.show_changes set seat_ids = '{A5,A3}' where operation_id = ${operation("open")}`,
  ],
  [
    "a seat is sold that is held by another",
    "I7",
    `update holdfast.show_changes set reservation_id = ${reservation("open")} where operation_id = ${operation("buy")}`,
  ],
  [
    "a sold seat is free",
    "I7",
    "update holdfast.seats set status = 'free', reservation_id = null where id = 'A2'",
  ],
  ["a seat's row is gone", "I7", "delete from holdfast.seats where id = 'A5'"],
  [
    "a seat is sold that the house has not",
    "I6 I7",
    `update holdfast.shows set layout = replace(layout::text, '"A2"', '"Z2"')::json`,
  ],
  [
    "a seat is sold that is not for sale",
    "I7",
    `update holdfast.shows set layout = replace(layout::text, '"id":"A2"', '"id":"A2","blocked":true')::json`,
  ],
  [
    "a release forgets the seats",
    "I5 I7",
    `delete from holdfast.show_changes where operation_id = ${operation("release")}`,
  ],
  [
    "a refused call changes seats",
    "I7",
    `update holdfast.show_changes set operation_id = ${operation("taken")} where operation_id = ${operation("open")}`,
  ],
  [
    "a reservation expires before its time",
    "I7",
    "update holdfast.operations set created_at = created_at - interval '5 seconds' where kind = 'seats.expire'",
  ],
  [
    "a hold that has ended is extended",
    "I7",
    "update holdfast.operations set created_at = created_at + interval '1 hour' where idempotency_key = 'extend'",
  ],
  [
    "a hold that has ended is sold as if it had not",
    "I7",
    "update holdfast.operations set created_at = created_at + interval '1 hour' where idempotency_key = 'buy'",
  ],
  [
    "a sold reservation is held",
    "I7",
    "update holdfast.reservations set status = 'held' where status = 'confirmed'",
  ],
  [
    "a reservation lasts longer than was told",
    "I7",
    `update holdfast.reservations set expires_at = expires_at + interval '1 second' where id = ${reservation("open")}`,
  ],
  ["a reservation is gone", "I7", `delete from holdfast.reservations where id = ${reservation("open")}`],
  [
    "a reservation has another's operation",
    "I7",
    `update holdfast.reservations set operation_id = ${operation("back")} where id = ${reservation("open")}`,
  ],
  [
    "a reservation's price is not that of its seats",
    "I6 I7",
    `update holdfast.reservations set price = price + 1 where id = ${reservation("open")}`,
  ],
  [
    "a purchase takes less than it says",
    "I5 I6",
    `update holdfast.entries set amount = amount + 1 where operation_id = ${operation("buy")} and amount < 0`,
  ],
  [
    "a purchase pays nobody",
    "I5 I6",
    `delete from holdfast.entries where operation_id = ${operation("buy")} and amount > 0`,
  ],
  ["a purchase tells another balance", "I5", outcomeOf("buy", '"balance":"80"', '"balance":"81"')],
  ["a purchase tells other seats", "I7", outcomeOf("buy", '"seats":["A2","A3"]', '"seats":["A2"]')],
];

describe("found when done by hand:", () => {
  test.each(tampers)("%s", async (_name, expected, statement) => {
    const found = await database.checkAfter(statement);
    const said = found.map(({ invariant, message }) => `${invariant} ${message}`).join("\n");
    expect([...new Set(found.map(({ invariant }) => invariant))].sort().join(" "), said).toBe(expected);
    expect(found.every(({ message, evidence }) => message !== "" && evidence.length > 0)).toBe(true);
  });
});
