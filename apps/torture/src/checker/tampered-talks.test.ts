import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkHistory } from "./check-history.ts";
import { readTables, type Tables } from "./tables.ts";
import { TalkScenario } from "./testing/talk-scenario.ts";
import { Talks } from "./testing/talks.ts";
import { tampersOfTalks } from "./testing/tampers-of-talks.ts";

let database: TestDatabase;
let talks: Talks;
let tables: Tables;

beforeAll(async () => {
  database = await createTestDatabase();
  const sql = postgres(database.url, { max: 1 });
  talks = await Talks.record(
    database.url,
    () => sql`select pg_sleep_until(max(answer_lease_until)) from holdfast.conversations`,
  );
  await sql.end();
  tables = await readTables(database.url);
});
afterAll(() => database.close());

const scenario = () => new TalkScenario(talks.events, tables, talks.ids);

test("the history of conversations that is spoilt below is right", () => {
  const { events, tables } = scenario();
  expect(checkHistory(events, tables).violations).toEqual([]);
});

test("and has something of everything", () => {
  const ends = tables.operations.map(({ kind, outcome }) => (outcome.ok ? kind : `${outcome.code}`));
  expect([...new Set(ends)].filter((end) => !end.startsWith("wallets.")).sort()).toEqual(
    [
      ...["create", "append", "send", "stop", "importJson", "answer", "save", "settle", "abandon"].map(
        (kind) => `conversations.${kind}`,
      ),
      ...["SEQ_CONFLICT", "MESSAGE_ID_REUSED", "ANSWER_UNDER_WAY", "ANSWER_ENDED", "INSUFFICIENT_FUNDS"],
    ].sort(),
  );
  const changes = talks.events.flatMap((event) => (event.type === "heard" ? event.events : []));
  expect(new Set(changes.map(({ data }) => (data as { kind: string }).kind))).toEqual(
    new Set(["message", "said", "settled"]),
  );
});

test("who was heard of before a wait for the lock is in time, and an answer is under way until then", () => {
  const it = scenario();
  for (const key of ["behind", "say-4", "too-late", `holdfast:abandon:${it.id("left")}`])
    it.operation(key).createdAtMs += 2_400;
  // The lease that it tells runs from then, too; what was told is what is recorded.
  const saved = it.operation("say-4").outcome as { data: { leaseUntil: string } };
  const told = {
    from: saved.data.leaseUntil,
    to: new Date(Date.parse(saved.data.leaseUntil) + 2_400).toISOString(),
  };
  saved.data.leaseUntil = told.to;
  for (const event of it.events)
    if (
      event.type === "replied" &&
      event.reply.kind === "success" &&
      event.reply.data["leaseUntil"] === told.from
    )
      (event.reply.data as Record<string, unknown>)["leaseUntil"] = told.to;
  expect(checkHistory(it.events, it.tables).violations).toEqual([]);
});

test.each(tampersOfTalks)("$expected: $name", ({ expected, message, spoil }) => {
  const spoilt = scenario();
  spoil(spoilt);
  const { violations } = checkHistory(spoilt.events, spoilt.tables);
  const found = violations.map(({ invariant, message }) => `${invariant} ${message}`);
  expect([...new Set(violations.map(({ invariant }) => invariant))].sort(), found.join("\n")).toEqual(
    expected,
  );
  expect(found.filter((text) => message.test(text))).not.toEqual([]);
});
