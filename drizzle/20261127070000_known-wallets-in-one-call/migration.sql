-- All that a batch writes that was decided on wallets as the batch before left them, in one call: three statements each had
-- their own way to Postgres and back. They are those of the write path, in its order: lock, verify, record, write.
CREATE FUNCTION "holdfast"."write_known_wallets"(
  tenant int,
  wallet_ids uuid[], versions bigint[], balances bigint[], sums bigint[], steps bigint[],
  operation_ids uuid[], idempotency_keys text[], kinds text[], callers text[], inputs text, outcomes text,
  entry_wallets uuid[], entry_versions bigint[], entry_operations uuid[], entry_amounts bigint[], entry_balances bigint[]
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_indexscan = on SET enable_indexonlyscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_memoize = off
AS $$
DECLARE
  places tid[];
  now_ms bigint;
  changed bigint;
  setting text;
BEGIN
  -- Where the wallets are; that nobody moves them meanwhile is for the update to find out.
  places := ARRAY(
    SELECT found.place FROM unnest(wallet_ids) AS wanted (id) CROSS JOIN LATERAL (
      SELECT ctid AS place FROM holdfast.wallets WHERE tenant_id = tenant AND id = wanted.id OFFSET 0) AS found);

  -- Locks each wallet in the order of the array, if it is as it was decided on: also one that moves by nothing, because it was
  -- looked at and had too little. Planned without the index, for the reason given at change_wallets: no other way than the place.
  setting := set_config('enable_indexscan', 'off', true);
  UPDATE holdfast.wallets AS wallet SET
    credit_balance = wallet.credit_balance + change.amount,
    version = wallet.version + change.steps
  FROM unnest(places, wallet_ids, versions, balances, sums, steps) AS change (place, id, version, balance, amount, steps)
  WHERE wallet.tenant_id = tenant AND wallet.ctid = change.place AND wallet.id = change.id
    AND wallet.version = change.version AND wallet.credit_balance = change.balance AND wallet.held = 0;
  GET DIAGNOSTICS changed = ROW_COUNT;
  setting := set_config('enable_indexscan', 'on', true);
  IF changed <> cardinality(wallet_ids) THEN
    RAISE EXCEPTION '% wallets of % are as they were decided on', changed, cardinality(wallet_ids) USING ERRCODE = 'HF002';
  END IF;

  -- Whoever began to follow the tenant's changes before the locks were granted is told of this one, which the caller has to see to.
  IF EXISTS (SELECT FROM holdfast.webhooks WHERE tenant_id = tenant AND status <> 'removed') THEN
    RAISE EXCEPTION 'somebody follows what is changed' USING ERRCODE = 'HF002';
  END IF;

  -- By the clock under the locks. A key that another transaction recorded meanwhile violates operations_key_once.
  now_ms := floor(extract(epoch FROM clock_timestamp()) * 1000);
  INSERT INTO holdfast.operations (tenant_id, id, idempotency_key, kind, caller, input, outcome, created_at, seal)
  SELECT tenant_id, id, idempotency_key, kind, caller, input::json, outcome::json, to_timestamp(now_ms::float8 / 1000),
    sha256(convert_to(concat_ws(E'\x1f', tenant_id, id, idempotency_key, kind, caller, input, outcome, now_ms), 'UTF8'))
  FROM (
    SELECT tenant AS tenant_id, * FROM unnest(operation_ids, idempotency_keys, kinds, callers,
      string_to_array(inputs, E'\x1e'), string_to_array(outcomes, E'\x1e'))) AS operation
    (tenant_id, id, idempotency_key, kind, caller, input, outcome);

  -- Where no user is aboard, row-level security need not ask of each entry whose it is.
  setting := set_config('holdfast.aboard', CASE WHEN EXISTS (
    SELECT FROM unnest(callers) AS one (caller) WHERE NOT holdfast.acts_for_others(caller)) THEN 'users' ELSE 'services' END, true);
  INSERT INTO holdfast.entries
    (tenant_id, wallet_id, version, operation_id, amount, held_change, balance_after, held_after)
  SELECT tenant, wallet_id, version, operation_id, amount, 0, balance_after, 0
  FROM unnest(entry_wallets, entry_versions, entry_operations, entry_amounts, entry_balances)
    AS entry (wallet_id, version, operation_id, amount, balance_after);
END
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "holdfast"."write_known_wallets"(int, uuid[], bigint[], bigint[], bigint[], bigint[],
  uuid[], text[], text[], text[], text, text, uuid[], bigint[], uuid[], bigint[], bigint[]) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "holdfast"."write_known_wallets"(int, uuid[], bigint[], bigint[], bigint[], bigint[],
  uuid[], text[], text[], text[], text, text, uuid[], bigint[], uuid[], bigint[], bigint[]) TO holdfast_app;
