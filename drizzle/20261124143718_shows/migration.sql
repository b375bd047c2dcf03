CREATE TABLE "holdfast"."reservations" (
	"tenant_id" integer,
	"id" uuid,
	"show_id" uuid NOT NULL,
	"customer_id" text NOT NULL,
	"seat_ids" text[] NOT NULL,
	"price" bigint NOT NULL,
	"status" text NOT NULL,
	"held_since" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"token_hash" bytea NOT NULL,
	"operation_id" uuid NOT NULL,
	CONSTRAINT "reservations_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "reservations_status_known" CHECK ("status" in ('held', 'confirmed', 'released', 'expired'))
);
--> statement-breakpoint
CREATE TABLE "holdfast"."seats" (
	"tenant_id" integer,
	"show_id" uuid,
	"id" text,
	"status" text NOT NULL,
	"reservation_id" uuid,
	CONSTRAINT "seats_pkey" PRIMARY KEY("tenant_id","show_id","id"),
	CONSTRAINT "seats_status_known" CHECK ("status" in ('free', 'held', 'sold')),
	CONSTRAINT "seats_free_or_somebodys" CHECK (("status" = 'free') = ("reservation_id" is null))
);
--> statement-breakpoint
CREATE TABLE "holdfast"."show_changes" (
	"tenant_id" integer,
	"show_id" uuid,
	"version" bigint,
	"operation_id" uuid NOT NULL,
	"reservation_id" uuid NOT NULL,
	"status" text NOT NULL,
	"seat_ids" text[] NOT NULL,
	CONSTRAINT "show_changes_pkey" PRIMARY KEY("tenant_id","show_id","version"),
	CONSTRAINT "show_changes_status_known" CHECK ("status" in ('free', 'held', 'sold'))
);
--> statement-breakpoint
CREATE TABLE "holdfast"."shows" (
	"tenant_id" integer,
	"id" uuid,
	"name" text NOT NULL,
	"starts_at" timestamp with time zone,
	"wallet_id" uuid,
	"layout" json NOT NULL,
	"hold_seconds" integer NOT NULL,
	"max_hold_seconds" integer NOT NULL,
	"capacity" integer NOT NULL,
	"held" integer NOT NULL,
	"sold" integer NOT NULL,
	"version" bigint NOT NULL,
	"operation_id" uuid NOT NULL,
	CONSTRAINT "shows_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "shows_seats_within_capacity" CHECK ("held" >= 0 and "sold" >= 0 and "held" + "sold" <= "capacity"),
	CONSTRAINT "shows_version_not_negative" CHECK ("version" >= 0)
);
--> statement-breakpoint
CREATE UNIQUE INDEX "reservations_one_active" ON "holdfast"."reservations" ("tenant_id","show_id","customer_id") WHERE "status" = 'held';
--> statement-breakpoint
-- The layout is most of a show's row and never changes: out of line, it is not copied when a seat is counted.
ALTER TABLE "holdfast"."shows" SET (toast_tuple_target = 128, fillfactor = 50);
--> statement-breakpoint
ALTER TABLE "holdfast"."reservations" SET (fillfactor = 70);
--> statement-breakpoint
ALTER TABLE "holdfast"."seats" SET (fillfactor = 70);
--> statement-breakpoint
-- The app role may read, insert, and change exactly what moves. The history is append-only.
GRANT SELECT, INSERT ON "holdfast"."shows", "holdfast"."seats", "holdfast"."reservations", "holdfast"."show_changes" TO holdfast_app;
--> statement-breakpoint
GRANT UPDATE ("held", "sold", "version") ON "holdfast"."shows" TO holdfast_app;
--> statement-breakpoint
GRANT UPDATE ("status", "reservation_id") ON "holdfast"."seats" TO holdfast_app;
--> statement-breakpoint
GRANT UPDATE ("status", "expires_at") ON "holdfast"."reservations" TO holdfast_app;
--> statement-breakpoint
ALTER TABLE "holdfast"."shows" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "holdfast"."shows" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "shows_of_tenant" ON "holdfast"."shows" TO holdfast_app
  USING ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int)
  WITH CHECK ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int);
--> statement-breakpoint
CREATE POLICY "shows_read_by_owner" ON "holdfast"."shows" FOR SELECT TO holdfast_owner USING (true);
--> statement-breakpoint
ALTER TABLE "holdfast"."seats" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "holdfast"."seats" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "seats_of_tenant" ON "holdfast"."seats" TO holdfast_app
  USING ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int)
  WITH CHECK ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int);
