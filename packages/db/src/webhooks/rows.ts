import { pgArray, type Row, type Statements, textOf } from "../statements.ts";
import { type LockableTable, lockRows } from "../write-path/lock.ts";
import type { WebhookStatus } from "./commands.ts";
import { topicName, type Webhook, WebhookRows } from "./webhook.ts";

/** What a batch needs of webhooks: the locks, and of what they guard only what somebody asks for. */
export interface WantedWebhooks {
  readonly webhooks: readonly string[];
  readonly deliveries: readonly string[];
  readonly topics: readonly { readonly webhookId: string; readonly kind: string; readonly id: string }[];
  readonly count: boolean;
}

const SEPARATOR = "\x1f";

const WEBHOOKS: LockableTable = {
  table: "holdfast.webhooks",
  key: "id",
  keyType: "uuid",
  columns: [
    "url",
    "array_to_string(topics, E'\\x1f') as topics",
    "description",
    "status",
    "reason",
    "secret_version::text",
    "floor(extract(epoch from previous_secret_until) * 1000)::bigint::text as previous_secret_until_ms",
  ],
};

const COUNT = `select count(*)::text as webhooks from holdfast.webhooks where tenant_id = $1::int and status <> 'removed'`;

/** A webhook's topics are only left under its lock, so they are read without one of their own. */
const READ_TOPICS = `
  select found.* from unnest($2::uuid[], $3::text[], $4::text[]) as wanted (webhook_id, kind, topic_id) cross join lateral (
    select webhook_id::text, kind, topic_id, null as delivery_id, null as version from holdfast.webhook_topics
    where tenant_id = $1::int and webhook_id = wanted.webhook_id and kind = wanted.kind and topic_id = wanted.topic_id
      and state <> 'left' offset 0) as found
  union all
  select found.* from unnest($5::uuid[]) as wanted (id) cross join lateral (
    select delivery.webhook_id::text, delivery.kind, delivery.topic_id, delivery.id::text, delivery.version::text
    from holdfast.webhook_deliveries as delivery join holdfast.webhook_topics as topic
      on topic.tenant_id = $1::int and topic.webhook_id = delivery.webhook_id and topic.kind = delivery.kind
        and topic.topic_id = delivery.topic_id and topic.state <> 'left'
    where delivery.tenant_id = $1::int and delivery.id = wanted.id offset 0) as found`;

/** Locks webhooks, and reads what their locks guard; the statements travel together. */
export async function lockWebhookRows(
  tx: Statements,
  tenantId: number,
  wanted: WantedWebhooks,
  wait: boolean,
): Promise<{ rows: WebhookRows; stuck: ReadonlySet<string> }> {
  const rows = new WebhookRows();
  const { webhooks, deliveries, topics } = wanted;
  if (webhooks.length === 0 && !wanted.count) return { rows, stuck: new Set() };
  const tenant = String(tenantId);
  const [locked, known, [counted]] = await Promise.all([
    lockRows(tx, tenantId, WEBHOOKS, webhooks, wait),
    topics.length + deliveries.length === 0
      ? []
      : tx.run(READ_TOPICS, [
          tenant,
          pgArray(topics.map(({ webhookId }) => webhookId)),
          pgArray(topics.map(({ kind }) => kind)),
          pgArray(topics.map(({ id }) => id)),
          pgArray(deliveries),
        ]),
    wanted.count ? tx.run(COUNT, [tenant]) : [],
  ]);
  for (const [id, row] of locked.rows) rows.webhooks.set(id, webhookOf(id, row));
  for (const row of known) {
    const [webhookId, kind, topicId] = [
      textOf(row, "webhook_id"),
      textOf(row, "kind"),
      textOf(row, "topic_id"),
    ];
    rows.topics.add(topicName(webhookId, kind, topicId));
    if (row["delivery_id"] === null) continue;
    const version = BigInt(textOf(row, "version"));
    rows.deliveries.set(textOf(row, "delivery_id"), { webhookId, kind, topicId, version });
  }
  if (counted !== undefined) rows.count = Number(textOf(counted, "webhooks"));
  return { rows, stuck: locked.stuck };
}

/** A row with the columns of `WEBHOOK_COLUMNS`. */
export function webhookOf(id: string, row: Row): Webhook {
  const until = row["previous_secret_until_ms"];
  return {
    id,
    url: textOf(row, "url"),
    topics: textOf(row, "topics").split(SEPARATOR),
    description: row["description"] === null ? undefined : textOf(row, "description"),
    status: textOf(row, "status") as WebhookStatus,
    reason: row["reason"] === null ? undefined : textOf(row, "reason"),
    secretVersion: Number(textOf(row, "secret_version")),
    previousSecretUntilMs: typeof until === "string" ? Number(until) : undefined,
  };
}

export const WEBHOOK_COLUMNS = WEBHOOKS.columns.join(", ");
