import { z } from "zod";
import * as field from "../fields.ts";
import { MAX_URL_LENGTH, whyNotSentTo } from "./url.ts";

/** What each command on webhooks takes. One schema serves the wire and callers in process. */

export interface WebhookOptions {
  /** The kinds of topics that can be followed. */
  readonly kinds: readonly string[];
  /** Whether http to this very machine is allowed: for development. */
  readonly loopback: boolean;
}

const MAX_OVERLAP_SECONDS = 30 * 86_400;
const key = { idempotencyKey: field.idempotencyKey };
const one = { ...key, webhookId: field.id };
const description = field.text(500);

export function createWebhookInputs({ kinds, loopback }: WebhookOptions) {
  const url = field.text(MAX_URL_LENGTH).superRefine((value, context) => {
    const message = whyNotSentTo(value, { loopback });
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });
  const kind = field.text(50).refine((value) => kinds.includes(value), `must be one of ${kinds.join(", ")}`);
  const topics = z
    .array(kind)
    .min(1)
    .max(kinds.length)
    .refine((all) => new Set(all).size === all.length, "must not name a kind twice");
  return {
    "webhooks.create": z.strictObject({ ...key, url, topics, description: description.optional() }),
    /** What is left out stays as it is; `null` takes the description away. */
    "webhooks.update": z.strictObject({
      ...one,
      url: url.optional(),
      topics: topics.optional(),
      description: description.nullable().optional(),
    }),
    "webhooks.enable": z.strictObject(one),
    "webhooks.disable": z.strictObject({ ...one, reason: field.text(500).optional() }),
    /** For how long the secret until now goes on signing beside the new one. Default a day. */
    "webhooks.rotateSecret": z.strictObject({
      ...one,
      overlapSeconds: z.int().min(0).max(MAX_OVERLAP_SECONDS).optional(),
    }),
    "webhooks.remove": z.strictObject(one),
    /** Sends a version of a topic, and all after it, once more: the one of a delivery, or one that is named. */
    "webhooks.replay": z
      .strictObject({
        ...one,
        deliveryId: field.id.optional(),
        topic: z.strictObject({ kind, id: z.union([field.id, field.text(255)]) }).optional(),
        fromVersion: field.version.refine((version) => version > 0n, "must be 1 at least").optional(),
      })
      .refine(
        ({ deliveryId, topic, fromVersion }) =>
          deliveryId === undefined
            ? topic !== undefined && fromVersion !== undefined
            : topic === undefined && fromVersion === undefined,
        { path: ["deliveryId"], message: "give either deliveryId, or topic and fromVersion" },
      ),
  } as const;
}

type Inputs = ReturnType<typeof createWebhookInputs>;
export type WebhookKind = keyof Inputs;
/** What a caller passes, by kind. */
export type WebhookInput<K extends WebhookKind> = z.input<Inputs[K]>;
/** The same after parsing. */
export type ParsedWebhookInput<K extends WebhookKind> = z.output<Inputs[K]>;

export type WebhookStatus = "enabled" | "disabled" | "removed";

/** A webhook as it now is. */
export interface WebhookState {
  webhookId: string;
  url: string;
  /** The kinds of topics that it follows. */
  topics: string[];
  description: string | null;
  status: WebhookStatus;
  /** Why it is disabled. */
  reason: string | null;
  secretVersion: number;
  /** Until when the secret before signs too; ISO 8601, by the database's clock. */
  previousSecretUntil: string | null;
}

export interface WebhookChanged extends WebhookState {
  operationId: string;
}

export interface WebhookTold extends WebhookChanged {
  /** What its messages are signed with, for a library of standardwebhooks. */
  secret: string;
}

export interface WebhookReplayed {
  operationId: string;
  webhookId: string;
  topic: { kind: string; id: string };
  fromVersion: string;
}

export interface WebhookAnswers {
  "webhooks.create": WebhookTold;
  "webhooks.update": WebhookChanged;
  "webhooks.enable": WebhookChanged;
  "webhooks.disable": WebhookChanged;
  "webhooks.rotateSecret": WebhookTold;
  "webhooks.remove": WebhookChanged;
  "webhooks.replay": WebhookReplayed;
}
