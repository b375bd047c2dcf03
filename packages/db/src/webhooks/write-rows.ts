import { ROWS_DIFFER } from "../postgres-error.ts";
import { pgArray, type Statements } from "../statements.ts";
import type { Webhook, WebhookRows } from "./webhook.ts";

/** Writes a batch: a statement for each kind of change. */
export function writeWebhookRows(tx: Statements, tenantId: number, rows: WebhookRows, atMs: number): void {
  const tenant = String(tenantId);
  const { created, replays } = rows;
  if (created.length > 0) {
    const after = created.map(({ webhook }) => rows.webhooks.get(webhook.id) ?? webhook);
    void tx.run(INSERT_WEBHOOKS, [
      tenant,
      String(atMs),
      ...columnsOf(after),
      pgArray(created.map(({ operationId }) => operationId)),
    ]);
  }
  const isNew = new Set(created.map(({ webhook }) => webhook.id));
  const changed = [...rows.changed].filter((id) => !isNew.has(id)).sort();
  if (changed.length > 0) {
    const after = changed.flatMap((id) => rows.webhooks.get(id) ?? []);
    void tx.run(UPDATE_WEBHOOKS, [tenant, String(after.length), ...columnsOf(after)]);
    void tx.run(LEAVE_TOPICS, [tenant, pgArray(changed)]);
  }
  if (rows.resumed.size > 0) void tx.run(RESUME_TOPICS, [tenant, pgArray([...rows.resumed].sort())]);
  if (replays.length > 0) {
    void tx.run(REPLAY_TOPICS, [
      tenant,
      String(atMs),
      pgArray(replays.map(({ webhookId }) => webhookId)),
      pgArray(replays.map(({ kind }) => kind)),
      pgArray(replays.map(({ topicId }) => topicId)),
      pgArray(replays.map(({ version }) => version)),
    ]);
  }
}

const SEPARATOR = "\x1f";
const LISTED = (
  first: number,
) => `unnest($${first}::uuid[], $${first + 1}::text[], $${first + 2}::text[], $${first + 3}::text[],
    $${first + 4}::text[], $${first + 5}::text[], $${first + 6}::int[], $${first + 7}::bigint[]`;
const NAMES = "id, url, topics, description, status, reason, secret_version, previous_secret_until_ms";

const INSERT_WEBHOOKS = `
  insert into holdfast.webhooks (tenant_id, id, url, topics, description, status, reason, secret_version,
    previous_secret_until, created_at, operation_id)
  select $1::int, id, url, string_to_array(topics, E'\\x1f'), description, status, reason, secret_version,
    to_timestamp(previous_secret_until_ms / 1000.0), to_timestamp($2::float8 / 1000), operation_id
  from ${LISTED(3)}, $11::uuid[]) as created (${NAMES}, operation_id)`;

const UPDATE_WEBHOOKS = `
  with written as (
    update holdfast.webhooks as webhook set url = after.url, topics = string_to_array(after.topics, E'\\x1f'),
      description = after.description, status = after.status, reason = after.reason, secret_version = after.secret_version,
      previous_secret_until = to_timestamp(after.previous_secret_until_ms / 1000.0)
    from ${LISTED(3)}) as after (${NAMES})
    where webhook.tenant_id = $1::int and webhook.id = after.id returning 1)
  select holdfast.expect_rows(count(*), $2::bigint, '${ROWS_DIFFER}') from written`;

/** Those of kinds that a webhook no longer follows; should it follow one again, it begins with what changes then. */
const LEAVE_TOPICS = `
  update holdfast.webhook_topics as topic set state = 'left', failures = 0 from unnest($2::uuid[]) as changed (id)
  where topic.tenant_id = $1::int and topic.webhook_id = changed.id and not exists (
    select from holdfast.webhooks as webhook where webhook.tenant_id = $1::int and webhook.id = changed.id
      and webhook.status <> 'removed' and topic.kind = any (webhook.topics))`;

/** What has a job that may have to wait for hours gets a new one, which begins at once. In the one order of these rows. */
const RESUME_TOPICS = `
  with locked as (
    select topic.webhook_id, topic.kind, topic.topic_id from unnest($2::uuid[]) as resumed (id)
      join holdfast.webhook_topics as topic
        on topic.tenant_id = $1::int and topic.webhook_id = resumed.id and topic.state = 'queued'
    order by topic.webhook_id, topic.kind, topic.topic_id for no key update of topic)
  update holdfast.webhook_topics as topic set state = 'waiting', failures = 0 from locked
  where topic.tenant_id = $1::int and topic.webhook_id = locked.webhook_id and topic.kind = locked.kind
    and topic.topic_id = locked.topic_id and topic.state = 'queued'`;

/** A version that has not been sent yet comes by itself. */
const REPLAY_TOPICS = `
  update holdfast.webhook_topics as topic set sent = least(topic.sent, replay.version - 1), state = 'waiting', failures = 0,
    since = case when topic.state = 'idle' then to_timestamp($2::float8 / 1000) else topic.since end
  from (
    select webhook_id, kind, topic_id, min(version) as version
    from unnest($3::uuid[], $4::text[], $5::text[], $6::bigint[]) as asked (webhook_id, kind, topic_id, version)
    group by webhook_id, kind, topic_id) as replay
  where topic.tenant_id = $1::int and topic.webhook_id = replay.webhook_id and topic.kind = replay.kind
    and topic.topic_id = replay.topic_id and topic.state <> 'left'`;

function columnsOf(webhooks: readonly Webhook[]): string[] {
  return [
    pgArray(webhooks.map(({ id }) => id)),
    pgArray(webhooks.map(({ url }) => url)),
    pgArray(webhooks.map(({ topics }) => topics.join(SEPARATOR))),
    pgArray(webhooks.map(({ description }) => description ?? null)),
    pgArray(webhooks.map(({ status }) => status)),
    pgArray(webhooks.map(({ reason }) => reason ?? null)),
    pgArray(webhooks.map(({ secretVersion }) => secretVersion)),
    pgArray(webhooks.map(({ previousSecretUntilMs }) => previousSecretUntilMs ?? null)),
  ];
}
