import type { Check } from "../write-path/verify.ts";

const MESSAGE_KEY = "message.tenant_id || '/' || message.conversation_id || '/' || message.seq";

/** Every version of every conversation, and what made it. */
const VERSIONS = `
  select tenant_id, conversation_id, version, operation_id from holdfast.messages
  union all select tenant_id, conversation_id, version, operation_id from holdfast.answer_steps`;

/** Each successful command on conversations, and each answer that was abandoned: what was asked for, and what was answered. */
const COMMANDS = `
  command as materialized (
    select *, data ->> 'conversationId' as conversation_id, (data ->> 'version')::bigint as version,
      coalesce(data -> 'answer' ->> 'answerId', data ->> 'answerId') as answer_id,
      coalesce(data -> 'answer' ->> 'seq', data ->> 'seq')::bigint as answer_seq,
      kind in ('settle', 'stop', 'abandon') as ends
    from (
      select tenant_id, id as operation_id, created_at, substr(kind, 15) as kind, input, (outcome -> 'data')::jsonb as data
      from holdfast.operations where kind like 'conversations.%' and outcome ->> 'ok' = 'true') as succeeded)`;

/** Why an answer failed. */
const ERROR = "case kind when 'abandon' then 'interrupted' else input ->> 'error' end";

/** Messages as the commands that wrote them tell: sent ones, answers as they were opened, and those that nobody could pay. */
const TOLD = `
  told as (
    select tenant_id, conversation_id, seq, version + seq - coalesce((data ->> 'lastSeq')::bigint, seq) as version,
      coalesce(sent ->> 'id', 'imported-' || seq) as message_id, sent ->> 'role' as role,
      nullif((sent -> 'metadata')::text, 'null') as metadata, (sent -> 'parts')::text as parts, 'complete' as status,
      null as error, false as generated, created_at, operation_id
    from (
      select command.*, sent, coalesce((stands ->> 'seq')::bigint, place) as seq
      from command cross join lateral rows from (
          json_array_elements(case kind when 'send' then json_build_array(input -> 'message') else input -> 'messages' end),
          jsonb_array_elements(data -> 'messages')) with ordinality as message (sent, stands, place)
      where kind in ('append', 'send', 'importJson') and not coalesce(stands ? 'alreadyThere', false)) as written
    union all
    select tenant_id, conversation_id, answer_seq, version, answer_id, 'assistant', null, '[]', 'streaming', null, true,
      created_at, operation_id
    from command where kind in ('send', 'answer') and answer_id is not null
    union all
    select tenant_id, conversation_id, (data -> 'failed' ->> 'seq')::bigint, version, data -> 'failed' ->> 'messageId',
      'assistant', null, '[]', 'failed', data -> 'failed' ->> 'error', false, created_at, operation_id
    from command where kind = 'answer' and answer_id is null)`;

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
      with ${COMMANDS}, ${TOLD},
      ended as (
        select tenant_id, conversation_id, answer_seq, data ->> 'status' as status, data ->> 'partsHash' as parts_hash,
          ${ERROR} as error
        from command where ends)
      select coalesce(message.tenant_id, told.tenant_id) || '/' || coalesce(message.conversation_id::text, told.conversation_id)
          || '/' || coalesce(message.seq, told.seq) as row_key,
        case when message.seq is null then 'is missing though its operation wrote it'
          else 'differs from what its operations tell, or has none' end as message
      from holdfast.messages as message
      full join told on told.tenant_id = message.tenant_id and told.conversation_id = message.conversation_id::text
        and told.seq = message.seq
      left join ended on ended.tenant_id = told.tenant_id and ended.conversation_id = told.conversation_id
        and ended.answer_seq = told.seq
      where (message.operation_id, message.created_at, message.version, message.message_id, message.role,
          message.metadata::text, message.generated, message.status, message.error,
          case when ended.parts_hash is null then message.parts::text
            else encode(sha256(convert_to(message.parts::text, 'UTF8')), 'hex') end)
        is distinct from (told.operation_id, told.created_at, told.version, told.message_id, told.role,
          told.metadata, told.generated, coalesce(ended.status, told.status), coalesce(ended.error, told.error),
          coalesce(ended.parts_hash, told.parts))`,
  },
  {
    invariant: "I8",
    table: "answer_steps",
    sql: `
      with ${COMMANDS},
      told as (
        select tenant_id, conversation_id, version, answer_seq as seq, operation_id,
          coalesce((input -> 'steps')::text, '[]') as steps, case when ends then data ->> 'status' end as status,
          ${ERROR} as error
        from command where ends or kind = 'save')
      select coalesce(said.tenant_id, told.tenant_id) || '/' || coalesce(said.conversation_id::text, told.conversation_id)
          || '/' || coalesce(said.version, told.version) as row_key,
        case when said.version is null then 'is missing though its operation wrote it'
          else 'differs from what its operation tells, or has none' end as message
      from holdfast.answer_steps as said full join told on told.tenant_id = said.tenant_id
        and told.conversation_id = said.conversation_id::text and told.version = said.version
      where (said.operation_id, said.seq, said.steps::text, said.status, said.error)
        is distinct from (told.operation_id, told.seq, told.steps, told.status, told.error)`,
  },
  {
    invariant: "I8",
    table: "conversations",
    sql: `
      with ${COMMANDS},
      last as (
        select distinct on (tenant_id, conversation_id) *
        from (select *, bool_or(data -> 'wallet' ->> 'step' = 'hold') over (partition by tenant_id, answer_id) as paid
          from command where answer_id is not null) as answer
        order by tenant_id, conversation_id, version desc),
      asked as (
        -- Who sends again what has arrived asks for nothing.
        select distinct on (tenant_id, conversation_id) *, kind = 'send' and answer_id is null as waiting
        from command where kind = 'answer' or (kind = 'send' and not data -> 'messages' -> 0 ? 'alreadyThere')
        order by tenant_id, conversation_id, version desc)
      select coalesce(conversation.tenant_id, created.tenant_id) || '/'
          || coalesce(conversation.id::text, created.conversation_id) as row_key,
        case when conversation.id is null then 'is missing though it was created'
          else 'differs from what its operations tell, or has none' end as message
      from holdfast.conversations as conversation
      full join (select * from command where kind in ('create', 'importJson')) as created
        on created.tenant_id = conversation.tenant_id and created.conversation_id = conversation.id::text
      left join last on last.tenant_id = created.tenant_id and last.conversation_id = created.conversation_id and not last.ends
      left join asked on asked.tenant_id = created.tenant_id and asked.conversation_id = created.conversation_id
        and asked.waiting
      where (conversation.operation_id, conversation.created_at, conversation.owner_id, conversation.title,
          conversation.answer_id::text, conversation.answer_seq, conversation.answer_paid, conversation.answer_lease_until,
          conversation.waiting, conversation.waiting_wallet_id::text)
        is distinct from (created.operation_id, created.created_at, created.data ->> 'ownerId', created.data ->> 'title',
          last.answer_id, last.answer_seq, case when last.answer_id is not null then coalesce(last.paid, false) end,
          coalesce(last.data -> 'answer' ->> 'leaseUntil', last.data ->> 'leaseUntil')::timestamptz,
          asked.waiting is not null, asked.input ->> 'walletId')`,
  },
];
