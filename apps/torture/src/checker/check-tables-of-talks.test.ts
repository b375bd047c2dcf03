import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkTables } from "./check-tables.ts";
import { CopiedDatabase } from "./testing/copied-database.ts";
import { messageId, Talks } from "./testing/talks.ts";

let database: CopiedDatabase;

beforeAll(async () => {
  database = await CopiedDatabase.create();
  await Talks.record(database.url, () =>
    database.run(database.name, "select pg_sleep_until(max(answer_lease_until)) from holdfast.conversations"),
  );
});
afterAll(() => database.close());

test("what Holdfast wrote is right", async () => {
  expect(await checkTables(database.url)).toEqual([]);
});

const operation = (key: string) => `(select id from holdfast.operations where idempotency_key = '${key}')`;
const saidBy = (key: string) => `operation_id = ${operation(key)}`;
const message = (n: number) => `message_id = '${messageId(n)}'`;
const inputOf = (key: string, find: string, replace: string) =>
  `update holdfast.operations set input = replace(input::text, '${find}', '${replace}')::json where idempotency_key = '${key}'`;
const outcomeOf = (key: string, find: string, replace: string) =>
  `update holdfast.operations set outcome = replace(outcome::text, '${find}', '${replace}')::json where idempotency_key = '${key}'`;

/** What each tamper does behind Holdfast's back, and all that may be said of it. */
const tampers: readonly (readonly [name: string, expected: string, sql: string])[] = [
  ["a message is lost", "I8", `delete from holdfast.messages where ${message(3)}`],
  ["a message is moved", "I8", `update holdfast.messages set seq = seq + 100 where ${message(31)}`],
  [
    "a message is there twice",
    "I8",
    `update holdfast.messages set message_id = '${messageId(1)}' where ${message(3)}`,
  ],
  ["a message says something else", "I8", `update holdfast.messages set parts = '[]' where ${message(5)}`],
  ["a message has another author", "I8", `update holdfast.messages set role = 'system' where ${message(5)}`],
  ["metadata are lost", "I8", `update holdfast.messages set metadata = null where ${message(5)}`],
  ["a message is told elsewhere", "I8", outcomeOf("expected", '"seq":"4"', '"seq":"5"')],
  [
    "a message has another's operation",
    "I8",
    `update holdfast.messages set ${saidBy("first")} where ${message(5)}`,
  ],
  [
    "a conversation counts wrongly",
    "I8",
    "update holdfast.conversations set last_seq = last_seq + 1 where title = 'canary-1'",
  ],
  [
    "a conversation's version stays behind",
    "I8",
    "update holdfast.conversations set version = version - 1 where title = 'canary-1'",
  ],
  [
    "a conversation is another's",
    "I8",
    "update holdfast.conversations set owner_id = 'eve' where title = 'canary-1'",
  ],
  ["a conversation is gone", "I8", "delete from holdfast.conversations where title = 'canary-2'"],
  ["what was said is lost", "I8", `delete from holdfast.answer_steps where ${saidBy("say-1")}`],
  [
    "what was said is other words",
    "I8",
    `update holdfast.answer_steps set steps = '[{"at":0,"append":"No"}]' where ${saidBy("say-1")}`,
  ],
  [
    "an answer says something else",
    "I8",
    `update holdfast.messages set parts = '[{"type":"text","text":"No"}]' where generated and status = 'complete'`,
  ],
  [
    "an answer has two ends",
    "I8",
    `update holdfast.answer_steps set status = 'stopped' where ${saidBy("say-2")}`,
  ],
  [
    "an answer's row tells another end",
    "I8",
    "update holdfast.messages set status = 'failed' where status = 'stopped'",
  ],
  [
    "an answer is given up before its lease has ended",
    "I8",
    "update holdfast.operations set created_at = created_at - interval '3 seconds' where kind = 'conversations.abandon'",
  ],
  [
    "an answer goes on after its lease",
    "I8",
    "update holdfast.operations set created_at = created_at + interval '4 seconds' where idempotency_key = 'say-4'",
  ],
  ["tokens were not paid for", "I6", inputOf("say-3", '"tokens":2', '"tokens":9')],
  [
    "an answer's hold stays open",
    "I4 I5 I6",
    "update holdfast.holds set status = 'open' where status = 'released'",
  ],
  [
    "an answer was paid for and its hold says no",
    "I5 I6",
    "update holdfast.holds set captured = captured - 1 where status = 'captured'",
  ],
  [
    "a capture took more than it says",
    "I5 I6",
    `update holdfast.entries set amount = amount - 1 where operation_id = ${operation("say-2")}`,
  ],
];

describe("found when done by hand:", () => {
  test.each(tampers)("%s", async (_name, expected, statement) => {
    const found = await database.checkAfter(statement);
    const said = found.map(({ invariant, message }) => `${invariant} ${message}`).join("\n");
    expect([...new Set(found.map(({ invariant }) => invariant))].sort().join(" "), said).toBe(expected);
    expect(found.every(({ message, evidence }) => message !== "" && evidence.length > 0)).toBe(true);
  });
});
