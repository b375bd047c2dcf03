import type { Check } from "../write-path/verify.ts";

/** The version at which each topic of Holdfast's own is; a caller's own kinds are left out. */
const TOPICS = `(
    select tenant_id, 'wallet' as kind, id::text as topic_id, version from holdfast.wallets
    union all select tenant_id, 'show', id::text, version from holdfast.shows
    union all select tenant_id, 'conversation', id::text, version from holdfast.conversations)`;

const KEY = "topic.tenant_id || '/' || topic.webhook_id || '/' || topic.kind || '/' || topic.topic_id";

export const webhookChecks: readonly Check[] = [
  {
    // A change that was committed and not written down for the webhook would never be sent.
    invariant: "I8",
    table: "webhook_topics",
    sql: `
      select ${KEY} as row_key, 'is idle at version ' || sent || ', but its topic is at ' || version as message
      from holdfast.webhook_topics as topic join ${TOPICS} as at using (tenant_id, kind, topic_id)
      where topic.state = 'idle' and topic.sent <> at.version`,
  },
  {
    invariant: "I8",
    table: "webhook_topics",
    sql: `
      select ${KEY} as row_key, 'has sent version ' || sent || ', but its topic is at ' || version as message
      from holdfast.webhook_topics as topic join ${TOPICS} as at using (tenant_id, kind, topic_id)
      where topic.state in ('waiting', 'queued') and topic.sent > at.version`,
  },
  {
    invariant: "I8",
    table: "webhook_topics",
    sql: `
      select ${KEY} as row_key, 'belongs to a webhook that is not there' as message
      from holdfast.webhook_topics as topic
      left join holdfast.webhooks as webhook on webhook.tenant_id = topic.tenant_id and webhook.id = topic.webhook_id
      where webhook.id is null`,
  },
];
