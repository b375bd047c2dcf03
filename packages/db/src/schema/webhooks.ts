import { sql } from "drizzle-orm";
import { bigint, check, index, integer, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { holdfast, instant } from "./schema.ts";

const count = (name: string) => bigint(name, { mode: "bigint" });

/** An endpoint of a tenant's, to be told of every change of some kinds of topics. Its secret is derived, and in no column. */
export const webhooks = holdfast.table(
  "webhooks",
  {
    tenantId: integer("tenant_id").notNull(),
    id: uuid("id").notNull(),
    url: text("url").notNull(),
    /** The kinds of topics that it follows. */
    topics: text("topics").array().notNull(),
    description: text("description"),
    status: text("status").notNull(),
    /** Why it is disabled. */
    reason: text("reason"),
    /** Counts the secrets that it has had; the one before signs too, until its time is over. */
    secretVersion: integer("secret_version").notNull(),
    previousSecretUntil: instant("previous_secret_until"),
    createdAt: instant("created_at").notNull(),
    /** The operation that created it. */
    operationId: uuid("operation_id").notNull(),
  },
  (webhook) => [
    primaryKey({ name: "webhooks_pkey", columns: [webhook.tenantId, webhook.id] }),
    check("webhooks_status_known", sql`${webhook.status} in ('enabled', 'disabled', 'removed')`),
    check("webhooks_secret_version_positive", sql`${webhook.secretVersion} > 0`),
  ],
);

/**
 * How far a webhook is with a topic, and whether there is something to send: written by the transaction that changes the topic,
 * under the topic's lock. An idle row has been sent everything; a waiting one needs a job, a queued one has it; one that was left
 * is of a kind that the webhook no longer follows.
 */
export const webhookTopics = holdfast.table(
  "webhook_topics",
  {
    tenantId: integer("tenant_id").notNull(),
    webhookId: uuid("webhook_id").notNull(),
    kind: text("kind").notNull(),
    topicId: text("topic_id").notNull(),
    /** The version up to which everything has arrived. */
    sent: count("sent").notNull(),
    state: text("state").notNull(),
    /** How often the next version has failed to arrive. */
    failures: integer("failures").notNull(),
    /** Since when something is to be sent, or when something has last arrived. */
    since: instant("since").notNull(),
  },
  (topic) => [
    primaryKey({
      name: "webhook_topics_pkey",
      columns: [topic.tenantId, topic.webhookId, topic.kind, topic.topicId],
    }),
    // For whoever makes jobs of what waits; what is idle is not in it.
    index("webhook_topics_busy")
      .on(topic.tenantId, topic.webhookId, topic.state, topic.since)
      .where(sql`${topic.state} in ('waiting', 'queued')`),
    check("webhook_topics_state_known", sql`${topic.state} in ('idle', 'waiting', 'queued', 'left')`),
    check("webhook_topics_sent_not_negative", sql`${topic.sent} >= 0 and ${topic.failures} >= 0`),
  ],
);

/** What became of sending one version of a topic to a webhook: a row from its first attempt on. */
export const webhookDeliveries = holdfast.table(
  "webhook_deliveries",
  {
    tenantId: integer("tenant_id").notNull(),
    /** The `webhook-id` of the message: made of webhook, topic and version, so the same each time. */
    id: uuid("id").notNull(),
    webhookId: uuid("webhook_id").notNull(),
    kind: text("kind").notNull(),
    topicId: text("topic_id").notNull(),
    version: count("version").notNull(),
    status: text("status").notNull(),
    attempts: integer("attempts").notNull(),
    /** Of the last attempt: the HTTP status, or null when there was no answer; how long it took; what went wrong. */
    statusCode: integer("status_code"),
    latencyMs: integer("latency_ms").notNull(),
    error: text("error"),
    nextAttemptAt: instant("next_attempt_at"),
    firstAt: instant("first_at").notNull(),
    lastAt: instant("last_at").notNull(),
  },
  (delivery) => [
    primaryKey({ name: "webhook_deliveries_pkey", columns: [delivery.tenantId, delivery.id] }),
    index("webhook_deliveries_newest").on(
      delivery.tenantId,
      delivery.webhookId,
      delivery.firstAt,
      delivery.id,
    ),
    check("webhook_deliveries_status_known", sql`${delivery.status} in ('delivered', 'failed')`),
    check("webhook_deliveries_attempts_positive", sql`${delivery.attempts} > 0`),
  ],
);
