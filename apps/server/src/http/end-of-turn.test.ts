import { expect, test } from "vitest";
import { endOfTurn } from "./end-of-turn.ts";

test("whoever waits for the end of a turn goes on behind all that the turn has found, one right after the other", async () => {
  const order: string[] = [];
  const answered = ["first", "second", "third"].map(
    (call) =>
      new Promise<void>((resolve) => {
        // Found in one turn, one after the other, with all that each has put off for later between them.
        setImmediate(async () => {
          order.push(`${call} served`);
          await endOfTurn();
          order.push(`${call} answered`);
          resolve();
        });
      }),
  );
  await Promise.all(answered);
  expect(order).toEqual([
    ...["first served", "second served", "third served"],
    ...["first answered", "second answered", "third answered"],
  ]);
});

test("each turn has an end of its own", async () => {
  const first = endOfTurn();
  expect(endOfTurn()).toBe(first);
  await first;
  expect(endOfTurn()).not.toBe(first);
});
