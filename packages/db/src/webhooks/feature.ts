import type { Feature, Need } from "../write-path/feature.ts";
import { createWebhookInputs, type WebhookChanged, type WebhookOptions } from "./commands.ts";
import { decideWebhook, type WebhookCommand } from "./decide.ts";
import { webhookFollower } from "./follow.ts";
import { lockWebhookRows, type WantedWebhooks } from "./rows.ts";
import { secretOf } from "./secret.ts";
import { webhookChecks } from "./verify.ts";
import type { WebhookChange, WebhookRows } from "./webhook.ts";
import { writeWebhookRows } from "./write-rows.ts";
import { writtenByWebhooks } from "./written.ts";

const webhooks = (...parts: string[]): Need => ({ feature: "webhooks", key: parts.join("\0") });

/**
 * The webhooks' face to the write path. They are changed like everything else, and they follow the others: whatever topics a
 * batch changes is written down for those who want to be told, in the same transaction.
 */
export function createWebhooksFeature(
  options: WebhookOptions,
): Feature<WebhookCommand, WebhookRows, WebhookChange> {
  return {
    name: "webhooks",
    inputs: createWebhookInputs(options),

    needs(command) {
      if (command.kind === "webhooks.create") return [webhooks("count")];
      const webhook = webhooks("webhook", command.webhookId);
      if (command.kind !== "webhooks.replay") return [webhook];
      const { webhookId, deliveryId, topic } = command;
      if (deliveryId !== undefined) return [webhook, webhooks("delivery", webhookId, deliveryId)];
      return [webhook, webhooks("topic", webhookId, topic?.kind ?? "", topic?.id ?? "")];
    },

    async lock(tx, tenantId, keys, wait) {
      const { rows, stuck } = await lockWebhookRows(tx, tenantId, wantedOf(keys), wait);
      // Webhooks are never deleted, so one that is not there was never used under any key.
      return { rows, stuck: new Set([...stuck].map((id) => webhooks("webhook", id).key)), absent: false };
    },

    decide(all, command, context) {
      const verdict = decideWebhook(all["webhooks"] as WebhookRows, command, context);
      return verdict.ok ? { ...verdict, changes: { webhooks: verdict.changes } } : verdict;
    },

    apply(rows, changes, operationId) {
      for (const change of changes) rows.apply(change, operationId);
    },

    tell(kind, data, derive) {
      if (kind !== "webhooks.create" && kind !== "webhooks.rotateSecret") return data;
      const { webhookId, secretVersion } = data as WebhookChanged;
      return { ...(data as object), secret: secretOf(derive, webhookId, secretVersion) };
    },

    write: writeWebhookRows,
    follows: webhookFollower,
    written: writtenByWebhooks,
    checks: webhookChecks,
  };
}

function wantedOf(keys: readonly string[]): WantedWebhooks {
  const parts = keys.map((key) => key.split("\0"));
  return {
    count: parts.some(([kind]) => kind === "count"),
    // Whatever is needed is needed under its webhook's lock.
    webhooks: [...new Set(parts.flatMap(([, id]) => id ?? []))].sort(),
    deliveries: parts.flatMap(([kind, , id]) => (kind === "delivery" && id !== undefined ? [id] : [])),
    topics: parts.flatMap(([kind, webhookId = "", topicKind = "", ...id]) =>
      kind === "topic" ? [{ webhookId, kind: topicKind, id: id.join("\0") }] : [],
    ),
  };
}
