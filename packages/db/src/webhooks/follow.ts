import { pgArray } from "../statements.ts";
import type { Follower } from "../write-path/feature.ts";

/**
 * Says, in the transaction that changes a topic, that webhooks have something to send. A row that says so already stays as it
 * is but is locked all the same: whoever has sent everything takes the lock before the row becomes idle, and so sees this
 * transaction's change or is before it. Webhooks that are disabled are told too: they go on where they were.
 *
 * It makes no job. That would NOTIFY, for which Postgres lets transactions commit one after the other (17,000 → 4,200 commits
 * a second, measured), and need a queue where Holdfast is embedded without one.
 */
const FOLLOW = `
  insert into holdfast.webhook_topics as topic (tenant_id, webhook_id, kind, topic_id, sent, state, failures, since)
  select $1::int, webhook.id, changed.kind, changed.id, changed.first - 1, 'waiting', 0, to_timestamp($2::float8 / 1000)
  from holdfast.webhooks as webhook cross join unnest($3::text[], $4::text[], $5::bigint[]) as changed (kind, id, first)
  where webhook.tenant_id = $1::int and webhook.status <> 'removed' and changed.kind = any (webhook.topics)
  order by webhook.id, changed.kind, changed.id
  on conflict (tenant_id, webhook_id, kind, topic_id)
    do update set state = 'waiting', since = excluded.since,
      sent = case topic.state when 'left' then excluded.sent else topic.sent end
    where topic.state in ('idle', 'left')`;

export const webhookFollower: Follower = {
  wanted: "exists (select from holdfast.webhooks where tenant_id = $1::int and status <> 'removed')",

  follow(tx, tenantId, topics, atMs) {
    void tx.run(FOLLOW, [
      String(tenantId),
      String(atMs),
      pgArray(topics.map(({ kind }) => kind)),
      pgArray(topics.map(({ id }) => id)),
      pgArray(topics.map(({ first }) => first)),
    ]);
  },
};
