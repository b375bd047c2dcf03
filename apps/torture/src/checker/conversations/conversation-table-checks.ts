import { TERMS } from "../../terms.ts";
import type { TableCheck } from "../table-check.ts";

const MAX_PRICE = Math.ceil((TERMS.maxTokens * Number(TERMS.pricePer1000Tokens)) / 1_000);

/** What a step of `step` is that an operation on conversations took on the wallet which pays for an answer. */
export const METERED_STEPS = `
  select tenant_id, id, created_at, 1, outcome::jsonb -> 'data' -> 'wallet' ->> 'step',
    jsonb_build_object('walletId', input::jsonb ->> 'walletId', 'amount', '${MAX_PRICE}', 'expiresInSeconds', ${TERMS.holdSeconds},
      'holdId', outcome::jsonb -> 'data' -> 'wallet' ->> 'holdId'),
    outcome::jsonb -> 'data' -> 'wallet'
  from holdfast.operations
  where kind like 'conversations.%' and outcome::jsonb ->> 'ok' = 'true' and outcome::jsonb -> 'data' ? 'wallet'`;

/**
 * `talk`: every command on conversations that succeeded. `written`: the messages that they were sent, in order, by the ids that
 * they have. `turn`: every version. `spoken`: each answer with what was said of it, how it ended, and what it used.
 */
export const CONVERSATION_PREPARATIONS: readonly string[] = [
  `create temp table talk on commit drop as
    select tenant_id, id as operation_id, created_at, substr(kind, 15) as kind, input::jsonb as input,
      outcome::jsonb -> 'data' as data, (outcome::jsonb -> 'data' ->> 'conversationId')::uuid as conversation_id
    from holdfast.operations where kind like 'conversations.%' and outcome::jsonb ->> 'ok' = 'true'`,
  `create temp table written on commit drop as
    select tenant_id, operation_id, conversation_id, kind, place, sent.value as message,
      coalesce(sent.value ->> 'id', 'imported-' || place) as message_id
    from talk cross join lateral jsonb_array_elements(
      coalesce(input -> 'messages', jsonb_build_array(input -> 'message'))) with ordinality as sent (value, place)
    where kind in ('append', 'send', 'importJson')`,
  `create temp table turn on commit drop as
    select tenant_id, conversation_id, version, operation_id, seq, 'message' as what from holdfast.messages
    union all select tenant_id, conversation_id, version, operation_id, seq, coalesce(status, 'said') from holdfast.answer_steps`,
  `create temp table spoken on commit drop as
    select message.tenant_id, message.conversation_id, message.seq, message.version, message.message_id, message.status,
      message.error, message.parts, said.*, used.tokens
    from holdfast.messages as message
    left join lateral (
      select count(step.status) as ends, min(step.version) as first,
        (array_agg(step.status order by step.version desc))[1] as last_status,
        (array_agg(step.error order by step.version desc))[1] as last_error
      from holdfast.answer_steps as step where step.tenant_id = message.tenant_id
        and step.conversation_id = message.conversation_id and step.seq = message.seq) as said on true
    left join (select tenant_id, input ->> 'answerId' as answer_id, max((input ->> 'tokens')::int) as tokens
      from talk where kind in ('save', 'settle') group by 1, 2) as used
      on used.tenant_id = message.tenant_id and used.answer_id = message.message_id
    where message.generated`,
  "analyze talk",
  "analyze written",
  "analyze turn",
  "analyze spoken",
];

const ANSWER = "conversation_id || ' answer ' || message_id";

