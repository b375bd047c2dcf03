import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { newKey } from "../keys.ts";
import type { BoxOffice, Held } from "./box-office.ts";
import { holdfastSeats } from "./holdfast-box-office.ts";
import { createHouse } from "./house.ts";
import { conditionalUpdate, perSeatLock, skipLocked } from "./plain-contenders.ts";

// All of them promise alike: what is compared is how fast they keep it.

const BALANCE = 1_000;
const house = createHouse(20);
const ids = house.seats.map(({ id }) => id);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

describe.each([holdfastSeats, conditionalUpdate, perSeatLock, skipLocked])("$name", (contender) => {
  const isNamed = contender !== skipLocked;
  let office: BoxOffice;
  let show: string;
  beforeEach(async () => {
    office = await contender.setUp({ url: database.url, buyers: 3, balance: BALANCE });
    show = await office.openShow(house);
  });
  afterEach(() => office.close());

  const reserve = (buyer: number, seats: readonly string[], key = newKey()) =>
    office.reserve({ show, buyer, wanted: isNamed ? seats : seats.length, key });

  test("holds all seats or none, and the same key holds them once", async () => {
    const pair = ids.slice(0, 2);
    const key = newKey();
    const held = await reserve(0, pair, key);
    expect(held?.seats).toHaveLength(2);
    expect(await reserve(0, pair, key)).toMatchObject({ seats: held?.seats });
    if (isNamed) expect(await reserve(1, ids.slice(1, 4))).toBeUndefined();
    const { taken, operations } = await office.state();
    expect(taken.map(({ seat }) => seat).sort()).toEqual([...(held?.seats ?? [])].sort());
    expect(operations).toBe(isNamed && office.recordsRefusals ? 2 : 1);
  });

  test("a purchase moves the price once and sells the seats; others can't be bought", async () => {
    const held = (await reserve(1, ids.slice(0, 2))) as Held;
    const key = newKey();
    expect(await office.confirm(held, key)).toBe(true);
    expect(await office.confirm(held, key)).toBe(true);
    const price = house.priceOf(held.seats);
    const { balances, organiser, taken, entries, findings } = await office.state();
    expect([balances, organiser]).toEqual([[BALANCE, BALANCE - price, BALANCE], BALANCE + price]);
    expect(taken.map(({ status, buyer }) => [status, buyer])).toEqual([
      ["sold", 1],
      ["sold", 1],
    ]);
    expect([entries, findings]).toEqual([2, []]);
    expect(await office.release(held, newKey())).toBe(false);
    expect(await office.confirm({ ...held, buyer: 1 }, newKey())).toBe(false);
  });

  test("gives seats back, once", async () => {
    const held = (await reserve(2, ids.slice(0, 1))) as Held;
    expect(await office.release(held, newKey())).toBe(true);
    expect((await office.state()).taken).toEqual([]);
    expect(await office.release(held, newKey())).toBe(false);
    expect(await reserve(0, held.seats)).toMatchObject({ seats: held.seats });
  });
});

test("the best seats are side by side, and when there are too few of them nobody gets any", async () => {
  for (const contender of [holdfastSeats, skipLocked]) {
    const office = await contender.setUp({ url: database.url, buyers: 0, balance: BALANCE });
    const show = await office.openShow(createHouse(7));
    const ask = async (buyer: number, wanted: number) =>
      (await office.reserve({ show, buyer, wanted, key: newKey() }))?.seats.toSorted();
    expect(await ask(0, 3)).toEqual(["R001-03", "R001-04", "R001-05"]);
    expect(await ask(1, 5)).toBeUndefined();
    expect(await ask(2, 4)).toEqual(["R001-01", "R001-02", "R001-06", "R001-07"]);
    await office.close();
  }
});
