import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type Db } from "../connect.ts";
import { append, createConversation, send, text, wordsOf } from "../testing/conversations.ts";
import { ada, bob, newKey, settle, shop } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { verify } from "../verify.ts";
import { exportConversation, getConversation, listConversations, listMessages } from "./queries.ts";

let database: TestDatabase;
let sql: postgres.Sql;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1 });
  db = connect({ url: database.url, sessions: 4 });
});
afterAll(async () => {
  expect(await verify({ url: database.url })).toEqual([]);
  await db.close();
  await sql.end();
  await database.close();
});

describe("appending", () => {
  test("gives messages their places, and what was appended comes back as it was", async () => {
    const conversationId = await createConversation(db, ada, { title: "Trip" });
    const rich = {
      id: "rich",
      role: "assistant" as const,
      metadata: { model: "demo", nested: [1, null, { deep: "ü" }] },
      parts: [
        { type: "text", text: 'quotes " and \\ and \u2028' },
        { type: "tool-weather", toolCallId: "1", state: "output-available", output: { degrees: 21.5 } },
        { type: "data-of-a-later-version", what: ["ever"] },
      ],
    };
    expect(await append(db, ada, conversationId, { messages: [text("hello", "a"), rich] })).toMatchObject({
      ...{ lastSeq: "2", version: "2", replayed: false },
      messages: [
        { messageId: "a", seq: "1" },
        { messageId: "rich", seq: "2" },
      ],
    });
    const view = await getConversation(db, ada, { conversationId });
    expect(view).toMatchObject({
      title: "Trip",
      ownerId: "ada",
      lastSeq: "2",
      version: "2",
      answering: false,
    });
    expect(view.messages.map(({ message }) => message)).toEqual([text("hello", "a"), rich]);
    expect(view.messages.map(({ seq, status }) => [seq, status])).toEqual([
      ["1", "complete"],
      ["2", "complete"],
    ]);
  });

  test("a retry is no duplicate: not with its key, and not with another one", async () => {
    const conversationId = await createConversation(db);
    const message = text("once");
    const first = await append(db, ada, conversationId, { messages: [message] }, "the-key-of-once");
    expect(await append(db, ada, conversationId, { messages: [message] }, "the-key-of-once")).toEqual({
      ...first,
      replayed: true,
    });
    const { id, ...content } = message;
    // The order of fields is not content.
    const again = { parts: content.parts, id, role: content.role };
    expect(await append(db, ada, conversationId, { messages: [text("new", "new"), again] })).toMatchObject({
      lastSeq: "2",
      messages: [
        { messageId: "new", seq: "2" },
        { messageId: id, seq: "1", alreadyThere: true },
      ],
    });
    expect(
      await settle(append(db, ada, conversationId, { messages: [text("x"), text("twice", id)] })),
    ).toMatchObject({
      code: "MESSAGE_ID_REUSED",
      details: { messageId: id, seq: "1" },
    });
    expect((await getConversation(db, ada, { conversationId })).lastSeq).toBe("2");
  });

  test("tells who wrote meanwhile to those who ask, but not who repeats himself", async () => {
    const conversationId = await createConversation(db);
    await append(db, ada, conversationId, { messages: [text("1", "m1")], expectedSeq: "0" });
    expect(
      await settle(append(db, ada, conversationId, { messages: [text("2")], expectedSeq: "0" })),
    ).toMatchObject({
      code: "SEQ_CONFLICT",
      details: { expected: "0", actual: "1" },
    });
    const repeated = append(db, ada, conversationId, { messages: [text("1", "m1")], expectedSeq: "0" });
    expect(await repeated).toMatchObject({ lastSeq: "1", messages: [{ seq: "1", alreadyThere: true }] });
  });

  test("50 at once lose none, have one order, and no gap", async () => {
    const conversationId = await createConversation(db);
    const other = connect({ url: database.url, sessions: 3 });
    const wrote = await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        append(at % 2 === 0 ? db : other, ada, conversationId, {
          messages: [text(`${at} a`), text(`${at} b`)],
        }),
      ),
    );
    await other.close();
    const seqs = wrote.flatMap(({ messages }) => messages.map(({ seq }) => Number(seq)));
    expect(seqs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
    const all = await exportConversation(db, ada, { conversationId });
    for (const [at, message] of all.entries())
      if (at % 2 === 0) expect(wordsOf(all[at + 1] ?? message)).toBe(`${wordsOf(message).slice(0, -1)}b`);
  });

  test("a rival who sends the same message at the same time finds it there", async () => {
    const conversationId = await createConversation(db);
    const other = connect({ url: database.url, sessions: 3 });
    for (let round = 1; round <= 20; round++) {
      const message = text(`round ${round}`);
      const both = await Promise.all(
        [db, other].map((one) => append(one, ada, conversationId, { messages: [message] })),
      );
      expect(both.map(({ messages }) => messages[0]?.seq)).toEqual([`${round}`, `${round}`]);
      expect(both.filter(({ messages }) => messages[0]?.alreadyThere).length).toBe(1);
    }
    await other.close();
  });
});

