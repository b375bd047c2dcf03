import { v5 } from "uuid";
import { isSqlstate, LOCK_TIMEOUT } from "../postgres-error.ts";
import { type Statements, textOf } from "../statements.ts";
import { stayOnIndexes } from "../stay-on-indexes.ts";
import type { TransactionOptions, Tx } from "../transaction.ts";
import type { Registry } from "../write-path/registry.ts";
import type { Change } from "../write-path/topic.ts";
import { WEBHOOK_COLUMNS, webhookOf } from "./rows.ts";
import { secretOf } from "./secret.ts";

/** One topic, as one webhook is told of it. */
export interface WebhookTopic {
  readonly tenantId: number;
  readonly webhookId: string;
  readonly kind: string;
  readonly topicId: string;
}

/** What is to be sent next, in its order, and where to. */
export interface ToSend {
  readonly url: string;
  /** What signs, the newest first. */
  readonly secrets: readonly string[];
  readonly changes: readonly Change[];
}

/** What became of one attempt. */
export interface Attempt {
  readonly version: bigint;
  readonly ok: boolean;
  readonly statusCode: number | undefined;
  readonly latencyMs: number;
  readonly error: string | undefined;
  /** How soon the next one follows, after this many failures; undefined when none does. */
  readonly nextInMs: (failures: number) => number | undefined;
}

/** What this needs of a `Db`. */
interface Database {
  readonly registry: Registry;
  withTransaction<T>(options: TransactionOptions, work: (tx: Tx) => Promise<T>): Promise<T>;
}

const LOCK_TIMEOUT_MS = 1_000;
/** Whoever ends its process waits for what is under way. */
const TRANSACTION_TIMEOUT_MS = 3_000;
/** How soon to try again when somebody's open transaction is changing the topic. */
const BUSY_MS = 1_000;
const NAMED = "tenant_id = $1::int and webhook_id = $2::uuid and kind = $3 and topic_id = $4";
const namesOf = ({ tenantId, webhookId, kind, topicId }: WebhookTopic) => [
  String(tenantId),
  webhookId,
  kind,
  topicId,
];

/** The id of the message that tells a webhook of a version: the same whenever and by whomever it is sent. */
export function deliveryIdOf({ webhookId, kind, topicId }: WebhookTopic, version: bigint): string {
  return v5(`${kind}/${topicId}/${version}`, webhookId);
}

const WEBHOOK = `
  select ${WEBHOOK_COLUMNS}, coalesce(previous_secret_until > clock_timestamp(), false) as both_sign
  from holdfast.webhooks where tenant_id = $1::int and id = $2::uuid`;
/** Unless the webhook follows the kind again by now; it does neither more nor less until this is written. */
const LEAVE = `
  with webhook as (
    select status, topics from holdfast.webhooks where tenant_id = $1::int and id = $2::uuid for share)
  update holdfast.webhook_topics set state = 'left' from webhook
  where ${NAMED} and (webhook.status = 'removed' or kind <> all (webhook.topics))`;
const WAIT = `update holdfast.webhook_topics set state = 'waiting' where ${NAMED} and state = 'queued'`;
const IDLE = `update holdfast.webhook_topics set state = 'idle', failures = 0 where ${NAMED} and state <> 'left'`;

/**
 * The next changes to send, `limit` at most; none when everything was sent, and the topic is idle from then on, or when the
 * webhook is not enabled, and the topic waits until it is. `nextInMs`: somebody's open transaction is changing the topic.
 */
export async function takeChanges(
  db: Database,
  topic: WebhookTopic,
  limit: number,
): Promise<ToSend | "none" | { nextInMs: number }> {
  const work = async (tx: Tx): Promise<ToSend | "none"> => {
    stayOnIndexes(tx);
    const [row] = await tx.run(WEBHOOK, [String(topic.tenantId), topic.webhookId]);
    if (row === undefined) return "none";
    const { id, url, status, topics, secretVersion } = webhookOf(topic.webhookId, row);
    if (status === "removed" || !topics.includes(topic.kind)) {
      await tx.run(LEAVE, namesOf(topic));
      return "none";
    }
    if (status === "disabled") {
      await tx.run(WAIT, namesOf(topic));
      return "none";
    }
    const changes =
      (await changesSince(db, tx, topic, limit, "")) ?? (await becomeIdle(db, tx, topic, limit));
    if (changes === undefined) return "none";
    const signing = row["both_sign"] === true ? [secretVersion, secretVersion - 1] : [secretVersion];
    return { url, changes, secrets: signing.map((version) => secretOf(db.registry.derive, id, version)) };
  };
  return whenFree(db, topic, work, { nextInMs: BUSY_MS });
}

