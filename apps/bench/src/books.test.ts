import { expect, test } from "vitest";
import { Books } from "./books.ts";

const world = { wallets: 3, balance: 100 };

test("tables that say what the callers were told are right", () => {
  const books = new Books(world);
  books.moved(0, 1);
  books.captured(1, 2);
  books.movedAround(3);
  expect(books.differences({ balances: [99, 100, 101], operations: 6, entries: 10 }, 0)).toEqual([]);
  expect(books.differences({ balances: [99, 100, 101], operations: 6, entries: 11 }, 1)).toEqual([]);
});

test("a lost transfer, one that was made twice and a missing row are told", () => {
  const books = new Books(world);
  books.moved(0, 1);
  const right = { balances: [99, 101, 100], operations: 1, entries: 2 };
  expect(books.differences(right, 0)).toEqual([]);
  expect(books.differences({ ...right, balances: [100, 100, 100] }, 0)).toHaveLength(2);
  expect(books.differences({ ...right, balances: [98, 102, 100] }, 0)).toHaveLength(2);
  expect(books.differences({ ...right, operations: 2 }, 0)).toHaveLength(1);
  expect(books.differences({ ...right, entries: 1 }, 0)).toHaveLength(1);
});
