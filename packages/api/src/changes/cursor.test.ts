import type { ChangeEvent, WantedTopic } from "@holdfast/db";
import { expect, test } from "vitest";
import { Cursor } from "./cursor.ts";

const wallet = (id: string, since?: bigint): WantedTopic => ({ kind: "wallet", id, since });
const reset = (id: string, version: `${bigint}`): ChangeEvent => ({
  type: "reset",
  topic: { kind: "wallet", id },
  version,
});

test("a message's id holds the versions of all topics, told or known before", () => {
  const cursor = new Cursor([wallet("a", 7n), wallet("b"), wallet("c")], undefined);
  expect(cursor.after([reset("b", "3")])).toBe("7.3.-");
  expect(cursor.after([reset("a", "8"), reset("a", "9"), reset("c", "0")])).toBe("9.3.0");
});

test("whoever comes back with an id goes on from it, not from what was sent at first", () => {
  const cursor = new Cursor([wallet("a", 7n), wallet("b", 1n), wallet("c")], "9.-.12");
  expect(cursor.topics.map(({ since }) => since)).toEqual([9n, 1n, 12n]);
  expect(cursor.after([reset("b", "2")])).toBe("9.2.12");
});

test.each(["x", "1", "1.2.3", "01.2", "1.-1", "1..2", "1.2 ", "1.99999999999999999999"])(
  "refuses the id %j, which is none of ours",
  (lastEventId) => {
    expect(() => new Cursor([wallet("a"), wallet("b")], lastEventId)).toThrow(
      expect.objectContaining({ code: "BAD_REQUEST" }),
    );
  },
);
