import type { Principal } from "../principal.ts";
import type { Statements } from "../statements.ts";
import type { RecordedOperation, WrittenRow } from "../write-path/feature.ts";

const WEBHOOK = `
  select id::text as "webhookId", url, array_to_string(topics, ',') as topics, description, status, reason,
    secret_version::text as "secretVersion",
    to_char(previous_secret_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "previousSecretUntil"
  from holdfast.webhooks where tenant_id = $1::int and id = $2::uuid`;

const TOPIC = `
  select webhook_id::text as "webhookId", kind, topic_id as "topicId", sent::text, state, failures::text
  from holdfast.webhook_topics where tenant_id = $1::int and webhook_id = $2::uuid and kind = $3 and topic_id = $4`;

interface Told {
  readonly webhookId: string;
  /** Kinds, or of a replay the topic. */
  readonly topics?: unknown;
  readonly topic?: { readonly kind: string; readonly id: string };
}

/** The webhook of an operation, or the topic that it sends again; for admins, who alone manage webhooks. */
export async function writtenByWebhooks(
  tx: Statements,
  { tenantId, role }: Principal,
  { kind, outcome }: RecordedOperation,
): Promise<WrittenRow[]> {
  if (role !== "admin" || !kind.startsWith("webhooks.") || !outcome.ok) return [];
  const { webhookId, topic } = outcome.data as Told;
  const rows =
    topic === undefined
      ? await tx.run(WEBHOOK, [String(tenantId), webhookId])
      : await tx.run(TOPIC, [String(tenantId), webhookId, topic.kind, topic.id]);
  return rows.map((row) => ({ table: topic === undefined ? "webhooks" : "webhook_topics", row }));
}
