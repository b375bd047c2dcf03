import type { WebhookState, WebhookStatus } from "./commands.ts";

/** A webhook in memory, as it was locked or as it is after a decision. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly topics: readonly string[];
  readonly description: string | undefined;
  readonly status: WebhookStatus;
  readonly reason: string | undefined;
  readonly secretVersion: number;
  readonly previousSecretUntilMs: number | undefined;
}

/** A version of a topic, as one webhook knows it. */
export interface KnownVersion {
  readonly webhookId: string;
  readonly kind: string;
  readonly topicId: string;
  readonly version: bigint;
}

/** What a decision changes. `resume` tries at once what could not be sent; `replay` goes back to a version. */
export type WebhookChange =
  | { readonly type: "create"; readonly webhook: Webhook }
  | { readonly type: "change"; readonly webhook: Webhook; readonly resume?: boolean }
  | ({ readonly type: "replay" } & KnownVersion);

/** The locked rows of a batch, what was read under their locks, and what is to be written. */
export class WebhookRows {
  readonly webhooks = new Map<string, Webhook>();
  /** How many the tenant has, those that were removed not counted. */
  count = 0;
  /** The deliveries that somebody named, by id; and the topics, by `topicName`. */
  readonly deliveries = new Map<string, KnownVersion>();
  readonly topics = new Set<string>();
  readonly created: { readonly webhook: Webhook; readonly operationId: string }[] = [];
  readonly changed = new Set<string>();
  readonly resumed = new Set<string>();
  readonly replays: KnownVersion[] = [];

  apply(change: WebhookChange, operationId: string): void {
    switch (change.type) {
      case "create":
        this.webhooks.set(change.webhook.id, change.webhook);
        this.count++;
        this.created.push({ webhook: change.webhook, operationId });
        break;
      case "change":
        if (change.webhook.status === "removed") this.count--;
        this.webhooks.set(change.webhook.id, change.webhook);
        this.changed.add(change.webhook.id);
        if (change.resume) this.resumed.add(change.webhook.id);
        break;
      case "replay":
        this.replays.push(change);
        break;
    }
  }
}

export function topicName(webhookId: string, kind: string, topicId: string): string {
  return [webhookId, kind, topicId].join("\0");
}

/** A webhook as an answer tells it. */
export function stateOf(webhook: Webhook): WebhookState {
  const { id, url, topics, description, status, reason, secretVersion, previousSecretUntilMs } = webhook;
  return {
    webhookId: id,
    url,
    topics: [...topics],
    description: description ?? null,
    status,
    reason: reason ?? null,
    secretVersion,
    previousSecretUntil:
      previousSecretUntilMs === undefined ? null : new Date(previousSecretUntilMs).toISOString(),
  };
}
