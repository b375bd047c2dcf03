import { expect, test } from "vitest";
import { checkHistory } from "./check-history.ts";
import { Scenario } from "./testing/scenario.ts";
import { tampersOfKeys } from "./testing/tampers-of-keys.ts";
import { tampersOfState } from "./testing/tampers-of-state.ts";
import { tampersOfTime } from "./testing/tampers-of-time.ts";

const tampers = [...tampersOfKeys, ...tampersOfState, ...tampersOfTime];

test("the history that is spoilt below is right", () => {
  const { events, tables } = new Scenario();
  expect(checkHistory(events, tables).violations).toEqual([]);
});

test.each(tampers)("$expected: $name", ({ expected, message, spoil }) => {
  const scenario = new Scenario();
  spoil(scenario);
  const { violations } = checkHistory(scenario.events, scenario.tables);
  expect([...new Set(violations.map(({ invariant }) => invariant))].sort()).toEqual(expected);
  expect(violations.map((violation) => violation.message).filter((text) => message.test(text))).not.toEqual(
    [],
  );
});
