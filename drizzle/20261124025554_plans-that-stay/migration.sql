-- By tenant first, it was what Postgres took for look-ups by id as well while the table was small, and the plan stayed.
DROP INDEX "holdfast"."wallets_owner";
--> statement-breakpoint
CREATE INDEX "wallets_owner" ON "holdfast"."wallets" ("owner_id");
--> statement-breakpoint
-- Updates rows at the place where their lock found them, which can't change while they are locked. A plan that is made
-- while the table is small would rather read all rows of the tenant, and is kept when they are many: so, whoever calls,
-- these functions know no other way than the place. Other rows than those decided abort the transaction.
CREATE FUNCTION "holdfast"."change_wallets"(
  tenant int, ids uuid[], places tid[], amounts bigint[], held_changes bigint[], steps bigint[]
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_memoize = off
AS $$
DECLARE
  changed bigint;
BEGIN
  UPDATE holdfast.wallets AS wallet SET
    credit_balance = wallet.credit_balance + change.amount,
    held = wallet.held + change.held_change,
    version = wallet.version + change.steps
  FROM unnest(ids, places, amounts, held_changes, steps) AS change (id, place, amount, held_change, steps)
  WHERE wallet.tenant_id = tenant AND wallet.ctid = change.place AND wallet.id = change.id;
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> cardinality(ids) THEN
    RAISE EXCEPTION 'wrote % rows instead of %', changed, cardinality(ids) USING ERRCODE = 'HF002';
  END IF;
END
$$;
--> statement-breakpoint
CREATE FUNCTION "holdfast"."settle_holds"(
  tenant int, ids uuid[], places tid[], captures bigint[], statuses text[]
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_memoize = off
AS $$
DECLARE
  changed bigint;
BEGIN
  UPDATE holdfast.holds AS hold SET captured = settled.captured, status = settled.status
  FROM unnest(ids, places, captures, statuses) AS settled (id, place, captured, status)
  WHERE hold.tenant_id = tenant AND hold.ctid = settled.place AND hold.id = settled.id;
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> cardinality(ids) THEN
    RAISE EXCEPTION 'wrote % rows instead of %', changed, cardinality(ids) USING ERRCODE = 'HF002';
  END IF;
END
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "holdfast"."change_wallets"(int, uuid[], tid[], bigint[], bigint[], bigint[]) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "holdfast"."change_wallets"(int, uuid[], tid[], bigint[], bigint[], bigint[]) TO holdfast_app;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "holdfast"."settle_holds"(int, uuid[], tid[], bigint[], text[]) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "holdfast"."settle_holds"(int, uuid[], tid[], bigint[], text[]) TO holdfast_app;
