import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chatOverwrite } from "../chat-overwrite/story.ts";
import { creditTwice } from "../credit-twice/story.ts";
import type { LabEvent } from "../events.ts";
import { readOrder } from "../order.ts";
import { retryAfterTimeout } from "../retry-after-timeout/story.ts";
import { seatSoldTwice } from "../seat-sold-twice/story.ts";
import { twoBoosts } from "../two-boosts/story.ts";
import { type Race, raceOf } from "./race.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

/** The verdict on a correct run whose rows somebody has changed by hand before they were judged. */
async function verdictAfter(story: string, strategy: string, damage: string) {
  const read = readOrder({ story, strategy, calls: 6, latencyMs: 1 });
  if ("issues" in read) throw new Error(JSON.stringify(read.issues));
  const events: LabEvent[] = [];
  const meddle = async (url: string): Promise<void> => {
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    await sql.unsafe(damage);
    await sql.end();
  };
  const signal = new AbortController().signal;
  await races[story]?.({ ...read.order, url: database.url, signal, meddle }, (event) => events.push(event));
  return events.at(-1);
}

const races: Readonly<Record<string, Race>> = {
  "two-boosts": raceOf(twoBoosts),
  "credit-twice": raceOf(creditTwice),
  "retry-after-timeout": raceOf(retryAfterTimeout),
  "chat-overwrite": raceOf(chatOverwrite),
  "seat-sold-twice": raceOf(seatSoldTwice),
};

test.each<[story: string, strategy: string, what: string, damage: string]>([
  ["two-boosts", "for-update", "nothing is damaged", "select"],
  ["two-boosts", "holdfast", "nothing is damaged", "select"],
])("%s, %s: %s", async (story, strategy, _what, damage) => {
  expect(await verdictAfter(story, strategy, damage)).toMatchObject({ type: "verdict", holds: true });
});

test.each<[story: string, strategy: string, what: string, damage: string]>([
  ["two-boosts", "for-update", "a sat too many", "update wallets set balance = balance + 1 where id = 1"],
  ["two-boosts", "for-update", "a boost is gone", "delete from boosts where wallet = 1"],
  [
    "two-boosts",
    "for-update",
    "a boost stands there twice",
    "insert into boosts select * from boosts where wallet = 2",
  ],
  [
    "two-boosts",
    "for-update",
    "a balance below zero",
    "insert into boosts values ('boost-0', 1, 50); update wallets set balance = -25 where id = 1",
  ],
  [
    "two-boosts",
    "holdfast",
    "a sat too many",
    "update holdfast.wallets set credit_balance = credit_balance + 1 where id = (select min(id::text)::uuid from holdfast.wallets)",
  ],
  ["two-boosts", "holdfast", "an entry is gone", "delete from holdfast.entries where amount = -50"],
  ["credit-twice", "for-update-and-key", "a credit is gone", "delete from credits where id = 'credit-1'"],
  [
    "credit-twice",
    "for-update-and-key",
    "an addition is missing",
    "update accounts set balance = balance - 100",
  ],
  [
    "credit-twice",
    "holdfast",
    "a credit stands there twice",
    "insert into holdfast.entries select tenant_id, wallet_id, version + 100, operation_id, amount, held_change, balance_after, held_after from holdfast.entries",
  ],
  [
    "retry-after-timeout",
    "for-update-and-key",
    "a withdrawal was paid twice",
    "insert into withdrawals select * from withdrawals where id = 'withdrawal-2'; update wallets set balance = balance - 10",
  ],
  [
    "retry-after-timeout",
    "holdfast",
    "a withdrawal is gone",
    "delete from holdfast.entries where amount = -10",
  ],
  [
    "chat-overwrite",
    "for-update",
    "the last message is gone",
    "update chats set history = history - (jsonb_array_length(history) - 1)",
  ],
  [
    "chat-overwrite",
    "for-update",
    "the order is turned",
    "update chats set history = (select jsonb_agg(message order by place desc) from jsonb_array_elements(history) with ordinality as at (message, place))",
  ],
  ["chat-overwrite", "holdfast", "a message is gone", "delete from holdfast.messages where seq = 2"],
  [
    "seat-sold-twice",
    "for-update",
    "a second ticket for a seat",
    "insert into tickets values (1, 'purchase-0')",
  ],
  ["seat-sold-twice", "for-update", "a ticket is gone", "delete from tickets where seat = 1"],
  ["seat-sold-twice", "for-update", "a sold seat is free", "update seats set status = 'free' where id = 1"],
  [
    "seat-sold-twice",
    "holdfast",
    "a sold seat is free",
    "update holdfast.seats set status = 'free', reservation_id = null where id = '1'",
  ],
])("%s, %s: %s", async (story, strategy, _what, damage) => {
  const verdict = await verdictAfter(story, strategy, damage);
  expect(verdict).toMatchObject({
    type: "verdict",
    holds: false,
    sentence: expect.stringMatching(/^Broken: /),
  });
});
