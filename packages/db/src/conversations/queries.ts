import { z } from "zod";
import { HoldfastError } from "../errors.ts";
import * as field from "../fields.ts";
import { actsForOthers, type Principal } from "../principal.ts";
import { type Row, type Statements, textOf } from "../statements.ts";
import { stayOnIndexes } from "../stay-on-indexes.ts";
import type { Tx } from "../transaction.ts";
import { parseInput } from "../write-path/registry.ts";
import type { MessageView } from "./commands.ts";
import type { Message } from "./message.ts";
import type { Step } from "./steps.ts";
import { MESSAGE_COLUMNS, viewOf } from "./views.ts";

const pageSize = z.int().min(1).max(200).describe("How many a page. Default 50.").optional();

/** Input schemas by query. */
export const conversationQueries = {
  "conversations.list": z.strictObject({
    before: field.id
      .describe("Conversations that were created before this one; the newest when left out.")
      .optional(),
    limit: pageSize,
  }),
  "conversations.get": z.strictObject({ conversationId: field.id, limit: pageSize }),
  /** A page before or after a seq; the last page when neither is given. */
  "conversations.messages": z
    .strictObject({
      conversationId: field.id,
      before: field.version.describe("Messages before this seq.").optional(),
      after: field.version.describe("Messages after this seq.").optional(),
      limit: pageSize,
    })
    .refine(({ before, after }) => before === undefined || after === undefined, {
      path: ["after"],
      message: "give either before or after",
    }),
  "conversations.exportJson": z.strictObject({ conversationId: field.id }),
} as const;

type Queries = typeof conversationQueries;
type Input<K extends keyof Queries> = z.input<Queries[K]>;

export interface ConversationSummary {
  conversationId: string;
  ownerId: string;
  title: string | null;
  /** How many messages it has. */
  lastSeq: string;
  version: string;
  /** Whether an answer is under way. */
  answering: boolean;
  createdAt: string;
  /** The beginning of its last message that has text; null when there is none. */
  preview: string | null;
}

/** A conversation and its last messages, as of one version. */
export interface ConversationView extends Omit<ConversationSummary, "preview"> {
  /** The answer under way: its id is what `stop` takes. */
  answerId: string | null;
  /** Whether messages wait for an answer that has not begun. */
  waiting: boolean;
  messages: MessageView[];
}

/** What a query needs of a `Db`. */
export interface Reader {
  read(principal: Principal, work: (tx: Tx) => Promise<readonly Row[]>): Promise<readonly Row[]>;
}

/** Reads by index, whatever the size of the tables. */
function readByIndex(db: Reader, principal: Principal, text: string, parameters: (string | null)[]) {
  return db.read(principal, (tx: Statements) => {
    stayOnIndexes(tx);
    return tx.run(text, parameters);
  });
}

