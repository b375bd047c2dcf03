import { pgArray, type Statements } from "../statements.ts";
import type { Conversation, ConversationRows } from "./conversation.ts";

/** JSON has no raw control character, so one can part it; in an array literal every quotation mark would be escaped. */
const JSON_SEPARATOR = "\x1e";
const jsons = (values: readonly unknown[]): string =>
  values.map((value) => JSON.stringify(value)).join(JSON_SEPARATOR);

const INSERT_CONVERSATIONS = `
  insert into holdfast.conversations (tenant_id, id, owner_id, title, last_seq, version, waiting, created_at, operation_id)
  select $1::int, id, owner_id, title, 0, 0, false, to_timestamp($2::float8 / 1000), operation_id
  from unnest($3::uuid[], $4::text[], $5::text[], $6::uuid[]) as created (id, owner_id, title, operation_id)`;

/** `metadata` is JSON, or "null" where there is none: in a message, null and none are the same. */
const INSERT_MESSAGES = `
  insert into holdfast.messages
    (tenant_id, conversation_id, seq, message_id, role, metadata, parts, status, error, generated, version, created_at,
      operation_id)
  select $1::int, conversation_id, seq, message_id, role, nullif(metadata, 'null')::json, parts::json, status, error,
    status = 'streaming', version, to_timestamp($2::float8 / 1000), operation_id
  from unnest($3::uuid[], $4::bigint[], $5::text[], $6::text[], string_to_array($7::text, E'\\x1e'),
      string_to_array($8::text, E'\\x1e'), $9::text[], $10::text[], $11::bigint[], $12::uuid[])
    as appended (conversation_id, seq, message_id, role, metadata, parts, status, error, version, operation_id)`;

const INSERT_STEPS = `
  insert into holdfast.answer_steps (tenant_id, conversation_id, version, seq, steps, status, error, operation_id)
  select $1::int, conversation_id, version, seq, steps::json, status, error, operation_id
  from unnest($2::uuid[], $3::bigint[], $4::bigint[], string_to_array($5::text, E'\\x1e'), $6::text[], $7::text[], $8::uuid[])
    as said (conversation_id, version, seq, steps, status, error, operation_id)`;

const SETTLE_ANSWERS = `select holdfast.settle_answers($1::int, $2::uuid[], $3::bigint[],
  string_to_array($4::text, E'\\x1e'), $5::text[], $6::text[])`;

const CHANGE_CONVERSATIONS = `select holdfast.change_conversations($1::int, $2::uuid[], $3::bigint[], $4::bigint[],
  $5::bigint[], $6::uuid[], $7::bigint[], $8::timestamptz[], $9::boolean[], $10::boolean[], $11::uuid[])`;

/**
 * Writes a batch: a statement for each kind of change. The functions check that rows are as they were decided on. What is new
 * is of the moment at which it was decided, which its operation tells, too.
 */
export function writeConversationRows(
  tx: Statements,
  tenantId: number,
  rows: ConversationRows,
  atMs: number,
): void {
  const [tenant, at] = [String(tenantId), String(atMs)];
  const { created, appended, said, settled } = rows;
  if (created.length > 0) {
    void tx.run(INSERT_CONVERSATIONS, [
      tenant,
      at,
      pgArray(created.map(({ conversation }) => conversation.id)),
      pgArray(created.map(({ conversation }) => conversation.ownerId)),
      pgArray(created.map(({ conversation }) => conversation.title ?? null)),
      pgArray(created.map(({ operationId }) => operationId)),
    ]);
  }
  if (appended.length > 0) {
    void tx.run(INSERT_MESSAGES, [
      tenant,
      at,
      pgArray(appended.map(({ conversationId }) => conversationId)),
      pgArray(appended.map(({ seq }) => seq)),
      pgArray(appended.map(({ message }) => message.id)),
      pgArray(appended.map(({ message }) => message.role)),
      jsons(appended.map(({ message }) => message.metadata ?? null)),
      jsons(appended.map(({ message }) => message.parts)),
      pgArray(appended.map(({ status }) => status)),
      pgArray(appended.map(({ error }) => error ?? null)),
      pgArray(appended.map(({ version }) => version)),
      pgArray(appended.map(({ operationId }) => operationId)),
    ]);
  }
  if (said.length > 0) {
    void tx.run(INSERT_STEPS, [
      tenant,
      pgArray(said.map(({ conversationId }) => conversationId)),
      pgArray(said.map(({ version }) => version)),
      pgArray(said.map(({ seq }) => seq)),
      jsons(said.map(({ steps }) => steps)),
      pgArray(said.map(({ status }) => status ?? null)),
      pgArray(said.map(({ error }) => error ?? null)),
      pgArray(said.map(({ operationId }) => operationId)),
    ]);
  }
  if (settled.length > 0) {
    void tx.run(SETTLE_ANSWERS, [
      tenant,
      pgArray(settled.map(({ conversationId }) => conversationId)),
      pgArray(settled.map(({ seq }) => seq)),
      jsons(settled.map(({ parts }) => parts)),
      pgArray(settled.map(({ status }) => status)),
      pgArray(settled.map(({ error }) => error ?? null)),
    ]);
  }
  const changed = [...rows.changed].map((id) => rows.conversations.get(id) as Conversation);
  if (changed.length === 0) return;
  const before = (id: string): Pick<Conversation, "version" | "lastSeq"> =>
    rows.before.get(id) ?? { version: 0n, lastSeq: 0n };
  void tx.run(CHANGE_CONVERSATIONS, [
    tenant,
    pgArray(changed.map(({ id }) => id)),
    pgArray(changed.map(({ id }) => before(id).version)),
    pgArray(changed.map(({ id, version }) => version - before(id).version)),
    pgArray(changed.map(({ id, lastSeq }) => lastSeq - before(id).lastSeq)),
    pgArray(changed.map(({ answer }) => answer?.id ?? null)),
    pgArray(changed.map(({ answer }) => answer?.seq ?? null)),
    pgArray(changed.map(({ answer }) => (answer ? new Date(answer.leaseUntilMs).toISOString() : null))),
    pgArray(changed.map(({ answer }) => (answer ? `${answer.paid}` : null))),
    pgArray(changed.map(({ waiting }) => `${waiting !== undefined}`)),
    pgArray(changed.map(({ waiting }) => waiting?.walletId ?? null)),
  ]);
}
