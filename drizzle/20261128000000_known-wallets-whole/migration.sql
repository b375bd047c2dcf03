-- The function of that name as a transaction by itself: it becomes the app role, for the tenant and the caller that it is told, and waits for
-- locks no longer than it is told, so that nothing need be sent before it or behind it. A session between transactions may still do nothing
-- else. The function with the other parameters stays, for servers that are not upgraded yet.
CREATE FUNCTION "holdfast"."write_known_wallets"(
  tenant int, as_caller text, lock_timeout_ms int,
  wallet_ids uuid[], places tid[], versions bigint[], balances bigint[], sums bigint[], steps bigint[],
  operation_ids uuid[], idempotency_keys text[], kinds text[], callers text[], inputs text, outcomes text,
  entry_wallets int[], entry_versions bigint[], entry_operations int[], entry_amounts bigint[], entry_balances bigint[]
) RETURNS tid[]
LANGUAGE plpgsql
SET role = holdfast_app SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_indexscan = on SET enable_indexonlyscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_memoize = off
AS $$
DECLARE
  standing tid[];
  left_at tid[];
  all_inputs text[] := string_to_array(inputs, E'\x1e');
  all_outcomes text[] := string_to_array(outcomes, E'\x1e');
  now_ms bigint;
  services boolean;
  setting text;
BEGIN
  -- Elsewhere the statements below would not see what was committed while the locks were waited for.
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'each statement must see what is committed before it' USING ERRCODE = 'HF002';
  END IF;
  setting := set_config('holdfast.tenant', tenant::text, true);
  setting := set_config('holdfast.caller', as_caller, true);
  setting := set_config('lock_timeout', lock_timeout_ms::text, true);

  -- Where the wallets are, those whose places are not remembered; whether they are there is for the update to find out.
  standing := places;
  IF array_position(places, NULL) IS NOT NULL THEN
    standing := ARRAY(
      SELECT coalesce(wanted.place, (SELECT ctid FROM holdfast.wallets WHERE tenant_id = tenant AND id = wanted.id))
      FROM (SELECT unnest(places) AS place, unnest(wallet_ids) AS id) AS wanted);
  END IF;

  -- Locks each wallet in the order of the array, if it is as it was decided on: also one that moves by nothing, because it was
  -- looked at and had too little. Planned without the index, for the reason given at change_wallets: no other way than the place.
  setting := set_config('enable_indexscan', 'off', true);
  WITH moved AS (
    UPDATE holdfast.wallets AS wallet SET
      credit_balance = wallet.credit_balance + change.amount,
      version = wallet.version + change.steps
    FROM (SELECT unnest(standing) AS place, unnest(wallet_ids) AS id, unnest(versions) AS version, unnest(balances) AS balance,
      unnest(sums) AS amount, unnest(steps) AS steps) AS change
    WHERE wallet.tenant_id = tenant AND wallet.ctid = change.place AND wallet.id = change.id
      AND wallet.version = change.version AND wallet.credit_balance = change.balance AND wallet.held = 0
    RETURNING wallet.ctid AS place)
  SELECT coalesce(array_agg(place), '{}') FROM moved INTO left_at;
  setting := set_config('enable_indexscan', 'on', true);
  IF cardinality(left_at) <> cardinality(wallet_ids) THEN
    RAISE EXCEPTION '% wallets of % are as they were decided on', cardinality(left_at), cardinality(wallet_ids) USING ERRCODE = 'HF002';
  END IF;

  -- By the clock under the locks. A key that another transaction recorded meanwhile violates operations_key_once.
  now_ms := floor(extract(epoch FROM clock_timestamp()) * 1000);
  INSERT INTO holdfast.operations (tenant_id, id, idempotency_key, kind, caller, input, outcome, created_at, seal)
  SELECT tenant, id, idempotency_key, kind, caller, input::json, outcome::json, to_timestamp(now_ms::float8 / 1000),
    sha256(convert_to(concat_ws(E'\x1f', tenant, id, idempotency_key, kind, caller, input, outcome, now_ms), 'UTF8'))
  FROM (SELECT unnest(operation_ids) AS id, unnest(idempotency_keys) AS idempotency_key, unnest(kinds) AS kind,
    unnest(callers) AS caller, unnest(all_inputs) AS input, unnest(all_outcomes) AS outcome) AS operation
  WHERE NOT EXISTS (SELECT FROM holdfast.webhooks WHERE tenant_id = tenant AND status <> 'removed');
  -- Whoever began to follow the tenant's changes before the locks were granted is told of this one, which the caller has to see to.
  IF NOT FOUND THEN
    RAISE EXCEPTION 'somebody follows what is changed' USING ERRCODE = 'HF002';
  END IF;

  -- Where no user is aboard, row-level security need not ask of each entry whose it is. For one caller no query is made.
  IF callers[1] = ALL (callers) THEN
    services := holdfast.acts_for_others(callers[1]);
  ELSE
    services := NOT EXISTS (SELECT FROM unnest(callers) AS one (caller) WHERE NOT holdfast.acts_for_others(caller));
  END IF;
  setting := set_config('holdfast.aboard', CASE WHEN services THEN 'services' ELSE 'users' END, true);
  INSERT INTO holdfast.entries
    (tenant_id, wallet_id, version, operation_id, amount, held_change, balance_after, held_after)
  SELECT tenant, wallet_ids[wallet], version, operation_ids[operation], amount, 0, balance_after, 0
  FROM (SELECT unnest(entry_wallets) AS wallet, unnest(entry_versions) AS version, unnest(entry_operations) AS operation,
    unnest(entry_amounts) AS amount, unnest(entry_balances) AS balance_after) AS entry;
  -- In the order of the array, as they were updated; if they were not, the next update finds nobody there.
  RETURN left_at;
END
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "holdfast"."write_known_wallets"(int, text, int, uuid[], tid[], bigint[], bigint[], bigint[], bigint[],
  uuid[], text[], text[], text[], text, text, int[], bigint[], int[], bigint[], bigint[]) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "holdfast"."write_known_wallets"(int, text, int, uuid[], tid[], bigint[], bigint[], bigint[], bigint[],
  uuid[], text[], text[], text[], text, text, int[], bigint[], int[], bigint[], bigint[]) TO holdfast_app, holdfast_login;
--> statement-breakpoint
GRANT USAGE ON SCHEMA "holdfast" TO holdfast_login;
