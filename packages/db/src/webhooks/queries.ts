import { z } from "zod";
import { HoldfastError } from "../errors.ts";
import * as field from "../fields.ts";
import type { Principal } from "../principal.ts";
import { type Row, textOf } from "../statements.ts";
import { stayOnIndexes } from "../stay-on-indexes.ts";
import type { Tx } from "../transaction.ts";
import type { Derive } from "../write-path/feature.ts";
import { parseInput } from "../write-path/registry.ts";
import type { WebhookState } from "./commands.ts";
import { WEBHOOK_COLUMNS, webhookOf } from "./rows.ts";
import { secretOf } from "./secret.ts";
import { stateOf } from "./webhook.ts";

/** Input schemas by procedure. */
export const webhookQueries = {
  "webhooks.list": z.strictObject({}),
  "webhooks.secret": z.strictObject({ webhookId: field.id }),
  "webhooks.deliveries": z.strictObject({
    webhookId: field.id,
    status: z.enum(["delivered", "failed"]).optional(),
    /** Deliveries that were first tried before this one. */
    before: field.id.optional(),
    limit: z.int().min(1).max(100).optional(),
  }),
} as const;

type Input<K extends keyof typeof webhookQueries> = z.input<(typeof webhookQueries)[K]>;

export interface WebhookView extends WebhookState {
  createdAt: string;
  /** How many topics have something to send, and since when nothing has arrived for one of them; null when none has. */
  topicsBehind: number;
  behindSince: string | null;
}

export interface WebhookSecret {
  webhookId: string;
  /** What messages are signed with, for a library of standardwebhooks. */
  secret: string;
  /** The one before, while it signs too. */
  previousSecret: string | null;
}

/** What became of sending one version of a topic. */
export interface DeliveryView {
  /** The message's `webhook-id`. */
  deliveryId: string;
  topic: { kind: string; id: string };
  version: string;
  status: "delivered" | "failed";
  attempts: number;
  /** Of the last attempt; null when there was no answer. */
  statusCode: number | null;
  latencyMs: number;
  error: string | null;
  firstAttemptAt: string;
  lastAttemptAt: string;
  /** Null when it has arrived, or when none follows. */
  nextAttemptAt: string | null;
}

/** What a query needs of a `Db`. */
interface Reader {
  read(principal: Principal, work: (tx: Tx) => Promise<readonly Row[]>): Promise<readonly Row[]>;
}

const iso = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Reads by index, whatever the size of the tables. */
function readByIndex(db: Reader, principal: Principal, text: string, parameters: (string | null)[]) {
  if (principal.role !== "admin") throw new HoldfastError("FORBIDDEN", { needs: "admin" });
  return db.read(principal, (tx) => {
    stayOnIndexes(tx);
    return tx.run(text, parameters);
  });
}

/** The tenant's webhooks, the newest first. */
export async function listWebhooks(
  db: Reader,
  principal: Principal,
  input: Input<"webhooks.list"> = {},
): Promise<{ webhooks: WebhookView[] }> {
  parseInput(webhookQueries["webhooks.list"], input);
  const rows = await readByIndex(
    db,
    principal,
    `select webhook.id::text, ${WEBHOOK_COLUMNS}, ${iso("created_at")} as created_at, behind.topics_behind, behind.since
    from holdfast.webhooks as webhook cross join lateral (
      select count(*)::text as topics_behind, ${iso("min(since)")} as since from holdfast.webhook_topics
      where tenant_id = $1::int and webhook_id = webhook.id and state in ('waiting', 'queued')) as behind
    where tenant_id = $1::int and status <> 'removed' order by tenant_id desc, id desc`,
    [String(principal.tenantId)],
  );
  const webhooks = rows.map(
    (row): WebhookView => ({
      ...stateOf(webhookOf(textOf(row, "id"), row)),
      createdAt: textOf(row, "created_at"),
      topicsBehind: Number(textOf(row, "topics_behind")),
      behindSince: textOrNull(row, "since"),
    }),
  );
  return { webhooks };
}