--> statement-breakpoint
CREATE POLICY "seats_read_by_owner" ON "holdfast"."seats" FOR SELECT TO holdfast_owner USING (true);
--> statement-breakpoint
ALTER TABLE "holdfast"."reservations" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "holdfast"."reservations" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "reservations_of_tenant" ON "holdfast"."reservations" TO holdfast_app
  USING ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int)
  WITH CHECK ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int);
--> statement-breakpoint
CREATE POLICY "reservations_read_by_owner" ON "holdfast"."reservations" FOR SELECT TO holdfast_owner USING (true);
--> statement-breakpoint
ALTER TABLE "holdfast"."show_changes" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "holdfast"."show_changes" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "show_changes_of_tenant" ON "holdfast"."show_changes" TO holdfast_app
  USING ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int)
  WITH CHECK ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int);
--> statement-breakpoint
CREATE POLICY "show_changes_read_by_owner" ON "holdfast"."show_changes" FOR SELECT TO holdfast_owner USING (true);
--> statement-breakpoint
-- What the locks guard is changed here and nowhere else: exactly the rows that were decided on, as they were decided on;
-- otherwise the transaction is aborted. Row by row: a join with the list would be planned while the tables are small, with the
-- list on the inside, and go on reading all rows of the tenant when they are many (25 a look-up after 3,000 seats, measured).
CREATE FUNCTION "holdfast"."change_shows"(
  tenant int, ids uuid[], held_changes int[], sold_changes int[], steps bigint[]
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
  change record;
BEGIN
  FOR change IN SELECT * FROM unnest(ids, held_changes, sold_changes, steps) AS t (id, held_change, sold_change, steps) LOOP
    UPDATE holdfast.shows AS show SET
      held = show.held + change.held_change, sold = show.sold + change.sold_change, version = show.version + change.steps
    WHERE show.tenant_id = tenant AND show.id = change.id;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'a row is not as it was decided on' USING ERRCODE = 'HF002';
    END IF;
  END LOOP;
END
$$;
--> statement-breakpoint
CREATE FUNCTION "holdfast"."settle_reservations"(
  tenant int, ids uuid[], before text[], statuses text[], expiries timestamptz[]
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
  change record;
BEGIN
  FOR change IN SELECT * FROM unnest(ids, before, statuses, expiries) AS t (id, before, status, expires_at) LOOP
    UPDATE holdfast.reservations AS reservation SET status = change.status, expires_at = change.expires_at
    WHERE reservation.tenant_id = tenant AND reservation.id = change.id AND reservation.status = change.before;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'a row is not as it was decided on' USING ERRCODE = 'HF002';
    END IF;
  END LOOP;
END
$$;
--> statement-breakpoint
-- A seat passes from one reservation to another, becomes sold, or free; what was sold stays so.
CREATE FUNCTION "holdfast"."change_seats"(
  tenant int, shows uuid[], ids text[], before uuid[], after uuid[], statuses text[]
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
  change record;
BEGIN
  FOR change IN SELECT * FROM unnest(shows, ids, before, after, statuses) AS t (show_id, id, before, after, status) LOOP
    UPDATE holdfast.seats AS seat SET status = change.status, reservation_id = change.after
    WHERE seat.tenant_id = tenant AND seat.show_id = change.show_id AND seat.id = change.id
      AND seat.reservation_id IS NOT DISTINCT FROM change.before AND seat.status <> 'sold';
    IF NOT FOUND THEN
      RAISE EXCEPTION 'a row is not as it was decided on' USING ERRCODE = 'HF002';
    END IF;
  END LOOP;
END
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "holdfast"."change_shows"(int, uuid[], int[], int[], bigint[]) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "holdfast"."change_shows"(int, uuid[], int[], int[], bigint[]) TO holdfast_app;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "holdfast"."settle_reservations"(int, uuid[], text[], text[], timestamptz[]) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "holdfast"."settle_reservations"(int, uuid[], text[], text[], timestamptz[]) TO holdfast_app;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "holdfast"."change_seats"(int, uuid[], text[], uuid[], uuid[], text[]) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "holdfast"."change_seats"(int, uuid[], text[], uuid[], uuid[], text[]) TO holdfast_app;
