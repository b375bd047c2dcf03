import { errorTable } from "@holdfast/db";
import { expect, test } from "vitest";
import { openCases } from "./case.ts";
import { checkHistory } from "./check-history.ts";
import { startPast, successes } from "./past.ts";
import { errorReply } from "./testing/replies.ts";
import { Scenario } from "./testing/scenario.ts";
import { tampersOfKeys } from "./testing/tampers-of-keys.ts";
import { tampersOfState } from "./testing/tampers-of-state.ts";
import { tampersOfTime } from "./testing/tampers-of-time.ts";
import { checkTotals } from "./totals.ts";
import { Findings } from "./violation.ts";

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

test("credit that appeared is noticed even if nothing else were", () => {
  const scenario = new Scenario();
  scenario.wallet("jar").balance += 1n;
  const [one] = openCases(scenario.events, scenario.tables);
  const findings = new Findings();
  if (one !== undefined) checkTotals(one, startPast(one, successes(one)), findings);
  expect(findings.violations()).toMatchObject([
    { invariant: "I6", message: expect.stringContaining("appeared or vanished") },
  ]);
});

test("a reply is not late that came while the clients' process stood still", () => {
  const scenario = new Scenario();
  const replied = scenario.replied("never");
  replied.atMs += 1_500;
  const late = () =>
    checkHistory(scenario.events, scenario.tables).violations.filter(({ invariant }) => invariant === "I11");
  expect(late()).toHaveLength(1);
  scenario.events.push({ type: "blind", fromMs: replied.atMs - 450, toMs: replied.atMs - 10 });
  expect(late()).toEqual([]);
});

test.each(Object.entries(errorTable))("what %s says to everybody is no leak", (code, { message }) => {
  const scenario = new Scenario();
  scenario.replied("never").reply = errorReply(
    "OVERLOADED",
    503,
    { code, expiredAt: new Date(0).toISOString() },
    false,
    message,
  );
  expect(checkHistory(scenario.events, scenario.tables).violations).toEqual([]);
});
