CREATE TABLE "holdfast"."answer_steps" (
	"tenant_id" integer,
	"conversation_id" uuid,
	"version" bigint,
	"seq" bigint NOT NULL,
	"steps" json NOT NULL,
	"status" text,
	"error" text,
	"operation_id" uuid NOT NULL,
	CONSTRAINT "answer_steps_pkey" PRIMARY KEY("tenant_id","conversation_id","version"),
	CONSTRAINT "answer_steps_status_known" CHECK ("status" in ('complete', 'stopped', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "holdfast"."conversations" (
	"tenant_id" integer,
	"id" uuid,
	"owner_id" text NOT NULL,
	"title" text,
	"last_seq" bigint NOT NULL,
	"version" bigint NOT NULL,
	"answer_id" uuid,
	"answer_seq" bigint,
	"answer_lease_until" timestamp with time zone,
	"answer_paid" boolean,
	"waiting" boolean NOT NULL,
	"waiting_wallet_id" uuid,
	"created_at" timestamp with time zone NOT NULL,
	"operation_id" uuid NOT NULL,
	CONSTRAINT "conversations_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "conversations_answer_whole" CHECK (num_nulls("answer_id", "answer_seq", "answer_lease_until", "answer_paid") in (0, 4)),
	CONSTRAINT "conversations_seq_within_version" CHECK ("last_seq" >= 0 and "last_seq" <= "version")
);
--> statement-breakpoint
CREATE TABLE "holdfast"."messages" (
	"tenant_id" integer,
	"conversation_id" uuid,
	"seq" bigint,
	"message_id" text NOT NULL,
	"role" text NOT NULL,
	"metadata" json,
	"parts" json NOT NULL,
	"status" text NOT NULL,
	"error" text,
	"generated" boolean NOT NULL,
	"version" bigint NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"operation_id" uuid NOT NULL,
	CONSTRAINT "messages_pkey" PRIMARY KEY("tenant_id","conversation_id","seq"),
	CONSTRAINT "messages_id_once" UNIQUE("tenant_id","conversation_id","message_id"),
	CONSTRAINT "messages_role_known" CHECK ("role" in ('system', 'user', 'assistant')),
	CONSTRAINT "messages_status_known" CHECK ("status" in ('streaming', 'complete', 'stopped', 'failed'))
);
--> statement-breakpoint
CREATE INDEX "conversations_owner" ON "holdfast"."conversations" ("owner_id","id");--> statement-breakpoint
CREATE INDEX "conversations_answering" ON "holdfast"."conversations" ("tenant_id","id","answer_lease_until") WHERE "answer_lease_until" is not null;--> statement-breakpoint
-- The row of a conversation changes with every message: room on its page keeps it where it is.
ALTER TABLE "holdfast"."conversations" SET (fillfactor = 50);
--> statement-breakpoint
-- The app role may read, insert, and change exactly what moves. A message that has ended never changes.
GRANT SELECT, INSERT ON "holdfast"."conversations", "holdfast"."messages", "holdfast"."answer_steps" TO holdfast_app;
--> statement-breakpoint
GRANT UPDATE ("last_seq", "version", "answer_id", "answer_seq", "answer_lease_until", "answer_paid", "waiting", "waiting_wallet_id")
  ON "holdfast"."conversations" TO holdfast_app;
--> statement-breakpoint
GRANT UPDATE ("parts", "status", "error") ON "holdfast"."messages" TO holdfast_app;
--> statement-breakpoint
ALTER TABLE "holdfast"."conversations" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "holdfast"."conversations" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "conversations_of_tenant" ON "holdfast"."conversations" TO holdfast_app
  USING ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int)
  WITH CHECK ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int);
--> statement-breakpoint
CREATE POLICY "conversations_read_by_owner" ON "holdfast"."conversations" FOR SELECT TO holdfast_owner USING (true);
--> statement-breakpoint
ALTER TABLE "holdfast"."messages" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "holdfast"."messages" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "messages_of_tenant" ON "holdfast"."messages" TO holdfast_app
  USING ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int)
  WITH CHECK ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int);
