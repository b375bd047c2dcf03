import { randomUUID } from "node:crypto";
import { type Db, deliveryIdOf, listWebhooks, type Principal, recordAttempt } from "@holdfast/db";

/** The tenant's only webhook, and a new one: a tenant may have fifty, and there are more rows than that. */
export async function makeWebhook(db: Db, root: Principal, description: string): Promise<string> {
  const key = () => ({ idempotencyKey: randomUUID() });
  const { webhooks } = await listWebhooks(db, root);
  for (const { webhookId } of webhooks)
    await db.execute(root, { kind: "webhooks.remove", ...key(), webhookId });
  const create = { kind: "webhooks.create", url: "https://hooks.example.com", topics: ["wallet"] } as const;
  const { webhookId } = await db.execute(root, { ...create, ...key(), description });
  return webhookId;
}

/** Writes down that a wallet's first version has arrived; answers the id of that delivery. */
export async function deliver(
  db: Db,
  { tenantId }: Principal,
  webhookId: string,
  walletId: string,
): Promise<string> {
  const topic = { tenantId, webhookId, kind: "wallet", topicId: walletId };
  const arrived = { version: 1n, ok: true, statusCode: 204, latencyMs: 3, error: undefined };
  await recordAttempt(db, topic, { ...arrived, nextInMs: () => undefined });
  return deliveryIdOf(topic, 1n);
}