export const conversationTableChecks: readonly TableCheck[] = [
  {
    invariant: "I8",
    rule: "seqs are not gap-free, or not in the order of versions",
    sql: `select conversation_id || ' seq ' || seq as place, format('number %s, version %s after %s', number, version, before) as wrong
      from (select *, row_number() over thread as number, lag(version, 1, 0::bigint) over thread as before
        from holdfast.messages window thread as (partition by tenant_id, conversation_id order by seq)) as message
      where seq <> number or version <= before`,
  },
  {
    invariant: "I8",
    rule: "a message id has two rows",
    sql: `select conversation_id || ' message ' || message_id as place, string_agg(seq::text, ', ') as wrong
      from holdfast.messages group by tenant_id, conversation_id, message_id having count(*) > 1`,
  },
  {
    invariant: "I8",
    rule: "versions of a conversation are not gap-free",
    sql: `select conversation_id || ' version ' || version as place, format('is number %s', number) as wrong
      from (select *, row_number() over (partition by tenant_id, conversation_id order by version) as number from turn) as turn
      where version <> number`,
  },
  {
    invariant: "I8",
    rule: "a conversation is not the sum of its rows",
    sql: `select coalesce(conversation.id, counted.conversation_id)::text as place,
        format('seq %s, version %s; %s messages, %s versions', last_seq, conversation.version, messages, versions) as wrong
      from holdfast.conversations as conversation full join (select tenant_id, conversation_id, count(*) as versions,
          count(*) filter (where what = 'message') as messages from turn group by 1, 2) as counted
        on counted.tenant_id = conversation.tenant_id and counted.conversation_id = conversation.id
      left join spoken as open on open.tenant_id = conversation.tenant_id and open.conversation_id = conversation.id
        and open.status = 'streaming'
      where (last_seq, conversation.version, conversation.answer_seq, conversation.answer_id::text) is distinct from
        (coalesce(messages, 0), coalesce(versions, 0), open.seq, open.message_id)`,
  },
  {
    invariant: "I8",
    rule: "a conversation is not as it was begun",
    sql: `select coalesce(conversation.id, begun.conversation_id)::text as place, format('by operation %s', begun.operation_id) as wrong
      from holdfast.conversations as conversation full join (select * from talk where kind in ('create', 'importJson')) as begun
        on begun.tenant_id = conversation.tenant_id and begun.conversation_id = conversation.id
      where (conversation.operation_id, conversation.owner_id, title)
        is distinct from (begun.operation_id, begun.data ->> 'ownerId', begun.input ->> 'title')`,
  },
  {
    invariant: "I8",
    rule: "a message that was acknowledged is not there, or says something else",
    sql: `select written.conversation_id || ' message ' || written.message_id as place,
        format('seq %s for operation %s', message.seq, written.operation_id) as wrong
      from written left join holdfast.messages as message on message.tenant_id = written.tenant_id
        and message.conversation_id = written.conversation_id and message.message_id = written.message_id
      left join talk on talk.tenant_id = written.tenant_id and talk.operation_id = written.operation_id
      where (message.role, message.parts::jsonb, message.metadata::jsonb) is distinct from
          (written.message ->> 'role', written.message -> 'parts', nullif(written.message -> 'metadata', 'null'))
        or (written.kind <> 'importJson' and message.seq::text is distinct from
          talk.data -> 'messages' -> (place - 1)::int ->> 'seq')`,
  },
  {
    invariant: "I8",
    rule: "a message that no operation was sent",
    sql: `select conversation_id || ' seq ' || seq as place, format('of operation %s', operation_id) as wrong
      from holdfast.messages as message left join talk using (tenant_id, operation_id, conversation_id)
      where talk.kind is null or case when generated then talk.data -> 'answer' ->> 'answerId' is distinct from message_id
        when status = 'failed' then talk.kind <> 'answer' or talk.data ->> 'answer' is not null
        else not exists (select from written where written.tenant_id = message.tenant_id
          and written.operation_id = message.operation_id and written.message_id = message.message_id) end`,
  },
  {
    invariant: "I8",
    rule: "an answer was told other than by who says it, or twice",
    sql: `select coalesce(talk.conversation_id, step.conversation_id) || ' version ' || coalesce(data ->> 'version', step.version::text)
          as place, format('%s: %s', talk.operation_id, step.steps) as wrong
      from (select * from talk where kind in ('save', 'settle', 'stop', 'abandon')) as talk
      full join (select *, count(*) over (partition by tenant_id, operation_id) as rows from holdfast.answer_steps) as step
        on step.tenant_id = talk.tenant_id and step.operation_id = talk.operation_id
      where step.rows is distinct from 1 or (step.version::text, step.seq::text, step.steps::jsonb, step.status)
        is distinct from (data ->> 'version', data ->> 'seq', coalesce(input -> 'steps', '[]'), nullif(data ->> 'status', 'streaming'))`,
  },
  {
    invariant: "I8",
    rule: "an answer has no one end, or another than its row says",
    sql: `select ${ANSWER} as place, format('%s; %s ends, the last is %s', status, ends, last_status) as wrong
      from spoken where ends > 1 or (ends = 1) <> (last_status is not null) or first <= version
        or (status, error) is distinct from (coalesce(last_status, 'streaming'), last_error)`,
  },
  {
    invariant: "I8",
    rule: "an answer is not what was said of it",
    sql: `select ${ANSWER} as place, format('%s instead of %s', text, said) as wrong
      from spoken cross join lateral (select coalesce(string_agg(part.value ->> 'text', '' order by at), '') as text
          from json_array_elements(parts) with ordinality as part (value, at)) as shown
        cross join lateral (select coalesce(string_agg(piece.value ->> 'append', '' order by step.version, at), '') as said
          from holdfast.answer_steps as step cross join lateral json_array_elements(steps) with ordinality as piece (value, at)
          where step.tenant_id = spoken.tenant_id and step.conversation_id = spoken.conversation_id
            and step.seq = spoken.seq) as heard
      where status <> 'streaming' and text <> said`,
  },
  {
    invariant: "I8",
    rule: "an answer was given up before its lease had ended, or went on long after",
    sql: `select conversation_id || ' version ' || version as place, format('%s, %s after %s', kind, created_at, before) as wrong
      from (select turn.*, talk.kind, talk.created_at, lag(talk.created_at) over life as before
        from turn join talk using (tenant_id, operation_id, conversation_id)
        where talk.data ->> 'seq' = turn.seq::text or talk.data -> 'answer' ->> 'seq' = turn.seq::text
        window life as (partition by turn.tenant_id, turn.conversation_id, turn.seq order by turn.version)) as turn
      where (kind = 'abandon' and created_at < before + interval '${TERMS.leaseSeconds} seconds')
        or (kind in ('save', 'settle', 'stop') and created_at > before + interval '${TERMS.leaseSeconds + 1} seconds')`,
  },
  {
    invariant: "I6",
    rule: "an answer was not paid for as it was said",
    sql: `select ${ANSWER} as place, format('captured %s of %s for %s tokens, %s', captured, amount, tokens, hold.status) as wrong
      from spoken join holdfast.holds as hold on hold.tenant_id = spoken.tenant_id and hold.id::text = spoken.message_id
      where captured > least(amount, ceil(coalesce(tokens, 0) * ${TERMS.pricePer1000Tokens} / 1000.0))
        or (hold.status <> 'expired' and spoken.last_status in ('complete', 'stopped')
          and captured <> least(amount, ceil(coalesce(tokens, 0) * ${TERMS.pricePer1000Tokens} / 1000.0)))
        or (hold.status in ('open', 'partially_captured') and spoken.last_status in ('complete', 'stopped'))`,
  },
];
