import type { Check } from "../write-path/verify.ts";

const MESSAGE_KEY = "message.tenant_id || '/' || message.conversation_id || '/' || message.seq";

/** Every version of every conversation, and what made it. */
const VERSIONS = `
  select tenant_id, conversation_id, version, operation_id from holdfast.messages
  union all select tenant_id, conversation_id, version, operation_id from holdfast.answer_steps`;

/** Messages as the operations that wrote them say; whoever generates an answer says it later. */
const WRITTEN = `
  written as materialized (
    select operation.tenant_id, operation.id as operation_id, sent.value as message, sent.place
    from (
      select tenant_id, id, kind, input, outcome from holdfast.operations
      where kind in ('conversations.append', 'conversations.send', 'conversations.importJson')
        and outcome ->> 'ok' = 'true') as operation
    cross join lateral json_array_elements(case operation.kind when 'conversations.send'
      then json_build_array(operation.input -> 'message') else operation.input -> 'messages' end)
      with ordinality as sent (value, place))`;

export const conversationChecks: readonly Check[] = [
  {
    invariant: "I1",
    table: "operations",
    sql: `
      select distinct tenant_id || '/' || operation_id as row_key, 'is missing though ' || source || ' refers to it' as message
      from (
        select tenant_id, operation_id, 'a conversation' as source from holdfast.conversations
        union all select tenant_id, operation_id, 'a version of a conversation' from (${VERSIONS}) as version) as named
      where not exists (select from holdfast.operations as operation
        where operation.tenant_id = named.tenant_id and operation.id = named.operation_id)`,
  },
  {
    invariant: "I8",
    table: "conversations",
    sql: `
      select conversation.tenant_id || '/' || conversation.id as row_key,
        format('is at seq %s and version %s; its rows say %s messages up to %s, and %s versions up to %s', conversation.last_seq,
          conversation.version, coalesce(counted.messages, 0), coalesce(counted.last_seq, 0),
          coalesce(version.versions, 0), coalesce(version.last, 0)) as message
      from holdfast.conversations as conversation
      left join (select tenant_id, conversation_id, count(*) as messages, max(seq) as last_seq
        from holdfast.messages group by 1, 2) as counted
        on counted.tenant_id = conversation.tenant_id and counted.conversation_id = conversation.id
      left join (select tenant_id, conversation_id, count(distinct version) as versions, max(version) as last
        from (${VERSIONS}) as version group by 1, 2) as version
        on version.tenant_id = conversation.tenant_id and version.conversation_id = conversation.id
      where (conversation.last_seq, conversation.last_seq, conversation.version, conversation.version)
        is distinct from (coalesce(counted.messages, 0), coalesce(counted.last_seq, 0),
          coalesce(version.versions, 0), coalesce(version.last, 0))`,
  },
  {
    invariant: "I8",
    table: "messages",
    sql: `
      select ${MESSAGE_KEY} as row_key,
        format('does not follow from seq %s, version %s before it', before, version_before) as message
      from (select *, lag(seq, 1, 0::bigint) over one as before, lag(version, 1, 0::bigint) over one as version_before
        from holdfast.messages window one as (partition by tenant_id, conversation_id order by seq)) as message
      where seq <> before + 1 or version <= version_before
        or not exists (select from holdfast.conversations where tenant_id = message.tenant_id and id = message.conversation_id)`,
  },
  {
    invariant: "I8",
    table: "messages",
    sql: `
      with ${WRITTEN}
      select ${MESSAGE_KEY} as row_key, 'differs from what its operation was sent, or has none' as message
      from holdfast.messages as message left join written
        on written.tenant_id = message.tenant_id and written.operation_id = message.operation_id
          and coalesce(written.message ->> 'id', 'imported-' || written.place) = message.message_id
      where not message.generated and message.status = 'complete'
        and (message.role, message.parts::text, message.metadata::text, message.error)
          is distinct from (written.message ->> 'role', (written.message -> 'parts')::text,
            nullif((written.message -> 'metadata')::text, 'null'), null)`,
  },
  {
    invariant: "I8",
    table: "messages",
    sql: `
      with ${WRITTEN}
      select operation.tenant_id || '/' || operation.id as row_key,
        format('message %s is missing though the operation wrote it', written.message ->> 'id') as message
      from written join holdfast.operations as operation
        on operation.tenant_id = written.tenant_id and operation.id = written.operation_id
      where not exists (select from holdfast.messages as message
        where message.tenant_id = operation.tenant_id
          and message.conversation_id = (operation.outcome -> 'data' ->> 'conversationId')::uuid
          and message.message_id = coalesce(written.message ->> 'id', 'imported-' || written.place))`,
  },
  {
    invariant: "I8",
    table: "messages",
    sql: `
      select ${MESSAGE_KEY} as row_key,
        format('is %s; its conversation and what was said of it say %s', message.status, coalesce(last.status, 'streaming')) as message
      from holdfast.messages as message
      left join holdfast.conversations as conversation
        on conversation.tenant_id = message.tenant_id and conversation.id = message.conversation_id
          and conversation.answer_seq = message.seq and conversation.answer_id::text = message.message_id
      left join lateral (select status, error from holdfast.answer_steps as step
        where step.tenant_id = message.tenant_id and step.conversation_id = message.conversation_id
          and step.version > message.version and step.seq = message.seq
        order by step.version desc limit 1) as last on true
      where message.generated and ((message.status = 'streaming') <> (conversation.id is not null)
        or (message.status, message.error) is distinct from (coalesce(last.status, 'streaming'), last.error))`,
  },
];
