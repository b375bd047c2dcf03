-- One update for all rows of a batch: begun anew for each row, it cost more than the row. Each row is looked up by its whole key
-- first and then updated at the place where it was found, by a function that knows no other way than the place: a join by key
-- would be planned while the tables are small, and go on reading all rows of the tenant when they are many. Nothing moves a row
-- in between, because the show is locked; should it be gone all the same, the transaction is aborted.
CREATE FUNCTION "holdfast"."settle_reservations_at"(
  tenant int, ids uuid[], places tid[], before text[], statuses text[], expiries timestamptz[]
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_memoize = off
AS $$
DECLARE
  changed bigint;
BEGIN
  UPDATE holdfast.reservations AS reservation SET status = change.status, expires_at = change.expires_at
  FROM unnest(ids, places, before, statuses, expiries) AS change (id, place, before, status, expires_at)
  WHERE reservation.tenant_id = tenant AND reservation.ctid = change.place AND reservation.id = change.id
    AND reservation.status = change.before;
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> cardinality(ids) THEN
    RAISE EXCEPTION 'wrote % rows instead of %', changed, cardinality(ids) USING ERRCODE = 'HF002';
  END IF;
END
$$;
--> statement-breakpoint
CREATE FUNCTION "holdfast"."change_seats_at"(
  tenant int, shows uuid[], ids text[], places tid[], before uuid[], after uuid[], statuses text[]
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_memoize = off
AS $$
DECLARE
  changed bigint;
BEGIN
  UPDATE holdfast.seats AS seat SET status = change.status, reservation_id = change.after
  FROM unnest(shows, ids, places, before, after, statuses) AS change (show_id, id, place, before, after, status)
  WHERE seat.tenant_id = tenant AND seat.ctid = change.place AND seat.show_id = change.show_id AND seat.id = change.id
    AND seat.reservation_id IS NOT DISTINCT FROM change.before AND seat.status <> 'sold';
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> cardinality(ids) THEN
    RAISE EXCEPTION 'wrote % rows instead of %', changed, cardinality(ids) USING ERRCODE = 'HF002';
  END IF;
END
$$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION "holdfast"."settle_reservations"(
  tenant int, ids uuid[], before text[], statuses text[], expiries timestamptz[]
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
BEGIN
  PERFORM holdfast.settle_reservations_at(tenant, ids, ARRAY(
    SELECT found.place FROM unnest(ids) WITH ORDINALITY AS wanted (id, nth) LEFT JOIN LATERAL (
      SELECT ctid AS place FROM holdfast.reservations WHERE tenant_id = tenant AND id = wanted.id OFFSET 0) AS found ON true
    ORDER BY wanted.nth), before, statuses, expiries);
END
$$;
--> statement-breakpoint
-- A seat passes from one reservation to another, becomes sold, or free; what was sold stays so.
CREATE OR REPLACE FUNCTION "holdfast"."change_seats"(
  tenant int, shows uuid[], ids text[], before uuid[], after uuid[], statuses text[]
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
BEGIN
  PERFORM holdfast.change_seats_at(tenant, shows, ids, ARRAY(
    SELECT found.place FROM unnest(shows, ids) WITH ORDINALITY AS wanted (show_id, id, nth) LEFT JOIN LATERAL (
      SELECT ctid AS place FROM holdfast.seats
      WHERE tenant_id = tenant AND show_id = wanted.show_id AND id = wanted.id OFFSET 0) AS found ON true
    ORDER BY wanted.nth), before, after, statuses);
END
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "holdfast"."settle_reservations_at"(int, uuid[], tid[], text[], text[], timestamptz[]),
  "holdfast"."change_seats_at"(int, uuid[], text[], tid[], uuid[], uuid[], text[]) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "holdfast"."settle_reservations_at"(int, uuid[], tid[], text[], text[], timestamptz[]),
  "holdfast"."change_seats_at"(int, uuid[], text[], tid[], uuid[], uuid[], text[]) TO holdfast_app;
