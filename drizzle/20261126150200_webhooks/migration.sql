CREATE TABLE "holdfast"."webhook_deliveries" (
	"tenant_id" integer,
	"id" uuid,
	"webhook_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"topic_id" text NOT NULL,
	"version" bigint NOT NULL,
	"status" text NOT NULL,
	"attempts" integer NOT NULL,
	"status_code" integer,
	"latency_ms" integer NOT NULL,
	"error" text,
	"next_attempt_at" timestamp with time zone,
	"first_at" timestamp with time zone NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "webhook_deliveries_status_known" CHECK ("status" in ('delivered', 'failed')),
	CONSTRAINT "webhook_deliveries_attempts_positive" CHECK ("attempts" > 0)
);
--> statement-breakpoint
CREATE TABLE "holdfast"."webhook_topics" (
	"tenant_id" integer,
	"webhook_id" uuid,
	"kind" text,
	"topic_id" text,
	"sent" bigint NOT NULL,
	"state" text NOT NULL,
	"failures" integer NOT NULL,
	"since" timestamp with time zone NOT NULL,
	CONSTRAINT "webhook_topics_pkey" PRIMARY KEY("tenant_id","webhook_id","kind","topic_id"),
	CONSTRAINT "webhook_topics_state_known" CHECK ("state" in ('idle', 'waiting', 'queued', 'left')),
	CONSTRAINT "webhook_topics_sent_not_negative" CHECK ("sent" >= 0 and "failures" >= 0)
);
--> statement-breakpoint
CREATE TABLE "holdfast"."webhooks" (
	"tenant_id" integer,
	"id" uuid,
	"url" text NOT NULL,
	"topics" text[] NOT NULL,
	"description" text,
	"status" text NOT NULL,
	"reason" text,
	"secret_version" integer NOT NULL,
	"previous_secret_until" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"operation_id" uuid NOT NULL,
	CONSTRAINT "webhooks_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "webhooks_status_known" CHECK ("status" in ('enabled', 'disabled', 'removed')),
	CONSTRAINT "webhooks_secret_version_positive" CHECK ("secret_version" > 0)
);
--> statement-breakpoint
CREATE INDEX "webhook_deliveries_newest" ON "holdfast"."webhook_deliveries" ("tenant_id","webhook_id","first_at","id");--> statement-breakpoint
CREATE INDEX "webhook_topics_busy" ON "holdfast"."webhook_topics" ("tenant_id","webhook_id","state","since") WHERE "state" in ('waiting', 'queued');
--> statement-breakpoint
-- The row of a topic changes with every message that arrives: room on its page keeps it where it is.
ALTER TABLE "holdfast"."webhook_topics" SET (fillfactor = 50);
--> statement-breakpoint
-- The app role may read, insert, and change exactly what moves.
GRANT SELECT, INSERT ON "holdfast"."webhooks", "holdfast"."webhook_topics", "holdfast"."webhook_deliveries" TO holdfast_app;
--> statement-breakpoint
GRANT UPDATE ("url", "topics", "description", "status", "reason", "secret_version", "previous_secret_until")
  ON "holdfast"."webhooks" TO holdfast_app;
--> statement-breakpoint
GRANT UPDATE ("sent", "state", "failures", "since") ON "holdfast"."webhook_topics" TO holdfast_app;
--> statement-breakpoint
GRANT UPDATE ("status", "attempts", "status_code", "latency_ms", "error", "next_attempt_at", "last_at")
  ON "holdfast"."webhook_deliveries" TO holdfast_app;
--> statement-breakpoint
ALTER TABLE "holdfast"."webhooks" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "holdfast"."webhooks" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "webhooks_of_tenant" ON "holdfast"."webhooks" TO holdfast_app
  USING ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int)
  WITH CHECK ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int);
--> statement-breakpoint
CREATE POLICY "webhooks_read_by_owner" ON "holdfast"."webhooks" FOR SELECT TO holdfast_owner USING (true);
--> statement-breakpoint
ALTER TABLE "holdfast"."webhook_topics" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "holdfast"."webhook_topics" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "webhook_topics_of_tenant" ON "holdfast"."webhook_topics" TO holdfast_app
  USING ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int)
  WITH CHECK ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int);
--> statement-breakpoint
CREATE POLICY "webhook_topics_read_by_owner" ON "holdfast"."webhook_topics" FOR SELECT TO holdfast_owner USING (true);
--> statement-breakpoint
ALTER TABLE "holdfast"."webhook_deliveries" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "holdfast"."webhook_deliveries" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "webhook_deliveries_of_tenant" ON "holdfast"."webhook_deliveries" TO holdfast_app
  USING ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int)
  WITH CHECK ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int);
--> statement-breakpoint
CREATE POLICY "webhook_deliveries_read_by_owner" ON "holdfast"."webhook_deliveries" FOR SELECT TO holdfast_owner USING (true);
--> statement-breakpoint
CREATE POLICY "webhooks_seen" ON "holdfast"."webhooks" AS RESTRICTIVE FOR SELECT TO holdfast_app
  USING ((SELECT "holdfast"."administers"("holdfast"."caller"())));
--> statement-breakpoint
CREATE POLICY "webhook_topics_seen" ON "holdfast"."webhook_topics" AS RESTRICTIVE FOR SELECT TO holdfast_app
  USING ((SELECT "holdfast"."administers"("holdfast"."caller"())));
