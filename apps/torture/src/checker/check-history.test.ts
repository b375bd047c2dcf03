import { expect, test } from "vitest";
import { checkHistory } from "./check-history.ts";
import { simulate } from "./testing/simulate.ts";

test.each(Array.from({ length: 40 }, (_, at) => at + 1))(
  "a right history has no violations: seed %i",
  (seed) => {
    const { events, tables } = simulate({ seed, attempts: 1_500 });
    expect(checkHistory(events, tables).violations).toEqual([]);
  },
);