test("refuses what is no message, and writes nothing", async () => {
  const conversationId = await createConversation(db);
  const bad: [unknown, string][] = [
    [[], "messages"],
    [[text("x", "")], "messages.0.id"],
    [[{ ...text("x"), role: "robot" }], "messages.0.role"],
    [[{ ...text("x"), parts: [] }], "messages.0.parts"],
    [[{ ...text("x"), parts: [{ text: "no type" }] }], "messages.0.parts.0.type"],
    [[{ ...text("x"), parts: [{ type: "text" }] }], "messages.0.parts.0.text"],
    [[{ ...text("x"), content: "x" }], "messages.0"],
    [[text("a NUL \0")], "messages.0"],
    [[{ ...text("x"), metadata: { half: "\ud800" } }], "messages.0"],
    [[text("x".repeat(300_000))], "messages.0"],
    [[text("x", "same"), text("y", "same")], "messages.1.id"],
    [Array.from({ length: 101 }, () => text("x")), "messages"],
  ];
  for (const [messages, path] of bad) {
    const call = append(db, ada, conversationId, { messages: messages as [] });
    expect(await settle(call), path).toMatchObject({ code: "BAD_REQUEST", details: { issues: [{ path }] } });
  }
  expect((await getConversation(db, ada, { conversationId })).lastSeq).toBe("0");
});

test("somebody else's conversation is not there", async () => {
  const conversationId = await createConversation(db);
  await append(db, ada, conversationId, { messages: [text("private")] });
  const there = { code: "NOT_FOUND", details: { what: "conversationId" } };
  expect(await settle(append(db, bob, conversationId, { messages: [text("x")] }))).toMatchObject(there);
  expect(await settle(send(db, bob, conversationId, { message: text("x") }))).toMatchObject(there);
  for (const read of [getConversation, listMessages, exportConversation])
    expect(await settle(read(db, bob, { conversationId }) as Promise<unknown>)).toMatchObject(there);
  expect((await listConversations(db, bob, {})).conversations).toEqual([]);
  expect((await getConversation(db, shop, { conversationId })).lastSeq).toBe("1");
  expect(await settle(createConversation(db, bob, { ownerId: "ada" }))).toMatchObject({ code: "FORBIDDEN" });
});

