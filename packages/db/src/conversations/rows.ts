import { pgArray, type Row, type Statements, textOf } from "../statements.ts";
import { type LockableTable, lockRows } from "../write-path/lock.ts";
import { type Answer, type Conversation, ConversationRows } from "./conversation.ts";
import type { Step } from "./steps.ts";
import { messageOf } from "./views.ts";

/** What a batch needs of conversations: the locks, and of what they guard only what somebody asks for. */
export interface WantedConversations {
  readonly conversations: readonly string[];
  /** Messages that may be there already. */
  readonly messages: readonly { readonly conversationId: string; readonly messageId: string }[];
  /** Conversations of whose answer all that was said is needed. */
  readonly said: readonly string[];
}

const CONVERSATIONS: LockableTable = {
  table: "holdfast.conversations",
  key: "id",
  keyType: "uuid",
  columns: [
    "owner_id",
    "last_seq::text",
    "version::text",
    "answer_id::text",
    "answer_seq::text",
    "answer_paid",
    "floor(extract(epoch from answer_lease_until) * 1000)::bigint::text as answer_lease_until_ms",
    "coalesce(answer_lease_until <= clock_timestamp(), false) as abandoned",
    "waiting",
    "waiting_wallet_id::text",
  ],
};

/**
 * By the index `messages_id_once`, whose order is asked for (see PLAN_ONCE). A plain `message_id = …` is cheaper by the primary
 * key, says Postgres of a table that has grown and was not analyzed yet, and reads the whole conversation for each message.
 */
const READ_MESSAGES = `
  select found.* from unnest($2::uuid[], $3::text[]) as named(conversation_id, message_id) cross join lateral (
    select conversation_id::text, message_id, seq::text, role, metadata::text, parts::text from holdfast.messages
    where tenant_id = $1::int and conversation_id = named.conversation_id
      and messages.message_id >= named.message_id and messages.message_id <= named.message_id
    order by messages.message_id limit 1) as found`;

/**
 * What was said of the answers under way, in order; it begins after the version at which the answer was opened. The order of seqs
 * is asked for, as that of ids above, so that it is the primary key which finds the one.
 */
const READ_SAID = `
  select said.conversation_id::text, said.steps::text from unnest($2::uuid[]) as wanted(key)
  cross join lateral (
    select id, answer_seq from holdfast.conversations where tenant_id = $1::int and id = wanted.key offset 0) as conversation
  cross join lateral (
    select version from holdfast.messages
    where tenant_id = $1::int and conversation_id = conversation.id and seq <= conversation.answer_seq
    order by messages.seq desc limit 1) as opened
  cross join lateral (
    select conversation_id, version, steps from holdfast.answer_steps
    where tenant_id = $1::int and conversation_id = conversation.id and version > opened.version
      and seq = conversation.answer_seq offset 0) as said
  order by said.conversation_id, said.version`;

/** Locks conversations and reads what their locks guard, in statements of their own that travel with the lock. */
export async function lockConversationRows(
  tx: Statements,
  tenantId: number,
  wanted: WantedConversations,
  wait: boolean,
): Promise<{ readonly rows: ConversationRows; readonly stuck: ReadonlySet<string> }> {
  const rows = new ConversationRows();
  if (wanted.conversations.length === 0) return { rows, stuck: new Set() };
  const tenant = String(tenantId);
  const none = Promise.resolve([]);
  const [locked, messages, said] = await Promise.all([
    lockRows(tx, tenantId, CONVERSATIONS, wanted.conversations, wait),
    wanted.messages.length === 0
      ? none
      : tx.run(READ_MESSAGES, [
          tenant,
          pgArray(wanted.messages.map(({ conversationId }) => conversationId)),
          pgArray(wanted.messages.map(({ messageId }) => messageId)),
        ]),
    wanted.said.length === 0 ? none : tx.run(READ_SAID, [tenant, pgArray(wanted.said)]),
  ]);
  for (const [id, row] of locked.rows) {
    rows.readConversation(conversationOf(id, row));
    if (row["abandoned"] === true) rows.abandoned.add(id);
  }
  // What was read of a conversation that somebody else has locked is of no use.
  for (const row of messages) {
    const id = textOf(row, "conversation_id");
    if (!rows.conversations.has(id)) continue;
    const message = messageOf(row);
    rows.readMessage(id, message.id, { seq: BigInt(textOf(row, "seq")), message });
  }
  const alreadyRead = new Set(wanted.said);
  const abandoned = [...rows.abandoned].filter((id) => !alreadyRead.has(id));
  const more = abandoned.length === 0 ? [] : await tx.run(READ_SAID, [tenant, pgArray(abandoned)]);
  for (const id of [...wanted.said, ...abandoned]) if (rows.conversations.has(id)) rows.readSteps(id, []);
  for (const row of [...said, ...more]) {
    const id = textOf(row, "conversation_id");
    if (rows.conversations.has(id)) rows.readSteps(id, JSON.parse(textOf(row, "steps")) as Step[]);
  }
  return { rows, stuck: locked.stuck };
}

/** By the index `conversations_answering` alone. Ids as text have the order that they have as uuids. */
const OVERDUE = `
  select id::text from holdfast.conversations
  where tenant_id = $1::int and answer_lease_until <= (select clock_timestamp()) and id > $2::uuid
  order by id limit $3::int`;
const BEFORE_ALL_IDS = "00000000-0000-0000-0000-000000000000";

/** Conversations whose answer has been abandoned, those after `after`, in the order of their ids. */
export async function listAbandoned(
  tx: Statements,
  tenantId: number,
  limit: number,
  after: string = BEFORE_ALL_IDS,
): Promise<string[]> {
  const rows = await tx.run(OVERDUE, [String(tenantId), after, String(limit)]);
  return rows.map((row) => textOf(row, "id"));
}

function conversationOf(id: string, row: Row): Conversation {
  const walletId = row["waiting_wallet_id"];
  return {
    id,
    ownerId: textOf(row, "owner_id"),
    lastSeq: BigInt(textOf(row, "last_seq")),
    version: BigInt(textOf(row, "version")),
    answer: answerOf(row),
    waiting:
      row["waiting"] === true ? { walletId: typeof walletId === "string" ? walletId : undefined } : undefined,
  };
}

function answerOf(row: Row): Answer | undefined {
  if (row["answer_id"] === null) return undefined;
  return {
    id: textOf(row, "answer_id"),
    seq: BigInt(textOf(row, "answer_seq")),
    leaseUntilMs: Number(textOf(row, "answer_lease_until_ms")),
    paid: row["answer_paid"] === true,
  };
}