/**
 * What a webhook's messages are signed with.
 *
 * @throws NOT_FOUND for a webhook that was removed, or is another tenant's.
 */
export async function getWebhookSecret(
  db: Reader & { readonly registry: { readonly derive: Derive } },
  principal: Principal,
  input: Input<"webhooks.secret">,
): Promise<WebhookSecret> {
  const { webhookId } = parseInput(webhookQueries["webhooks.secret"], input);
  const [row] = await readByIndex(
    db,
    principal,
    `select secret_version::text, coalesce(previous_secret_until > clock_timestamp(), false) as both from holdfast.webhooks
    where tenant_id = $1::int and id = $2::uuid and status <> 'removed'`,
    [String(principal.tenantId), webhookId],
  );
  if (row === undefined) throw new HoldfastError("NOT_FOUND", { what: "webhookId" });
  const version = Number(textOf(row, "secret_version"));
  const { derive } = db.registry;
  return {
    webhookId,
    secret: secretOf(derive, webhookId, version),
    previousSecret: row["both"] === true ? secretOf(derive, webhookId, version - 1) : null,
  };
}

const DELIVERIES = `
  select id::text, kind, topic_id, version::text, status, attempts::text, status_code::text, latency_ms::text, error,
    ${iso("first_at")} as first_at, ${iso("last_at")} as last_at, ${iso("next_attempt_at")} as next_attempt_at
  from holdfast.webhook_deliveries as delivery
  where tenant_id = $1::int and webhook_id = $2::uuid and ($3::text is null or status = $3)
    and ($4::uuid is null or (first_at, id) < (
      select first_at, id from holdfast.webhook_deliveries where tenant_id = $1::int and id = $4::uuid))
  order by tenant_id desc, webhook_id desc, first_at desc, id desc limit $5::int`;

/**
 * Deliveries of a webhook, those that were first tried last come first; `next` leads to the ones before. Those of a removed one
 * can still be read.
 *
 * @throws NOT_FOUND for a webhook of another tenant, or of none.
 */
export async function listDeliveries(
  db: Reader,
  principal: Principal,
  input: Input<"webhooks.deliveries">,
): Promise<{ deliveries: DeliveryView[]; next: string | null }> {
  const { webhookId, status, before, limit = 50 } = parseInput(webhookQueries["webhooks.deliveries"], input);
  const rows = await readByIndex(db, principal, DELIVERIES, [
    String(principal.tenantId),
    webhookId,
    status ?? null,
    before ?? null,
    String(limit),
  ]);
  if (rows.length === 0) await mustBeThere(db, principal, webhookId);
  const deliveries = rows.map(
    (row): DeliveryView => ({
      deliveryId: textOf(row, "id"),
      topic: { kind: textOf(row, "kind"), id: textOf(row, "topic_id") },
      version: textOf(row, "version"),
      status: textOf(row, "status") as DeliveryView["status"],
      attempts: Number(textOf(row, "attempts")),
      statusCode: row["status_code"] === null ? null : Number(textOf(row, "status_code")),
      latencyMs: Number(textOf(row, "latency_ms")),
      error: textOrNull(row, "error"),
      firstAttemptAt: textOf(row, "first_at"),
      lastAttemptAt: textOf(row, "last_at"),
      nextAttemptAt: textOrNull(row, "next_attempt_at"),
    }),
  );
  const next = deliveries.length === limit ? (deliveries.at(-1)?.deliveryId ?? null) : null;
  return { deliveries, next };
}

async function mustBeThere(db: Reader, principal: Principal, webhookId: string): Promise<void> {
  const found = await readByIndex(
    db,
    principal,
    "select id::text from holdfast.webhooks as webhook where tenant_id = $1::int and id = $2::uuid",
    [String(principal.tenantId), webhookId],
  );
  if (found.length === 0) throw new HoldfastError("NOT_FOUND", { what: "webhookId" });
}

function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : textOf(row, column);
}
