import { expect, test } from "vitest";
import type { SeatState } from "./box-office.ts";
import { createHouse } from "./house.ts";
import { SaleBooks } from "./sale-books.ts";

const house = createHouse(4);
const [a = "", b = "", c = "", d = ""] = house.seats.map(({ id }) => id);
const price = house.priceOf([a]);
const books = { recordsRefusals: false };

/** Buyer 0 has bought two seats, buyer 1 holds one, buyer 2 was refused. */
function sale(): { told: SaleBooks; right: SeatState } {
  const told = new SaleBooks({ buyers: 3, balance: 1_000 });
  told.opened("1", house);
  told.held({ show: "1", buyer: 0, seats: [a, b] });
  told.sold({ show: "1", buyer: 0, seats: [a, b] });
  told.held({ show: "1", buyer: 1, seats: [c] });
  told.refused({ show: "1", buyer: 2, wanted: [b, c], key: "" }, true);
  const right: SeatState = {
    taken: [
      { show: "1", seat: a, status: "sold", buyer: 0 },
      { show: "1", seat: b, status: "sold", buyer: 0 },
      { show: "1", seat: c, status: "held", buyer: 1 },
    ],
    balances: [1_000 - 2 * price, 1_000, 1_000],
    organiser: 1_000 + 2 * price,
    operations: 3,
    entries: 2,
    findings: [],
  };
  return { told, right };
}

test("tables that say what buyers were told are right", () => {
  const { told, right } = sale();
  expect(told.differences(right, books)).toEqual([]);
  expect(told.differences({ ...right, operations: 4 }, { recordsRefusals: true })).toEqual([]);
});

test("each way in which tables can be wrong is told", () => {
  const { told, right } = sale();
  const [first, ...others] = right.taken;
  if (first === undefined) throw new TypeError("nothing was sold");
  const wrongs: Partial<SeatState>[] = [
    { taken: others },
    { taken: [...right.taken, first] },
    { taken: [...right.taken, { ...first, seat: d }] },
    { taken: [{ ...first, buyer: 2 }, ...others] },
    { taken: [{ ...first, status: "held" }, ...others] },
    { balances: [1_000, 1_000, 1_000] },
    { balances: [1_000 - 2 * price, 1_000 - price, 1_000] },
    { organiser: 1_000 + price },
    { operations: 4 },
    { entries: 4 },
    { findings: ["a finding"] },
  ];
  for (const wrong of wrongs)
    expect([wrong, told.differences({ ...right, ...wrong }, books).length > 0]).toEqual([wrong, true]);
});

test("a seat that two were told to have is told, although the tables know one of them", () => {
  const { told, right } = sale();
  told.held({ show: "1", buyer: 2, seats: [c] });
  const [first, second, third] = right.taken;
  const after = {
    ...right,
    operations: 4,
    taken: [first, second, { ...third, buyer: 2 }] as SeatState["taken"],
  };
  expect(told.differences(after, books)).toEqual([`seat ${c} was given to buyer 2 while buyer 1 had it`]);
});

test("whoever was refused what nobody ever had is told, and so is a hold that was not one", () => {
  const { told, right } = sale();
  told.refused({ show: "1", buyer: 2, wanted: [d], key: "" }, true);
  told.lost({ show: "1", buyer: 1, seats: [c] });
  expect(told.differences(right, books)).toHaveLength(2);
});

test("seats that are said to be side by side, and aren't, are told", () => {
  const { told, right } = sale();
  told.released({ show: "1", buyer: 1, seats: [c] });
  told.held({ show: "1", buyer: 1, seats: [c], adjacent: true });
  expect(told.differences({ ...right, operations: 5 }, books)).toEqual([]);
  told.released({ show: "1", buyer: 1, seats: [c] });
  const apart = new SaleBooks({ buyers: 1, balance: 0 });
  apart.opened("1", house);
  apart.held({ show: "1", buyer: 0, seats: [a, c], adjacent: true });
  const taken = [a, c].map((seat) => ({ show: "1", seat, status: "held" as const, buyer: 0 }));
  const state = { taken, balances: [0], organiser: 0, operations: 1, entries: 0, findings: [] };
  expect(apart.differences(state, books)).toEqual([`seats ${a}, ${c} were told to be side by side`]);
});