/**
 * Looks once more, under the lock of the topic's row, which every transaction takes that changes the topic: what it has
 * committed is seen, or it comes later and finds the row idle.
 */
async function becomeIdle(
  db: Database,
  tx: Tx,
  topic: WebhookTopic,
  limit: number,
): Promise<readonly Change[] | undefined> {
  const changes = await changesSince(db, tx, topic, limit, "for no key update");
  if (changes !== undefined) return changes;
  await tx.run(IDLE, namesOf(topic));
  return undefined;
}

async function changesSince(
  { registry }: Database,
  tx: Statements,
  topic: WebhookTopic,
  limit: number,
  lock: string,
): Promise<readonly Change[] | undefined> {
  const [row] = await tx.run(
    `select sent::text from holdfast.webhook_topics where ${NAMED} ${lock}`,
    namesOf(topic),
  );
  const kind = registry.features.find((feature) => feature.topic?.kind === topic.kind)?.topic;
  if (kind === undefined) throw new TypeError(`no feature here has topics of the kind "${topic.kind}"`);
  if (row === undefined) return undefined;
  const wanted = [{ id: topic.topicId, since: BigInt(textOf(row, "sent")) }];
  const changes = await kind.changesSince(tx, topic.tenantId, wanted, limit);
  return changes.length === 0 ? undefined : changes;
}

/** The topic goes on from a version only if it is there: a replay may have taken it back meanwhile. */
const ARRIVED = `
  update holdfast.webhook_topics set sent = $5::bigint, failures = 0, since = clock_timestamp()
  where ${NAMED} and sent = $5::bigint - 1 returning 0::text as failures`;
const FAILED = `
  update holdfast.webhook_topics set failures = failures + 1
  where ${NAMED} and sent = $5::bigint - 1 returning failures::text`;

const RECORD = `
  insert into holdfast.webhook_deliveries as delivery (tenant_id, webhook_id, kind, topic_id, version, id, status, attempts,
    status_code, latency_ms, error, next_attempt_at, first_at, last_at)
  values ($1::int, $2::uuid, $3, $4, $5::bigint, $6::uuid, $7, 1, $8::int, $9::int, $10,
    clock_timestamp() + $11::float8 * interval '1 millisecond', clock_timestamp(), clock_timestamp())
  on conflict (tenant_id, id) do update set status = excluded.status, attempts = delivery.attempts + 1,
    status_code = excluded.status_code, latency_ms = excluded.latency_ms, error = excluded.error,
    next_attempt_at = excluded.next_attempt_at, last_at = excluded.last_at`;

/**
 * Writes an attempt down; what has arrived is not sent again. Answers what became of the topic: it goes on, or in so many
 * milliseconds, or never; or somebody else has moved it since the changes were taken.
 */
export async function recordAttempt(
  db: Database,
  topic: WebhookTopic,
  attempt: Attempt,
): Promise<{ nextInMs: number } | "arrived" | "never" | "moved"> {
  const { ok, version, statusCode, latencyMs, error } = attempt;
  const at = [...namesOf(topic), `${version}`];
  const work = async (tx: Tx) => {
    stayOnIndexes(tx);
    const [moved] = await tx.run(ok ? ARRIVED : FAILED, at);
    // It may have arrived by somebody else's hand.
    if (moved === undefined && !ok) return "moved";
    const nextInMs = ok ? undefined : attempt.nextInMs(Number(moved?.["failures"]));
    await tx.run(RECORD, [
      ...at,
      deliveryIdOf(topic, version),
      ok ? "delivered" : "failed",
      statusCode === undefined ? null : String(statusCode),
      String(Math.round(latencyMs)),
      error ?? null,
      nextInMs === undefined ? null : String(nextInMs),
    ]);
    if (moved === undefined) return "moved";
    if (ok) return "arrived";
    return nextInMs === undefined ? "never" : { nextInMs };
  };
  return whenFree(db, topic, work, { nextInMs: BUSY_MS });
}

/** In one transaction; `busy` when somebody's open transaction is changing the topic and goes on for too long. */
async function whenFree<T, B>(
  db: Database,
  topic: WebhookTopic,
  work: (tx: Tx) => Promise<T>,
  busy: B,
): Promise<T | B> {
  const deadline = Date.now() + TRANSACTION_TIMEOUT_MS;
  try {
    const options = { tenantId: topic.tenantId, deadline, lockTimeoutMs: LOCK_TIMEOUT_MS };
    return await db.withTransaction(options, work);
  } catch (error) {
    if (isSqlstate(error, LOCK_TIMEOUT)) return busy;
    throw error;
  }
}
