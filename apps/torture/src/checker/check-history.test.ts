import { describe, expect, test } from "vitest";
import { createRandom } from "../random.ts";
import { checkHistory } from "./check-history.ts";
import { corrupt } from "./testing/corrupt.ts";
import { simulate } from "./testing/simulate.ts";

const seeds = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

describe("a right history", () => {
  const seen = new Set<string>();

  test.each(seeds(16))("has no violations: seed %i", (seed) => {
    const { events, tables } = simulate({ seed, attempts: 800 });
    expect(checkHistory(events, tables).violations).toEqual([]);
    for (const { kind, outcome } of tables.operations) seen.add(outcome.ok ? kind : `${outcome.code}`);
    for (const event of events) {
      if (event.type === "sent") seen.add(event.procedure);
      else if (event.type === "replied")
        seen.add(event.reply.kind === "error" ? event.reply.code : event.reply.kind);
    }
  });

  test("had everything in it", () => {
    const kinds = [
      "open",
      "credit",
      "debit",
      "transfer",
      "boost",
      "stream",
      "hold",
      "capture",
      "release",
      "batch",
    ];
    const others = ["expire", "get", "history", "mine", "balanceAt"];
    const codes = ["INSUFFICIENT_FUNDS", "VERSION_CONFLICT", "HOLD_EXPIRED", "HOLD_CLOSED", "HOLD_EXCEEDED"];
    const more = [
      "BATCH_REFUSED",
      "IDEMPOTENCY_KEY_REUSED",
      "NOT_FOUND",
      "FORBIDDEN",
      "SAME_WALLET",
      "CURRENCY_MISMATCH",
    ];
    const ofShows = [
      ...["shows.create", "shows.get", "shows.list", "seats.check", "seats.reserve", "seats.extend"],
      ...["seats.release", "seats.confirm", "seats.expire"],
      ...["SEATS_TAKEN", "NOT_ENOUGH_SEATS", "RESERVATION_ACTIVE", "RESERVATION_EXPIRED"],
      ...["RESERVATION_CLOSED", "EXTENSION_LIMIT", "BAD_REQUEST"],
    ];
    const replies = ["success", "lost", "unreadable", "TIMEOUT", "INTERNAL", "OVERLOADED", "UNAVAILABLE"];
    const expected = [
      ...[...kinds, ...others].map((kind) => `wallets.${kind}`),
      ...codes,
      ...more,
      ...replies,
      ...ofShows,
    ];
    expect([...seen].sort()).toEqual(expected.sort());
  });

  test("is counted", () => {
    const { events, tables } = simulate({ seed: 5, attempts: 2_000 });
    const { counts } = checkHistory(events, tables);
    expect(counts.attempts).toBe(events.filter(({ type }) => type === "sent").length);
    expect(counts.acknowledged + counts.refused + counts.notExecuted + counts.reads).toBeLessThan(
      counts.calls,
    );
    expect(counts.unknownTookEffect + counts.unknownDidNot).toBe(counts.unknown);
    expect(
      Math.min(counts.unknownTookEffect, counts.unknownDidNot, counts.refused, counts.reads),
    ).toBeGreaterThan(20);
    expect(counts.late).toBe(0);
  });

  test("is checked in time that grows with its length, not with its square", () => {
    const short = simulate({ seed: 6, attempts: 5_000, clients: 40 });
    const long = simulate({ seed: 6, attempts: 20_000, clients: 40 });
    // Side by side, the least of some tries of each: how fast the machine is, and who else uses it, is the same for both.
    let [ofShort, ofLong] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let turn = 0; turn < 3; turn++) {
      ofShort = Math.min(ofShort, cpuOfCheck(short));
      ofLong = Math.min(ofLong, cpuOfCheck(long));
    }
    // Four times as long; what compares all with all takes sixteen times.
    expect(ofLong / ofShort).toBeLessThan(9);
  }, 60_000);
});

test.each(seeds(10))("whatever is spoilt in a right history shows: seed %i", (seed) => {
  const random = createRandom(seed);
  const right = simulate({ seed, attempts: 400 });
  for (let round = 0; round < 20; round++) {
    const { events, tables } = structuredClone(right);
    const done = corrupt({ events, tables }, random);
    expect(checkHistory(events, tables).violations, done).not.toEqual([]);
  }
});

function cpuOfCheck({ events, tables }: ReturnType<typeof simulate>): number {
  const before = process.cpuUsage();
  expect(checkHistory(events, tables).violations).toEqual([]);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