test("pages both ways, and the list tells the newest first", async () => {
  const cara = { tenantId: 1, subject: "cara", role: "user" } as const;
  const ids: string[] = [];
  for (const title of ["one", "two", "three"]) ids.unshift(await createConversation(db, cara, { title }));
  const [conversationId = ""] = ids;
  for (let at = 0; at < 2; at++)
    await append(db, cara, conversationId, {
      messages: Array.from({ length: 5 }, (_, i) => text(`word ${at * 5 + i + 1}`)),
    });
  const seqs = async (more: object) => {
    const page = await listMessages(db, cara, { conversationId, limit: 4, ...more });
    return [page.messages.map(({ seq }) => Number(seq)), page.next];
  };
  expect(await seqs({})).toEqual([[7, 8, 9, 10], "7"]);
  expect(await seqs({ before: "7" })).toEqual([[3, 4, 5, 6], "3"]);
  expect(await seqs({ before: "3" })).toEqual([[1, 2], null]);
  expect(await seqs({ before: "5" })).toEqual([[1, 2, 3, 4], null]);
  expect(await seqs({ after: "0" })).toEqual([[1, 2, 3, 4], "4"]);
  expect(await seqs({ after: "8" })).toEqual([[9, 10], null]);
  expect(await seqs({ after: "10" })).toEqual([[], null]);
  const first = await listConversations(db, cara, { limit: 2 });
  const second = await listConversations(db, cara, { before: first.next ?? "", limit: 2 });
  expect([...first.conversations, ...second.conversations].map((one) => one.conversationId)).toEqual(ids);
  expect(first.conversations[0]).toMatchObject({ title: "three", preview: "word 10", lastSeq: "10" });
  expect(first.conversations[1]?.preview).toBeNull();
});

test("a history that was kept in one array moves in, and out again", async () => {
  const kept = [
    { role: "user", content: "hi", timestamp: 1 },
    text("hello", "x", "assistant"),
    { role: "user", content: "bye" },
  ];
  const imported = await db.execute(ada, {
    kind: "conversations.importJson",
    idempotencyKey: newKey(),
    title: "moved",
    messages: kept as never,
  });
  const { conversationId } = imported;
  expect(imported).toMatchObject({ lastSeq: "3", version: "3", title: "moved" });
  const out = await exportConversation(db, ada, { conversationId });
  expect(out).toEqual([text("hi", "imported-1"), text("hello", "x", "assistant"), text("bye", "imported-3")]);
  await append(db, ada, conversationId, { messages: [text("more")] });
  const again = await db.execute(ada, {
    kind: "conversations.importJson",
    idempotencyKey: newKey(),
    messages: await exportConversation(db, ada, { conversationId }),
  });
  expect(again.lastSeq).toBe("4");
  expect(
    await settle(
      db.execute(ada, {
        kind: "conversations.importJson",
        idempotencyKey: newKey(),
        messages: [text("a", "same"), text("b", "same")],
      }),
    ),
  ).toMatchObject({ code: "BAD_REQUEST", details: { issues: [{ path: "messages.1.id" }] } });
});

test("a message that was changed behind our back is found", async () => {
  const conversationId = await createConversation(db);
  await append(db, ada, conversationId, { messages: [text("true"), text("and so on")] });
  const findings = async () => (await verify({ url: database.url })).map(({ invariant }) => invariant);
  const undo = async (change: () => Promise<unknown>, back: () => Promise<unknown>) => {
    await change();
    const found = await findings();
    await back();
    return found;
  };
  const [row] =
    await sql`select parts::text from holdfast.messages where conversation_id = ${conversationId} and seq = 1`;
  const change = (parts: string) =>
    sql`update holdfast.messages set parts = ${parts}::text::json where conversation_id = ${conversationId} and seq = 1`;
  const forged = JSON.stringify([{ type: "text", text: "false" }]);
  expect(
    await undo(
      () => change(forged),
      () => change(row?.["parts"]),
    ),
  ).toEqual(["I8"]);
  const bump = (by: number) =>
    sql`update holdfast.conversations set last_seq = last_seq + ${by}, version = version + ${by} where id = ${conversationId}`;
  expect(
    await undo(
      () => bump(1),
      () => bump(-1),
    ),
  ).toEqual(["I8"]);
});
