import type {
  DeliveryView,
  WebhookChanged,
  WebhookReplayed,
  WebhookSecret,
  WebhookTold,
  WebhookView,
} from "@holdfast/db";
import { z } from "zod";
import {
  answerOf,
  count,
  id,
  instant,
  next,
  operationId,
  replayed,
  type Told,
  version,
} from "../rest/fields.ts";

/** What calls on webhooks answer: the types of @holdfast/db as schemas. */

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwWFdK8CkNPPo=";

const state = {
  webhookId: id,
  url: z.string().meta({ example: "https://example.com/holdfast" }),
  topics: z.array(z.string().meta({ example: "wallet" })).describe("The kinds of topics that it follows."),
  description: z.string().nullable().meta({ example: "bookkeeping" }),
  status: z.enum(["enabled", "disabled", "removed"]).meta({ example: "enabled" }),
  reason: z.string().nullable().meta({ description: "Why it is disabled.", example: null }),
  secretVersion: count.meta({ example: 1 }),
  previousSecretUntil: instant
    .nullable()
    .meta({ description: "Until when the secret before signs too.", example: null }),
};
const secret = z.string().meta({
  description: "What its messages are signed with, for a library of standardwebhooks.",
  example: SECRET,
});

export const changedAnswer = answerOf<Told<WebhookChanged>>()(
  z.strictObject({ operationId, ...state, replayed }),
).meta({ id: "WebhookChanged" });
export const toldAnswer = answerOf<Told<WebhookTold>>()(
  z.strictObject({ operationId, ...state, secret, replayed }),
).meta({ id: "WebhookTold" });

const topic = z.strictObject({
  kind: z.string().meta({ example: "wallet" }),
  id: z.string().meta({ example: "01a2015b-98fa-7655-acd9-cef53fd3f9ab" }),
});
export const replayedAnswer = answerOf<Told<WebhookReplayed>>()(
  z.strictObject({
    ...{ operationId, webhookId: id, topic },
    fromVersion: version.describe("It is sent once more, and all after it."),
    replayed,
  }),
).meta({ id: "WebhookReplayed" });

const webhook = answerOf<WebhookView>()(
  z.strictObject({
    ...state,
    createdAt: instant,
    topicsBehind: count.describe("How many topics have something to send."),
    behindSince: instant
      .nullable()
      .meta({ description: "Since when nothing has arrived for one of them.", example: null }),
  }),
).meta({ id: "Webhook" });
export const webhooks = z.strictObject({ webhooks: z.array(webhook) }).meta({ id: "Webhooks" });

export const webhookSecret = answerOf<WebhookSecret>()(
  z.strictObject({
    ...{ webhookId: id, secret },
    previousSecret: z
      .string()
      .nullable()
      .meta({ description: "The one before, while it signs too.", example: null }),
  }),
).meta({ id: "WebhookSecret" });

const delivery = answerOf<DeliveryView>()(
  z.strictObject({
    deliveryId: id.describe("The message's `webhook-id`."),
    topic,
    version,
    status: z.enum(["delivered", "failed"]).meta({ example: "delivered" }),
    attempts: count.meta({ example: 1 }),
    statusCode: z
      .int()
      .nullable()
      .meta({ description: "Of the last attempt; null when there was no answer.", example: 200 }),
    latencyMs: count.meta({ description: "Of the last attempt.", example: 42 }),
    error: z.string().nullable().meta({ example: null }),
    firstAttemptAt: instant,
    lastAttemptAt: instant,
    nextAttemptAt: instant
      .nullable()
      .meta({ description: "Null when it has arrived, or when none follows.", example: null }),
  }),
).meta({ id: "Delivery" });
export const deliveries = z
  .strictObject({ deliveries: z.array(delivery), next: next(id) })
  .meta({ id: "Deliveries" });