--> statement-breakpoint
CREATE POLICY "messages_read_by_owner" ON "holdfast"."messages" FOR SELECT TO holdfast_owner USING (true);
--> statement-breakpoint
ALTER TABLE "holdfast"."answer_steps" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "holdfast"."answer_steps" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "answer_steps_of_tenant" ON "holdfast"."answer_steps" TO holdfast_app
  USING ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int)
  WITH CHECK ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int);
--> statement-breakpoint
CREATE POLICY "answer_steps_read_by_owner" ON "holdfast"."answer_steps" FOR SELECT TO holdfast_owner USING (true);
--> statement-breakpoint
-- What the locks guard is changed here and nowhere else: exactly the rows that were decided on, as they were decided on;
-- otherwise the transaction is aborted. Row by row, for the reason given at `change_shows`.
CREATE FUNCTION "holdfast"."change_conversations"(
  tenant int, ids uuid[], versions_before bigint[], steps bigint[], appended bigint[], answer_ids uuid[], answer_seqs bigint[],
  leases timestamptz[], paid boolean[], waits boolean[], waiting_wallet_ids uuid[]
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
  change record;
BEGIN
  FOR change IN
    SELECT * FROM unnest(ids, versions_before, steps, appended, answer_ids, answer_seqs, leases, paid, waits, waiting_wallet_ids)
      AS t (id, version_before, steps, appended, answer_id, answer_seq, lease_until, paid, waits, waiting_wallet_id)
  LOOP
    UPDATE holdfast.conversations AS conversation SET
      version = conversation.version + change.steps, last_seq = conversation.last_seq + change.appended,
      answer_id = change.answer_id, answer_seq = change.answer_seq, answer_lease_until = change.lease_until,
      answer_paid = change.paid, waiting = change.waits, waiting_wallet_id = change.waiting_wallet_id
    WHERE conversation.tenant_id = tenant AND conversation.id = change.id AND conversation.version = change.version_before;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'a row is not as it was decided on' USING ERRCODE = 'HF002';
    END IF;
  END LOOP;
END
$$;
--> statement-breakpoint
-- An answer ends once.
CREATE FUNCTION "holdfast"."settle_answers"(
  tenant int, conversation_ids uuid[], seqs bigint[], all_parts text[], statuses text[], errors text[]
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
DECLARE
  settled record;
BEGIN
  FOR settled IN
    SELECT * FROM unnest(conversation_ids, seqs, all_parts, statuses, errors) AS t (conversation_id, seq, parts, status, error)
  LOOP
    UPDATE holdfast.messages AS message SET parts = settled.parts::json, status = settled.status, error = settled.error
    -- By the primary key, whose order is asked for: `messages_id_once` would find all messages of the conversation.
    WHERE message.ctid = (SELECT one.ctid FROM holdfast.messages AS one
        WHERE one.tenant_id = tenant AND one.conversation_id = settled.conversation_id AND one.seq <= settled.seq
        ORDER BY one.seq DESC LIMIT 1)
      AND message.seq = settled.seq AND message.status = 'streaming';
    IF NOT FOUND THEN
      RAISE EXCEPTION 'a row is not as it was decided on' USING ERRCODE = 'HF002';
    END IF;
  END LOOP;
END
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "holdfast"."change_conversations"(
  int, uuid[], bigint[], bigint[], bigint[], uuid[], bigint[], timestamptz[], boolean[], boolean[], uuid[]) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "holdfast"."change_conversations"(
  int, uuid[], bigint[], bigint[], bigint[], uuid[], bigint[], timestamptz[], boolean[], boolean[], uuid[]) TO holdfast_app;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "holdfast"."settle_answers"(int, uuid[], bigint[], text[], text[], text[]) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "holdfast"."settle_answers"(int, uuid[], bigint[], text[], text[], text[]) TO holdfast_app;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION "holdfast"."overdue_tenants"() RETURNS SETOF int
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
  SELECT tenant_id FROM holdfast.holds
  WHERE status IN ('open', 'partially_captured') AND expires_at <= (SELECT clock_timestamp())
  UNION
  SELECT tenant_id FROM holdfast.reservations
  WHERE status = 'held' AND expires_at <= (SELECT clock_timestamp())
  UNION
  SELECT tenant_id FROM holdfast.conversations
  WHERE answer_lease_until <= (SELECT clock_timestamp())
$$;
