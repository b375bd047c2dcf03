CREATE INDEX "conversations_waiting" ON "holdfast"."conversations" ("tenant_id","id") WHERE "waiting" and "answer_lease_until" is null;--> statement-breakpoint
-- In which tenants messages wait for an answer while none is under way: their numbers and nothing else, as `overdue_tenants` does.
CREATE FUNCTION "holdfast"."waiting_tenants"() RETURNS SETOF int
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
  SELECT DISTINCT tenant_id FROM holdfast.conversations WHERE waiting AND answer_lease_until IS NULL
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "holdfast"."waiting_tenants"() FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "holdfast"."waiting_tenants"() TO holdfast_app;
