import { randomUUID } from "node:crypto";
import {
  type Change,
  type Db,
  deliveryIdOf,
  recordAttempt,
  type ToSend,
  takeChanges,
  type WebhookTopic,
} from "@holdfast/db";
import { repeat } from "../answers/repeat.ts";
import { pauseAfter } from "./backoff.ts";
import type { Send, Sent } from "./send.ts";

export interface DeliveryHost {
  readonly db: Db;
  readonly send: Send;
  /** Told of every attempt. */
  readonly onAttempt: (arrived: boolean) => void;
}

/** Changes that are read at a time. */
const AT_ONCE = 50;
/** A topic with much to send gives others a turn after this; it is far less than what makes a job look dead. */
const TURN_MS = 20_000;
const DISABLE_WITHIN_MS = 10_000;
const GONE = 410;

/**
 * Sends a webhook what it has not been sent of a topic, one version after the other: the next only when the one before has
 * arrived. Answers in how many milliseconds to go on, or undefined when everything was sent.
 */
export async function deliverTopic(
  host: DeliveryHost,
  topic: WebhookTopic,
  signal: AbortSignal,
): Promise<number | undefined> {
  const endsAt = performance.now() + TURN_MS;
  const isOver = () => signal.aborted || performance.now() > endsAt;
  while (!isOver()) {
    const next = await takeChanges(host.db, topic, AT_ONCE);
    if (next === "none") return undefined;
    if ("nextInMs" in next) return next.nextInMs;
    for (const change of next.changes) {
      if (isOver()) break;
      const became = await attempt(host, topic, next, change, signal);
      if (became === "moved") break;
      if (became !== "arrived") return became;
    }
  }
  return 0;
}

async function attempt(
  { db, send, onAttempt }: DeliveryHost,
  topic: WebhookTopic,
  { url, secrets }: ToSend,
  { version, data }: Change,
  signal: AbortSignal,
): Promise<number | "arrived" | "moved"> {
  const { kind, topicId: id } = topic;
  const body = JSON.stringify({ type: `${kind}.changed`, topic: { kind, id }, version: `${version}`, data });
  const sent = await send({ url, secrets, body, id: deliveryIdOf(topic, version) }, signal);
  // This process ends: nothing is known, and another one goes on.
  if (!sent.ok && signal.aborted) return 0;
  onAttempt(sent.ok);
  const { ok, statusCode, latencyMs, error, wishMs } = sent;
  const nextInMs = (failures: number) =>
    statusCode === GONE ? undefined : pauseAfter(failures, { random: Math.random(), wishMs });
  const became = await recordAttempt(db, topic, { version, ok, statusCode, latencyMs, error, nextInMs });
  if (became !== "never") return typeof became === "object" ? became.nextInMs : became;
  await disable(db, topic, sent);
  return 0;
}

/** In the webhook's own history, like what an admin does. */
async function disable(db: Db, { tenantId, webhookId }: WebhookTopic, { statusCode, error }: Sent) {
  const reason =
    statusCode === GONE
      ? "The receiver answered 410: it wants no more."
      : `Every attempt of three days has failed; the last one: ${error ?? "unknown"}.`;
  const command = {
    kind: "webhooks.disable",
    idempotencyKey: `webhook-disabled:${randomUUID()}`,
    webhookId,
    reason,
  } as const;
  const holdfast = { tenantId, subject: "system:holdfast", role: "admin" } as const;
  await repeat(() => db.execute(holdfast, command), DISABLE_WITHIN_MS);
}
