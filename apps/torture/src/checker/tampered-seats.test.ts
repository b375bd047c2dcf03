import { expect, test } from "vitest";
import { checkHistory } from "./check-history.ts";
import { ShowScenario } from "./testing/show-scenario.ts";
import { tampersOfSeats } from "./testing/tampers-of-seats.ts";

test("the history of seats that is spoilt below is right", () => {
  const { events, tables } = new ShowScenario();
  expect(checkHistory(events, tables).violations).toEqual([]);
});

test("and has something of everything", () => {
  const { tables } = new ShowScenario();
  const ends = tables.operations.map(({ kind, outcome }) => (outcome.ok ? kind : `${outcome.code}`));
  expect(new Set(ends)).toEqual(
    new Set([
      ...["wallets.open", "wallets.credit", "shows.create", "INSUFFICIENT_FUNDS"],
      ...["seats.reserve", "seats.extend", "seats.release", "seats.confirm", "seats.expire"],
      ...["SEATS_TAKEN", "NOT_ENOUGH_SEATS", "RESERVATION_ACTIVE", "RESERVATION_EXPIRED"],
      ...["RESERVATION_CLOSED", "EXTENSION_LIMIT"],
    ]),
  );
});

test.each(tampersOfSeats)("$expected: $name", ({ expected, message, spoil }) => {
  const scenario = new ShowScenario();
  spoil(scenario);
  const { violations } = checkHistory(scenario.events, scenario.tables);
  const found = violations.map(({ invariant, message }) => `${invariant} ${message}`);
  expect([...new Set(violations.map(({ invariant }) => invariant))].sort(), found.join("\n")).toEqual(
    expected,
  );
  expect(found.filter((text) => message.test(text))).not.toEqual([]);
});