--> statement-breakpoint
CREATE POLICY "webhook_deliveries_seen" ON "holdfast"."webhook_deliveries" AS RESTRICTIVE FOR SELECT TO holdfast_app
  USING ((SELECT "holdfast"."administers"("holdfast"."caller"())));
--> statement-breakpoint
-- Who is no admin makes none, whatever decides.
CREATE POLICY "webhooks_made_by_admins" ON "holdfast"."webhooks" AS RESTRICTIVE FOR INSERT TO holdfast_app
  WITH CHECK ((
    SELECT "holdfast"."administers"("operation"."caller") FROM "holdfast"."operations" AS "operation"
    WHERE "operation"."tenant_id" = "webhooks"."tenant_id" AND "operation"."id" = "webhooks"."operation_id"));
--> statement-breakpoint
-- In which tenants a topic waits to be sent to a webhook: their numbers and nothing else, as `overdue_tenants` does.
CREATE FUNCTION "holdfast"."waiting_webhook_tenants"() RETURNS SETOF int
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
  SELECT DISTINCT webhook.tenant_id FROM holdfast.webhooks AS webhook
  WHERE holdfast.caller() = 'system:holdfast' AND webhook.status = 'enabled' AND EXISTS (
    SELECT FROM holdfast.webhook_topics AS topic
    WHERE topic.tenant_id = webhook.tenant_id AND topic.webhook_id = webhook.id AND topic.state = 'waiting')
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "holdfast"."waiting_webhook_tenants"() FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "holdfast"."waiting_webhook_tenants"() TO holdfast_app;
--> statement-breakpoint
-- Takes topics that wait, those of each webhook that have waited longest, and says that each has a job from now on: whoever
-- asks makes the jobs in the same transaction. A topic that a transaction is changing at the moment is left for the next time.
CREATE FUNCTION "holdfast"."queue_webhook_topics"(of_tenant int, most_a_webhook int)
RETURNS TABLE (tenant int, webhook uuid, topic_kind text, topic text)
LANGUAGE sql
SET search_path = pg_catalog SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
  WITH next AS MATERIALIZED (
    SELECT waiting.webhook_id, waiting.kind, waiting.topic_id
    FROM holdfast.webhooks AS webhook CROSS JOIN LATERAL (
      SELECT one.* FROM holdfast.webhook_topics AS one
      WHERE one.tenant_id = of_tenant AND one.webhook_id = webhook.id AND one.state = 'waiting'
      ORDER BY one.since LIMIT most_a_webhook FOR NO KEY UPDATE SKIP LOCKED) AS waiting
    WHERE webhook.tenant_id = of_tenant AND webhook.status = 'enabled')
  UPDATE holdfast.webhook_topics AS queued SET state = 'queued'
  FROM next
  WHERE queued.tenant_id = of_tenant AND queued.webhook_id = next.webhook_id
    AND queued.kind = next.kind AND queued.topic_id = next.topic_id
  RETURNING queued.tenant_id, queued.webhook_id, queued.kind, queued.topic_id
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "holdfast"."queue_webhook_topics"(int, int) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "holdfast"."queue_webhook_topics"(int, int) TO holdfast_app;
--> statement-breakpoint
-- Topics of all tenants that are said to have a job and have none, because the queue was lost or is of another day.
CREATE FUNCTION "holdfast"."lost_webhook_topics"(keys_of_jobs text[])
RETURNS TABLE (tenant int, webhook uuid, topic_kind text, topic text)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT tenant_id, webhook_id, kind, topic_id FROM holdfast.webhook_topics
  WHERE holdfast.caller() = 'system:holdfast' AND state = 'queued' AND concat_ws('/', 'webhook', tenant_id, webhook_id, kind, topic_id) NOT IN (
    SELECT key FROM unnest(keys_of_jobs) AS job (key) WHERE key IS NOT NULL)
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "holdfast"."lost_webhook_topics"(text[]) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "holdfast"."lost_webhook_topics"(text[]) TO holdfast_app;
--> statement-breakpoint
-- They wait again.
CREATE FUNCTION "holdfast"."unqueue_webhook_topic"(of_tenant int, of_webhook uuid, topic_kind text, topic text) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog
AS $$
  UPDATE holdfast.webhook_topics SET state = 'waiting'
  WHERE tenant_id = of_tenant AND webhook_id = of_webhook AND kind = topic_kind AND topic_id = topic AND state = 'queued'
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "holdfast"."unqueue_webhook_topic"(int, uuid, text, text) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "holdfast"."unqueue_webhook_topic"(int, uuid, text, text) TO holdfast_app;
--> statement-breakpoint
-- How many topics have something to send to webhooks that are enabled, and how long nothing has arrived for one of them: of all
-- tenants, their numbers and nothing else.
CREATE FUNCTION "holdfast"."webhook_backlog"() RETURNS TABLE (topics bigint, seconds float8)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
  SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(busy.since)), 0)::float8
  FROM holdfast.webhooks AS webhook JOIN holdfast.webhook_topics AS busy
    ON busy.tenant_id = webhook.tenant_id AND busy.webhook_id = webhook.id AND busy.state IN ('waiting', 'queued')
  WHERE webhook.status = 'enabled'
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "holdfast"."webhook_backlog"() FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "holdfast"."webhook_backlog"() TO holdfast_app;
