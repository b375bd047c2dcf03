import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  json,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { holdfast, instant } from "./schema.ts";

const count = (name: string) => bigint(name, { mode: "bigint" });

/**
 * A conversation. The lock of its row guards its messages and the answer under way; `last_seq` numbers its messages, `version`
 * all that happens to it.
 */
export const conversations = holdfast.table(
  "conversations",
  {
    tenantId: integer("tenant_id").notNull(),
    id: uuid("id").notNull(),
    ownerId: text("owner_id").notNull(),
    title: text("title"),
    lastSeq: count("last_seq").notNull(),
    version: count("version").notNull(),
    /** The answer under way: the id and the place of its message. */
    answerId: uuid("answer_id"),
    answerSeq: count("answer_seq"),
    /** Until when whoever generates it need not be heard of. */
    answerLeaseUntil: instant("answer_lease_until"),
    /** Whether a hold with the answer's id pays for it. */
    answerPaid: boolean("answer_paid"),
    /** Whether messages wait for an answer, and which wallet pays for it. */
    waiting: boolean("waiting").notNull(),
    waitingWalletId: uuid("waiting_wallet_id"),
    createdAt: instant("created_at").notNull(),
    /** The operation that created it. */
    operationId: uuid("operation_id").notNull(),
  },
  (conversation) => [
    primaryKey({ name: "conversations_pkey", columns: [conversation.tenantId, conversation.id] }),
    // For a user's list. Not by tenant first: a look-up by id would take it while the table is small.
    index("conversations_owner").on(conversation.ownerId, conversation.id),
    // For the sweeper; no look-up by id can use it, for it holds only answers under way.
    index("conversations_answering")
      .on(conversation.tenantId, conversation.id, conversation.answerLeaseUntil)
      .where(sql`${conversation.answerLeaseUntil} is not null`),
    // For whoever takes up what waits after its server has died; a look-up by id can't use it either.
    index("conversations_waiting")
      .on(conversation.tenantId, conversation.id)
      .where(sql`${conversation.waiting} and ${conversation.answerLeaseUntil} is null`),
    check(
      "conversations_answer_whole",
      sql`num_nulls(${conversation.answerId}, ${conversation.answerSeq}, ${conversation.answerLeaseUntil}, ${conversation.answerPaid}) in (0, 4)`,
    ),
    check(
      "conversations_seq_within_version",
      sql`${conversation.lastSeq} >= 0 and ${conversation.lastSeq} <= ${conversation.version}`,
    ),
  ],
);

/** Messages, each a row. Two keys keep them apart: its place, and the id that whoever wrote it gave it. */
export const messages = holdfast.table(
  "messages",
  {
    tenantId: integer("tenant_id").notNull(),
    conversationId: uuid("conversation_id").notNull(),
    seq: count("seq").notNull(),
    messageId: text("message_id").notNull(),
    role: text("role").notNull(),
    metadata: json("metadata"),
    /** Empty while an answer is being said: see `answer_steps`. */
    parts: json("parts").notNull(),
    status: text("status").notNull(),
    error: text("error"),
    /** Whether it began as an answer that was still to be said. */
    generated: boolean("generated").notNull(),
    /** The conversation's, at which it was written. */
    version: count("version").notNull(),
    createdAt: instant("created_at").notNull(),
    operationId: uuid("operation_id").notNull(),
  },
  (message) => [
    primaryKey({ name: "messages_pkey", columns: [message.tenantId, message.conversationId, message.seq] }),
    unique("messages_id_once").on(message.tenantId, message.conversationId, message.messageId),
    check("messages_role_known", sql`${message.role} in ('system', 'user', 'assistant')`),
    check("messages_status_known", sql`${message.status} in ('streaming', 'complete', 'stopped', 'failed')`),
  ],
);

/** What was said of answers, one row a version; the last one of an answer has the status in which it ended. */
export const answerSteps = holdfast.table(
  "answer_steps",
  {
    tenantId: integer("tenant_id").notNull(),
    conversationId: uuid("conversation_id").notNull(),
    version: count("version").notNull(),
    /** The answer's. */
    seq: count("seq").notNull(),
    steps: json("steps").notNull(),
    status: text("status"),
    error: text("error"),
    operationId: uuid("operation_id").notNull(),
  },
  (step) => [
    primaryKey({ name: "answer_steps_pkey", columns: [step.tenantId, step.conversationId, step.version] }),
    check("answer_steps_status_known", sql`${step.status} in ('complete', 'stopped', 'failed')`),
  ],
);
