import { refuse } from "../wallets/guards.ts";
import type { DecideContext, Refusal } from "../write-path/feature.ts";
import type { ParsedWebhookInput, WebhookKind } from "./commands.ts";
import { stateOf, topicName, type Webhook, type WebhookChange, type WebhookRows } from "./webhook.ts";

/** A parsed command on webhooks. */
export type WebhookCommand = { [K in WebhookKind]: { kind: K } & ParsedWebhookInput<K> }[WebhookKind];

type Verdict =
  | { readonly ok: true; readonly data: unknown; readonly changes: readonly WebhookChange[] }
  | Refusal;
type CommandOf<K extends WebhookKind> = Extract<WebhookCommand, { kind: K }>;

/** Each follows every change of its tenant, so their number is what a change costs. */
const MAX_WEBHOOKS = 50;
const OVERLAP_SECONDS = 86_400;

/** Decides one command on locked webhooks. Checks come in the order in which a caller should hear of them. */
export function decideWebhook(rows: WebhookRows, command: WebhookCommand, context: DecideContext): Verdict {
  if (context.principal.role !== "admin") return refuse("FORBIDDEN", { needs: "admin" });
  if (command.kind === "webhooks.create") return decideCreate(rows, command, context);
  const webhook = rows.webhooks.get(command.webhookId);
  if (webhook === undefined || webhook.status === "removed")
    return refuse("NOT_FOUND", { what: "webhookId" });
  if (command.kind === "webhooks.replay") return decideReplay(rows, command, context);
  return changedTo(afterChange(webhook, command, context), webhook, context);
}

function decideCreate(
  { count }: WebhookRows,
  { url, topics, description }: CommandOf<"webhooks.create">,
  { operationId, newId }: DecideContext,
): Verdict {
  if (count >= MAX_WEBHOOKS) {
    const message = `there are ${MAX_WEBHOOKS}, and there may be no more: remove one first`;
    return refuse("BAD_REQUEST", { issues: [{ path: "", message }] });
  }
  const webhook: Webhook = {
    id: newId(),
    url,
    topics,
    description,
    status: "enabled",
    reason: undefined,
    secretVersion: 1,
    previousSecretUntilMs: undefined,
  };
  return { ok: true, data: { operationId, ...stateOf(webhook) }, changes: [{ type: "create", webhook }] };
}

function afterChange(
  before: Webhook,
  command: Exclude<WebhookCommand, { kind: "webhooks.create" | "webhooks.replay" }>,
  { nowMs }: DecideContext,
): Webhook {
  switch (command.kind) {
    case "webhooks.update": {
      const { url = before.url, topics = before.topics, description = before.description } = command;
      return { ...before, url, topics, description: description ?? undefined };
    }
    case "webhooks.enable":
      return { ...before, status: "enabled", reason: undefined };
    case "webhooks.disable":
      return { ...before, status: "disabled", reason: command.reason };
    case "webhooks.remove":
      return { ...before, status: "removed", reason: undefined };
    case "webhooks.rotateSecret": {
      const { overlapSeconds = OVERLAP_SECONDS } = command;
      const secretVersion = before.secretVersion + 1;
      return { ...before, secretVersion, previousSecretUntilMs: nowMs + overlapSeconds * 1_000 };
    }
  }
}

function changedTo(webhook: Webhook, before: Webhook, { operationId }: DecideContext): Verdict {
  // Whoever has mended something need not wait for the next attempt, which may be hours away.
  const resume = webhook.status === "enabled" && (before.status !== "enabled" || webhook.url !== before.url);
  return {
    ok: true,
    data: { operationId, ...stateOf(webhook) },
    changes: [{ type: "change", webhook, resume }],
  };
}

function decideReplay(
  rows: WebhookRows,
  { webhookId, deliveryId, topic, fromVersion }: CommandOf<"webhooks.replay">,
  { operationId }: DecideContext,
): Verdict {
  const delivery = deliveryId === undefined ? undefined : rows.deliveries.get(deliveryId);
  if (deliveryId !== undefined && delivery?.webhookId !== webhookId)
    return refuse("NOT_FOUND", { what: "deliveryId" });
  const { kind, topicId } = delivery ?? { kind: topic?.kind ?? "", topicId: topic?.id ?? "" };
  if (!rows.topics.has(topicName(webhookId, kind, topicId))) return refuse("NOT_FOUND", { what: "topic" });
  const version = delivery?.version ?? fromVersion ?? 1n;
  return {
    ok: true,
    data: { operationId, webhookId, topic: { kind, id: topicId }, fromVersion: `${version}` },
    changes: [{ type: "replay", webhookId, kind, topicId, version }],
  };
}
