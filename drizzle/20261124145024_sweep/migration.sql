-- Row-level security shows a transaction one tenant, so nobody could say in which tenants something is overdue. This function
-- may, as the owner who reads all: it tells the app role the tenants' numbers and nothing else. The scan stays on the index of
-- what is live, however many rows have been settled since.
CREATE FUNCTION "holdfast"."overdue_tenants"() RETURNS SETOF int
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
  SELECT tenant_id FROM holdfast.holds
  WHERE status IN ('open', 'partially_captured') AND expires_at <= (SELECT clock_timestamp())
  UNION
  SELECT tenant_id FROM holdfast.reservations
  WHERE status = 'held' AND expires_at <= (SELECT clock_timestamp())
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "holdfast"."overdue_tenants"() FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "holdfast"."overdue_tenants"() TO holdfast_app;
