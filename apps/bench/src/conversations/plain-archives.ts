import { eq, sql } from "drizzle-orm";
import { bigint, jsonb, pgSchema, text } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { TEXTBOOK_POOL } from "../contenders/textbook.ts";
import { type Archive, type ArchiveContender, idInHistory, newMessage, type Sent } from "./archive.ts";

const schema = pgSchema("chats");
const number = (name: string) => bigint(name, { mode: "number" });
const chats = schema.table("chats", {
  id: number("id").primaryKey().generatedAlwaysAsIdentity(),
  history: jsonb("history").$type<Sent[]>().notNull(),
});
const conversations = schema.table("conversations", {
  id: number("id").primaryKey().generatedAlwaysAsIdentity(),
  lastSeq: number("last_seq").notNull(),
});
const messages = schema.table("messages", {
  conversationId: number("conversation_id").notNull(),
  seq: number("seq").notNull(),
  messageId: text("message_id").notNull(),
  role: text("role").notNull(),
  parts: jsonb("parts").$type<Sent["parts"]>().notNull(),
});
const keys = schema.table("keys", { key: text("key").primaryKey() });

const TABLES = `
  create schema chats;
  create table chats.chats (id bigint generated always as identity primary key, history jsonb not null);
  create table chats.conversations (id bigint generated always as identity primary key, last_seq bigint not null);
  create table chats.messages (conversation_id bigint not null, seq bigint not null, message_id text not null,
    role text not null, parts jsonb not null, primary key (conversation_id, seq), unique (conversation_id, message_id));
  create table chats.keys (key text primary key)`;

type Transaction = Parameters<Parameters<ReturnType<typeof drizzle>["transaction"]>[0]>[0];

/** Appends one message to one conversation; answers its place where that costs nothing. */
export type AppendOne = (tx: Transaction, conversation: number, message: Sent) => Promise<number | undefined>;

/** In an array: what most begin with, and what the report had. */
export const jsonbAppend = inArray(
  "jsonb-append",
  "in a transaction: look the key up, UPDATE … SET history = history || $1, record the key; pool of 16",
  async (tx, conversation, message) => {
    const added = sql`${chats.history} || ${JSON.stringify([message])}::text::jsonb`;
    await tx.update(chats).set({ history: added }).where(eq(chats.id, conversation));
    return undefined;
  },
);

/** The same in the application, under a lock: without one it loses messages, and is no contender. */
export const readModifyWrite = inArray(
  "read-modify-write",
  "in a transaction: look the key up, SELECT the array FOR UPDATE, push, write it back, record the key; pool of 16",
  async (tx, conversation, message) => {
    const [chat] = await tx.select().from(chats).where(eq(chats.id, conversation)).for("update");
    const history = [...(chat?.history ?? []), message];
    await tx.update(chats).set({ history }).where(eq(chats.id, conversation));
    return history.length;
  },
);

export function inArray(name: string, description: string, append: AppendOne): ArchiveContender {
  return plain({ name, description, rewrites: true }, append, {
    tables: ["chats.chats", "chats.keys"],
    fill: async (client, count, history) => {
      const rows = await client.unsafe<{ id: string }[]>(
        `insert into chats.chats (history) select $1::text::jsonb from generate_series(1, ${count}) returning id::text`,
        [JSON.stringify(history)],
      );
      return rows.map(({ id }) => id);
    },
    idsOf: (client, conversation) => client<{ id: string }[]>`
      select message.value ->> 'id' as id from chats.chats
      cross join lateral jsonb_array_elements(history) with ordinality as message (value, place)
      where chats.id = ${conversation} order by place`,
  });
}

/** A row a message, numbered by a counter in the conversation's row: the usual transaction for it. */
export const counterRow = plain(
  {
    name: "counter-row",
    description:
      "in a transaction: look the key up, UPDATE … SET last_seq = last_seq + 1, INSERT the message, record the key; pool of 16",
    rewrites: false,
  },
  async (tx, conversation, { id: messageId, role, parts }) => {
    const next = sql`${conversations.lastSeq} + 1`;
    const [counted] = await tx
      .update(conversations)
      .set({ lastSeq: next })
      .where(eq(conversations.id, conversation))
      .returning({ seq: conversations.lastSeq });
    const seq = counted?.seq ?? 0;
    await tx.insert(messages).values({ conversationId: conversation, seq, messageId, role, parts });
    return seq;
  },
  {
    tables: ["chats.conversations", "chats.messages", "chats.keys"],
    fill: async (client, count, history) => {
      const rows = await client.unsafe<{ id: string }[]>(
        `with made as (
          insert into chats.conversations (last_seq) select ${history.length} from generate_series(1, ${count}) returning id),
        filled as (
          insert into chats.messages select made.id, place, message ->> 'id', message ->> 'role', message -> 'parts'
          from made cross join lateral jsonb_array_elements($1::text::jsonb) with ordinality as sent (message, place))
        select id::text from made`,
        [JSON.stringify(history)],
      );
      return rows.map(({ id }) => id);
    },
    idsOf: (client, conversation) => client<{ id: string }[]>`
      select message_id as id from chats.messages where conversation_id = ${conversation} order by seq`,
  },
);

interface Kept {
  readonly tables: readonly string[];
  fill(client: postgres.Sql, count: number, history: readonly Sent[]): Promise<string[]>;
  idsOf(client: postgres.Sql, conversation: string): PromiseLike<readonly { id: string }[]>;
}

function plain(
  about: Pick<ArchiveContender, "name" | "description" | "rewrites">,
  append: AppendOne,
  { tables, fill, idsOf }: Kept,
): ArchiveContender {
  return {
    ...about,
    async setUp(url): Promise<Archive> {
      const client = postgres(url, { max: TEXTBOOK_POOL, onnotice: () => {} });
      await client.unsafe(`drop schema if exists chats cascade; ${TABLES}`);
      const db = drizzle({ client });
      return {
        tables,
        fill: (count, length) =>
          fill(
            client,
            count,
            Array.from({ length }, (_, at) => newMessage(idInHistory(at + 1))),
          ),
        append: (conversation, message, key) =>
          db.transaction(async (tx) => {
            const known = await tx.select().from(keys).where(eq(keys.key, key));
            if (known.length > 0) return undefined;
            const place = await append(tx, Number(conversation), message);
            await tx.insert(keys).values({ key });
            return place;
          }),
        idsOf: async (conversation) => (await idsOf(client, conversation)).map(({ id }) => id),
        findings: async () => [],
        close: () => client.end(),
      };
    },
  };
}