const CREATED_AT = `to_char(conversation.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
/** By the clock of the statement: an answer whose lease has run out is not under way any more. */
const IS_ANSWERING = "coalesce(conversation.answer_lease_until > statement_timestamp(), false)";
const MAX_PREVIEW = 120;
const DEFAULT_LIMIT = 50;
const AFTER_ALL_SEQS = 9_223_372_036_854_775_807n;
const AFTER_ALL_IDS = "ffffffff-ffff-ffff-ffff-ffffffffffff";

const summaryOf = (row: Row): Omit<ConversationSummary, "preview"> => ({
  conversationId: textOf(row, "conversation_id"),
  ownerId: textOf(row, "owner_id"),
  title: textOrNull(row, "title"),
  lastSeq: textOf(row, "last_seq"),
  version: textOf(row, "version"),
  answering: row["answering"] === true,
  createdAt: textOf(row, "conversation_created_at"),
});

const SUMMARY = `conversation.id::text as conversation_id, conversation.owner_id, conversation.title,
  conversation.last_seq::text, conversation.version::text, ${IS_ANSWERING} as answering,
  ${CREATED_AT} as conversation_created_at`;

/** A user's conversations, or all of the tenant for services, the newest first; `next` continues where they end. */
export async function listConversations(
  db: Reader,
  principal: Principal,
  input: Input<"conversations.list">,
): Promise<{ conversations: ConversationSummary[]; next: string | null }> {
  const { before = AFTER_ALL_IDS, limit = DEFAULT_LIMIT } = parseInput(
    conversationQueries["conversations.list"],
    input,
  );
  const mine = actsForOthers(principal) ? "" : "and conversation.owner_id = $4::text";
  const rows = await readByIndex(
    db,
    principal,
    `select ${SUMMARY}, last.text as preview from holdfast.conversations as conversation
    left join lateral (
      select parts::text as text from holdfast.messages
      where tenant_id = $1::int and conversation_id = conversation.id
      order by messages.conversation_id desc, messages.seq desc limit 1) as last on true
    where conversation.tenant_id = $1::int and conversation.id < $2::uuid ${mine}
    order by conversation.id desc limit $3::int`,
    [
      String(principal.tenantId),
      before,
      String(limit),
      ...(actsForOthers(principal) ? [] : [principal.subject]),
    ],
  );
  const conversations = rows.map((row) => ({ ...summaryOf(row), preview: previewOf(row) }));
  return {
    conversations,
    next: conversations.length === limit ? (conversations.at(-1)?.conversationId ?? null) : null,
  };
}

function previewOf(row: Row): string | null {
  if (row["preview"] === null) return null;
  const parts = JSON.parse(textOf(row, "preview")) as Message["parts"];
  const said = parts.find(({ text }) => typeof text === "string" && text !== "")?.["text"];
  return typeof said === "string" ? said.slice(0, MAX_PREVIEW) : null;
}

/** What was said of the answer under way, as one JSON array of the steps of each version. */
const SAID = `left join lateral (
    select json_agg(step.steps order by step.version)::text as steps from holdfast.answer_steps as step
    where message.status = 'streaming' and step.tenant_id = $1::int and step.conversation_id = message.conversation_id
      and step.version > message.version and step.seq = message.seq offset 0) as said on true`;

/**
 * One snapshot of a conversation, in one statement, so that its messages are those of its version.
 *
 * @throws NOT_FOUND, also for somebody else's.
 */
export async function getConversation(
  db: Reader,
  principal: Principal,
  input: Input<"conversations.get">,
): Promise<ConversationView> {
  const { conversationId, limit = DEFAULT_LIMIT } = parseInput(
    conversationQueries["conversations.get"],
    input,
  );
  const rows = await readPage(db, principal, conversationId, { limit, order: "desc" });
  const [row] = rows;
  if (row === undefined) throw new HoldfastError("NOT_FOUND", { what: "conversationId" });
  const summary = summaryOf(row);
  return {
    ...summary,
    answerId: summary.answering ? textOrNull(row, "answer_id") : null,
    waiting: row["waiting"] === true,
    messages: rows.toReversed().flatMap(toView),
  };
}

/**
 * A page of messages in the order of their seq; `next` continues in the direction of the page.
 *
 * @throws NOT_FOUND, also for somebody else's.
 */
export async function listMessages(
  db: Reader,
  principal: Principal,
  input: Input<"conversations.messages">,
): Promise<{ messages: MessageView[]; next: string | null }> {
  const {
    conversationId,
    before,
    after,
    limit = DEFAULT_LIMIT,
  } = parseInput(conversationQueries["conversations.messages"], input);
  const order = after === undefined ? "desc" : "asc";
  const rows = await readPage(db, principal, conversationId, { limit, order, before, after });
  if (rows.length === 0) throw new HoldfastError("NOT_FOUND", { what: "conversationId" });
  const messages = rows.flatMap(toView);
  const next = messages.length === limit ? (messages.at(-1)?.seq ?? null) : null;
  return {
    messages: order === "desc" ? messages.toReversed() : messages,
    next: next === "1" && order === "desc" ? null : next,
  };
}

/**
 * The whole history as the array that it would be if it were kept in one column: `UIMessage`s in their order, without answers
 * of which nothing has been said. `importJson` takes it.
 *
 * @throws NOT_FOUND, also for somebody else's.
 */
export async function exportConversation(
  db: Reader,
  principal: Principal,
  input: Input<"conversations.exportJson">,
): Promise<Message[]> {
  const { conversationId } = parseInput(conversationQueries["conversations.exportJson"], input);
  const rows = await readPage(db, principal, conversationId, { limit: undefined, order: "asc" });
  if (rows.length === 0) throw new HoldfastError("NOT_FOUND", { what: "conversationId" });
  return rows.flatMap(toView).flatMap(({ message }) => (message.parts.length > 0 ? [message] : []));
}

interface Page {
  readonly limit: number | undefined;
  readonly order: "asc" | "desc";
  readonly before?: bigint | undefined;
  readonly after?: bigint | undefined;
}

/**
 * The conversation beside each of its messages; once, without one, when there are none. Bounds are parameters as they are: behind
 * a policy Postgres takes no `coalesce` to an index, and would read all messages on the way to the page.
 */
function readPage(
  db: Reader,
  principal: Principal,
  conversationId: string,
  { limit, order, before = AFTER_ALL_SEQS, after = 0n }: Page,
) {
  return readByIndex(
    db,
    principal,
    `select ${SUMMARY}, conversation.answer_id::text, conversation.waiting, page.*
    from holdfast.conversations as conversation
    left join lateral (
      select ${MESSAGE_COLUMNS}, said.steps as said from (
        select * from holdfast.messages
        where tenant_id = $1::int and conversation_id = conversation.id
          and seq < $4::bigint and seq > $5::bigint
        order by conversation_id ${order}, seq ${order} limit $6::int) as message
      ${SAID}) as page on true
    where conversation.tenant_id = $1::int and conversation.id = $2::uuid
      and ($3::text is null or conversation.owner_id = $3::text)
    order by page.seq::bigint ${order}`,
    [
      String(principal.tenantId),
      conversationId,
      actsForOthers(principal) ? null : principal.subject,
      `${before}`,
      `${after}`,
      limit === undefined ? null : String(limit),
    ],
  );
}

function toView(row: Row): MessageView[] {
  if (row["seq"] === null) return [];
  const said = textOrNull(row, "said");
  const steps = said === null ? [] : (JSON.parse(said) as Step[][]).flat();
  return [viewOf(row, steps, row["answering"] !== true)];
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : textOf(row, column);
}
