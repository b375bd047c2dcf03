import { type Db, type Principal, recordAttempt } from "../index.ts";
import { newKey, openWallet, settle, shop } from "./factories.ts";

const boss: Principal = { tenantId: 1, subject: "boss", role: "admin" };

/** Uses every command on webhooks, and sends one something. */
export async function useWebhooks(db: Db): Promise<void> {
  const key = () => ({ idempotencyKey: newKey("webhook") });
  const create = { kind: "webhooks.create", ...key(), url: "https://example.com/hooks", topics: ["wallet"] };
  const { webhookId } = await db.execute(boss, { ...create, kind: "webhooks.create" });
  const one = { webhookId };
  await settle(db.execute(shop, { kind: "webhooks.disable", ...key(), ...one }));
  await db.execute(boss, { kind: "webhooks.update", ...key(), ...one, topics: ["wallet", "show"] });
  await db.execute(boss, { kind: "webhooks.disable", ...key(), ...one, reason: "not ready" });
  await db.execute(boss, { kind: "webhooks.enable", ...key(), ...one });
  await db.execute(boss, { kind: "webhooks.rotateSecret", ...key(), ...one });
  const walletId = await openWallet(db, 5n);
  const topic = { tenantId: 1, webhookId, kind: "wallet", topicId: walletId };
  const failed = { version: 1n, ok: false, statusCode: 500, latencyMs: 3, error: "answered 500" };
  await recordAttempt(db, topic, { ...failed, nextInMs: () => 1_000 });
  await recordAttempt(db, topic, { ...failed, ok: true, statusCode: 204, nextInMs: () => undefined });
  const again = { topic: { kind: "wallet", id: walletId }, fromVersion: "1" } as const;
  await db.execute(boss, { kind: "webhooks.replay", ...key(), ...one, ...again });
  const gone = await db.execute(boss, { ...create, ...key(), kind: "webhooks.create" });
  await db.execute(boss, { kind: "webhooks.remove", ...key(), webhookId: gone.webhookId });
}
