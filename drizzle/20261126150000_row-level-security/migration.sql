-- Beside the tenant, the caller. What a transaction acts as stands in the setting `holdfast.caller`, as in `operations.caller`:
-- "user:ada", "service:shop", "system:holdfast" for the write path and the feed. None, or an unknown one, sees no row.
-- The policies of the tenants stay; these are restrictive, so that no policy added later opens what they close. The functions'
-- bodies are parsed here once and for all, so no search_path of a session's gives their names another meaning.
CREATE FUNCTION "holdfast"."tenant"() RETURNS int LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('holdfast.tenant', true), '')::int;
--> statement-breakpoint
CREATE FUNCTION "holdfast"."caller"() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('holdfast.caller', true), '');
--> statement-breakpoint
CREATE FUNCTION "holdfast"."acts_for_others"(caller text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(split_part(caller, ':', 1) IN ('service', 'admin', 'system'), false);
--> statement-breakpoint
CREATE FUNCTION "holdfast"."administers"(caller text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(split_part(caller, ':', 1) IN ('admin', 'system'), false);
--> statement-breakpoint
-- The user that a caller is; null for all others.
CREATE FUNCTION "holdfast"."subject_of"(caller text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN starts_with(caller, 'user:') THEN nullif(substr(caller, 6), '') END;
--> statement-breakpoint
CREATE FUNCTION "holdfast"."is_somebody"(caller text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN "holdfast"."acts_for_others"(caller) OR "holdfast"."subject_of"(caller) IS NOT NULL;
--> statement-breakpoint
CREATE FUNCTION "holdfast"."may_act_for"(caller text, owner text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce("holdfast"."acts_for_others"(caller) OR "holdfast"."subject_of"(caller) = owner, false);
--> statement-breakpoint
-- Whether all operations that the transaction has recorded last are of callers who act for others; `recordOperations` says so.
CREATE FUNCTION "holdfast"."no_user_aboard"() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(current_setting('holdfast.aboard', true) = 'services', false);
--> statement-breakpoint
-- Reads. Sub-selects, so that a setting is looked at once a statement and not once a row. The owner of a row elsewhere is asked
-- for by a scalar sub-select: of an EXISTS Postgres may make a list of all rows that somebody owns.
CREATE POLICY "tenants_seen" ON "holdfast"."tenants" AS RESTRICTIVE FOR SELECT TO holdfast_app
  USING ((SELECT "holdfast"."is_somebody"("holdfast"."caller"())));
--> statement-breakpoint
CREATE POLICY "api_keys_seen" ON "holdfast"."api_keys" AS RESTRICTIVE FOR SELECT TO holdfast_app
  USING ((SELECT "holdfast"."acts_for_others"("holdfast"."caller"())));
--> statement-breakpoint
CREATE POLICY "wallets_seen" ON "holdfast"."wallets" AS RESTRICTIVE FOR SELECT TO holdfast_app
  USING ((SELECT "holdfast"."acts_for_others"("holdfast"."caller"())) OR "owner_id" = (SELECT "holdfast"."subject_of"("holdfast"."caller"())));
--> statement-breakpoint
CREATE POLICY "operations_seen" ON "holdfast"."operations" AS RESTRICTIVE FOR SELECT TO holdfast_app
  USING ((SELECT "holdfast"."acts_for_others"("holdfast"."caller"())) OR "caller" = (SELECT "holdfast"."caller"()));
--> statement-breakpoint
CREATE POLICY "entries_seen" ON "holdfast"."entries" AS RESTRICTIVE FOR SELECT TO holdfast_app
  USING ((SELECT "holdfast"."acts_for_others"("holdfast"."caller"())) OR (SELECT "holdfast"."subject_of"("holdfast"."caller"())) = (
    SELECT "one"."owner_id" FROM "holdfast"."wallets" AS "one"
    WHERE "one"."tenant_id" = "entries"."tenant_id" AND "one"."id" = "entries"."wallet_id"));
--> statement-breakpoint
CREATE POLICY "holds_seen" ON "holdfast"."holds" AS RESTRICTIVE FOR SELECT TO holdfast_app
  USING ((SELECT "holdfast"."acts_for_others"("holdfast"."caller"())) OR (SELECT "holdfast"."subject_of"("holdfast"."caller"())) = (
    SELECT "one"."owner_id" FROM "holdfast"."wallets" AS "one"
    WHERE "one"."tenant_id" = "holds"."tenant_id" AND "one"."id" = "holds"."wallet_id"));
--> statement-breakpoint
-- A show, its seats and their history are everybody's of the tenant; whose a seat is says the reservation.
CREATE POLICY "shows_seen" ON "holdfast"."shows" AS RESTRICTIVE FOR SELECT TO holdfast_app
  USING ((SELECT "holdfast"."is_somebody"("holdfast"."caller"())));
--> statement-breakpoint
CREATE POLICY "seats_seen" ON "holdfast"."seats" AS RESTRICTIVE FOR SELECT TO holdfast_app
  USING ((SELECT "holdfast"."is_somebody"("holdfast"."caller"())));
--> statement-breakpoint
CREATE POLICY "show_changes_seen" ON "holdfast"."show_changes" AS RESTRICTIVE FOR SELECT TO holdfast_app
  USING ((SELECT "holdfast"."is_somebody"("holdfast"."caller"())));
--> statement-breakpoint
CREATE POLICY "reservations_seen" ON "holdfast"."reservations" AS RESTRICTIVE FOR SELECT TO holdfast_app
  USING ((SELECT "holdfast"."acts_for_others"("holdfast"."caller"())) OR "customer_id" = (SELECT "holdfast"."subject_of"("holdfast"."caller"())));
--> statement-breakpoint
CREATE POLICY "conversations_seen" ON "holdfast"."conversations" AS RESTRICTIVE FOR SELECT TO holdfast_app
  USING ((SELECT "holdfast"."acts_for_others"("holdfast"."caller"())) OR "owner_id" = (SELECT "holdfast"."subject_of"("holdfast"."caller"())));
--> statement-breakpoint
CREATE POLICY "messages_seen" ON "holdfast"."messages" AS RESTRICTIVE FOR SELECT TO holdfast_app
  USING ((SELECT "holdfast"."acts_for_others"("holdfast"."caller"())) OR (SELECT "holdfast"."subject_of"("holdfast"."caller"())) = (
    SELECT "one"."owner_id" FROM "holdfast"."conversations" AS "one"
    WHERE "one"."tenant_id" = "messages"."tenant_id" AND "one"."id" = "messages"."conversation_id"));
--> statement-breakpoint
CREATE POLICY "answer_steps_seen" ON "holdfast"."answer_steps" AS RESTRICTIVE FOR SELECT TO holdfast_app
  USING ((SELECT "holdfast"."acts_for_others"("holdfast"."caller"())) OR (SELECT "holdfast"."subject_of"("holdfast"."caller"())) = (
    SELECT "one"."owner_id" FROM "holdfast"."conversations" AS "one"
    WHERE "one"."tenant_id" = "answer_steps"."tenant_id" AND "one"."id" = "answer_steps"."conversation_id"));
--> statement-breakpoint
-- Writes. A transaction holds the commands of many callers, so whose a row is is asked of its operation, which was recorded in
-- the same transaction before it. Where no user is aboard, nothing need be asked.
CREATE POLICY "wallets_opened_by_owner" ON "holdfast"."wallets" AS RESTRICTIVE FOR INSERT TO holdfast_app
  WITH CHECK ((SELECT "holdfast"."no_user_aboard"()) OR (
    SELECT "holdfast"."may_act_for"("operation"."caller", "wallets"."owner_id") AND ("wallets"."min_balance" >= 0 OR "holdfast"."acts_for_others"("operation"."caller"))
    FROM "holdfast"."operations" AS "operation"
    WHERE "operation"."tenant_id" = "wallets"."tenant_id" AND "operation"."id" = "wallets"."operation_id"));
--> statement-breakpoint
-- Whoever takes credit or holds it owns the wallet; anybody may give. Who stops the answer in a conversation of theirs lets go of
-- its hold on whichever wallet pays for it.
CREATE POLICY "entries_taken_by_owner" ON "holdfast"."entries" AS RESTRICTIVE FOR INSERT TO holdfast_app
  WITH CHECK ((SELECT "holdfast"."no_user_aboard"()) OR ("amount" > 0 AND "held_change" = 0) OR (
    SELECT "holdfast"."may_act_for"("operation"."caller", "one"."owner_id")
      OR ("operation"."kind" = 'conversations.stop' AND "entries"."amount" = 0 AND "entries"."held_change" < 0)
    FROM "holdfast"."operations" AS "operation"
    JOIN "holdfast"."wallets" AS "one"
      ON "one"."tenant_id" = "entries"."tenant_id" AND "one"."id" = "entries"."wallet_id"
    WHERE "operation"."tenant_id" = "entries"."tenant_id" AND "operation"."id" = "entries"."operation_id"));
--> statement-breakpoint
CREATE POLICY "holds_placed_by_owner" ON "holdfast"."holds" AS RESTRICTIVE FOR INSERT TO holdfast_app
  WITH CHECK ((SELECT "holdfast"."no_user_aboard"()) OR (
    SELECT "holdfast"."may_act_for"("operation"."caller", "one"."owner_id")
    FROM "holdfast"."operations" AS "operation"
    JOIN "holdfast"."wallets" AS "one"
      ON "one"."tenant_id" = "holds"."tenant_id" AND "one"."id" = "holds"."wallet_id"
    WHERE "operation"."tenant_id" = "holds"."tenant_id" AND "operation"."id" = "holds"."operation_id"));
--> statement-breakpoint
CREATE POLICY "shows_created_by_services" ON "holdfast"."shows" AS RESTRICTIVE FOR INSERT TO holdfast_app
  WITH CHECK ((SELECT "holdfast"."no_user_aboard"()) OR (
    SELECT "holdfast"."acts_for_others"("operation"."caller")
    FROM "holdfast"."operations" AS "operation"
    WHERE "operation"."tenant_id" = "shows"."tenant_id" AND "operation"."id" = "shows"."operation_id"));
--> statement-breakpoint
CREATE POLICY "reservations_made_by_customer" ON "holdfast"."reservations" AS RESTRICTIVE FOR INSERT TO holdfast_app
  WITH CHECK ((SELECT "holdfast"."no_user_aboard"()) OR (
    SELECT "holdfast"."may_act_for"("operation"."caller", "reservations"."customer_id")
    FROM "holdfast"."operations" AS "operation"
    WHERE "operation"."tenant_id" = "reservations"."tenant_id" AND "operation"."id" = "reservations"."operation_id"));
--> statement-breakpoint
-- Seats change with a row of their history, so this guards them, too.
CREATE POLICY "show_changes_made_by_customer" ON "holdfast"."show_changes" AS RESTRICTIVE FOR INSERT TO holdfast_app
  WITH CHECK ((SELECT "holdfast"."no_user_aboard"()) OR (
    SELECT "holdfast"."may_act_for"("operation"."caller", "one"."customer_id")
    FROM "holdfast"."operations" AS "operation"
    JOIN "holdfast"."reservations" AS "one"
      ON "one"."tenant_id" = "show_changes"."tenant_id" AND "one"."id" = "show_changes"."reservation_id"
    WHERE "operation"."tenant_id" = "show_changes"."tenant_id" AND "operation"."id" = "show_changes"."operation_id"));
--> statement-breakpoint
CREATE POLICY "conversations_begun_by_owner" ON "holdfast"."conversations" AS RESTRICTIVE FOR INSERT TO holdfast_app
  WITH CHECK ((SELECT "holdfast"."no_user_aboard"()) OR (
    SELECT "holdfast"."may_act_for"("operation"."caller", "conversations"."owner_id")
    FROM "holdfast"."operations" AS "operation"
    WHERE "operation"."tenant_id" = "conversations"."tenant_id" AND "operation"."id" = "conversations"."operation_id"));
--> statement-breakpoint
CREATE POLICY "messages_written_by_owner" ON "holdfast"."messages" AS RESTRICTIVE FOR INSERT TO holdfast_app
  WITH CHECK ((SELECT "holdfast"."no_user_aboard"()) OR (
    SELECT "holdfast"."may_act_for"("operation"."caller", "one"."owner_id")
    FROM "holdfast"."operations" AS "operation"
    JOIN "holdfast"."conversations" AS "one"
      ON "one"."tenant_id" = "messages"."tenant_id" AND "one"."id" = "messages"."conversation_id"
    WHERE "operation"."tenant_id" = "messages"."tenant_id" AND "operation"."id" = "messages"."operation_id"));
--> statement-breakpoint
CREATE POLICY "answer_steps_said_by_owner" ON "holdfast"."answer_steps" AS RESTRICTIVE FOR INSERT TO holdfast_app
  WITH CHECK ((SELECT "holdfast"."no_user_aboard"()) OR (
    SELECT "holdfast"."may_act_for"("operation"."caller", "one"."owner_id")
    FROM "holdfast"."operations" AS "operation"
    JOIN "holdfast"."conversations" AS "one"
      ON "one"."tenant_id" = "answer_steps"."tenant_id" AND "one"."id" = "answer_steps"."conversation_id"
    WHERE "operation"."tenant_id" = "answer_steps"."tenant_id" AND "operation"."id" = "answer_steps"."operation_id"));
--> statement-breakpoint
-- What a user's command names, where no row that it wrote has been asked whose it is: a refusal tells of a wallet, an extended
-- hold of a reservation, and a message that is there already of a conversation.
CREATE FUNCTION "holdfast"."names_only_own"(tenant int, caller text, kind text, input json, outcome json) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog
AS $$
DECLARE
  subject CONSTANT text := holdfast.subject_of(caller);
  passed CONSTANT boolean := coalesce(outcome ->> 'ok', '') = 'true';
  named_wallet text;
  owners text[] := '{}';
BEGIN
  IF kind IN ('wallets.credit', 'wallets.expire', 'shows.create', 'seats.expire', 'conversations.answer', 'conversations.save',
    'conversations.settle', 'conversations.abandon') THEN
    RETURN false;
  ELSIF kind IN ('wallets.open', 'conversations.create', 'conversations.importJson') THEN
    RETURN true;
  ELSIF kind = 'wallets.batch' THEN
    RETURN NOT EXISTS (
      SELECT FROM (
        SELECT step.command, step.result ->> 'ok' AS ok, step.result AS result
        FROM ROWS FROM (json_array_elements(input -> 'commands'), json_array_elements(outcome #> '{data,results}'))
          AS step (command, result)
        WHERE passed
        UNION ALL
        SELECT input -> 'commands' -> (outcome #>> '{details,index}')::int, 'false', outcome -> 'details'
        WHERE NOT passed) AS step
      WHERE CASE WHEN step.ok = 'true' THEN step.command ->> 'kind' = 'credit'
        ELSE step.result ->> 'code' NOT IN ('NOT_FOUND', 'FORBIDDEN', 'BAD_REQUEST')
          AND NOT holdfast.names_only_own(tenant, caller, 'wallets.' || (step.command ->> 'kind'), step.command, step.result)
        END);
  ELSIF kind SIMILAR TO '(keys|webhooks).%' THEN
    -- They are the admins' alone.
    RETURN false;
  ELSIF kind NOT SIMILAR TO '(wallets|seats|conversations).%' THEN
    -- A feature of an application's own, whose names are its own.
    RETURN true;
  END IF;
  named_wallet := coalesce(input ->> 'fromWalletId', input ->> 'walletId');
  IF named_wallet IS NOT NULL AND (kind LIKE 'wallets.%' OR kind = 'conversations.send' AND passed
      AND outcome #>> '{data,messages,0,alreadyThere}' IS NULL
    OR outcome ->> 'code' IN ('INSUFFICIENT_FUNDS', 'BALANCE_LIMIT')) THEN
    owners := owners || ARRAY(SELECT owner_id FROM holdfast.wallets WHERE tenant_id = tenant AND id = named_wallet::uuid);
  END IF;
  IF input ->> 'holdId' IS NOT NULL THEN
    owners := owners || ARRAY(
      SELECT wallet.owner_id FROM holdfast.holds AS hold
      JOIN holdfast.wallets AS wallet ON wallet.tenant_id = tenant AND wallet.id = hold.wallet_id
      WHERE hold.tenant_id = tenant AND hold.id = (input ->> 'holdId')::uuid);
  END IF;
  IF input #>> '{token,reservationId}' IS NOT NULL THEN
    owners := owners || ARRAY(SELECT customer_id FROM holdfast.reservations
      WHERE tenant_id = tenant AND id = (input #>> '{token,reservationId}')::uuid);
  END IF;
  IF input ->> 'conversationId' IS NOT NULL THEN
    owners := owners || ARRAY(SELECT owner_id FROM holdfast.conversations
      WHERE tenant_id = tenant AND id = (input ->> 'conversationId')::uuid);
  END IF;
  RETURN subject IS NOT NULL AND subject = ALL (owners || coalesce(input ->> 'customerId', subject));
END
$$;
--> statement-breakpoint
-- A success whose rows have been asked whose they are needs no second question; by its first letters, for to parse JSON is dear.
CREATE POLICY "operations_name_only_own" ON "holdfast"."operations" AS RESTRICTIVE FOR INSERT TO holdfast_app
  WITH CHECK ("holdfast"."acts_for_others"("caller") OR CASE
    WHEN "kind" IN ('wallets.debit', 'wallets.transfer', 'wallets.boost', 'wallets.stream', 'wallets.hold', 'wallets.capture',
      'wallets.release', 'seats.confirm', 'seats.release', 'conversations.stop') AND starts_with("outcome"::text, '{"ok":true')
      THEN "holdfast"."subject_of"("caller") IS NOT NULL
    -- The commonest of all that a sale brings: what `names_only_own` would say of it, without the call.
    WHEN "kind" = 'seats.reserve'
      THEN coalesce("holdfast"."subject_of"("caller") = coalesce("input" ->> 'customerId', "holdfast"."subject_of"("caller")), false)
    ELSE "holdfast"."names_only_own"("tenant_id", "caller", "kind", "input", "outcome") END);
--> statement-breakpoint
-- What a reader is told of rows that are not theirs, and nothing else of them. These run as the owner, who reads all, so each asks
-- by itself for the tenant and the caller; SECURITY DEFINER with its search_path pinned.
--
-- Of the operation that made an entry, whoever sent it: what the entry's owner is told. Its outcome is the sender's.
CREATE FUNCTION "holdfast"."operations_of_entries"(tenant int, wallet_id uuid, versions bigint[])
RETURNS TABLE (version bigint, operation_id uuid, kind text, told json, hold_id text, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
  SELECT entry.version, operation.id, operation.kind,
    json_build_object('memo', operation.input -> 'memo', 'message', operation.input -> 'message',
      'episodeTitle', operation.input -> 'episodeTitle', 'source', operation.input -> 'source',
      'fromWalletId', operation.input -> 'fromWalletId', 'toWalletId', operation.input -> 'toWalletId'),
    coalesce(operation.input ->> 'holdId', operation.input ->> 'answerId',
      operation.outcome #>> '{data,wallet,holdId}', operation.outcome #>> '{data,holdId}'),
    operation.created_at
  FROM holdfast.wallets AS wallet
  CROSS JOIN unnest($3) AS wanted (version)
  CROSS JOIN LATERAL (SELECT * FROM holdfast.entries
    WHERE entries.tenant_id = $1 AND entries.wallet_id = wallet.id AND entries.version = wanted.version OFFSET 0) AS entry
  CROSS JOIN LATERAL (SELECT * FROM holdfast.operations
    WHERE operations.tenant_id = $1 AND operations.id = entry.operation_id OFFSET 0) AS operation
  WHERE wallet.tenant_id = $1 AND wallet.id = $2 AND $1 = holdfast.tenant()
    AND holdfast.may_act_for(holdfast.caller(), wallet.owner_id)
$$;
--> statement-breakpoint
-- The last version of a wallet that an instant of the database's clock had seen.
CREATE FUNCTION "holdfast"."version_at"(tenant int, wallet_id uuid, at timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
  SELECT entry.version FROM holdfast.wallets AS wallet
  JOIN holdfast.entries AS entry ON entry.tenant_id = $1 AND entry.wallet_id = $2
  JOIN holdfast.operations AS operation ON operation.tenant_id = $1 AND operation.id = entry.operation_id
  WHERE wallet.tenant_id = $1 AND wallet.id = $2 AND $1 = holdfast.tenant()
    AND holdfast.may_act_for(holdfast.caller(), wallet.owner_id) AND operation.created_at <= $3
  ORDER BY entry.version DESC LIMIT 1
$$;
--> statement-breakpoint
-- Which seats of a show are held and until when, and not by whom.
CREATE FUNCTION "holdfast"."held_of_show"(tenant int, show_id uuid) RETURNS TABLE (seat_ids text[], expires_at timestamptz)
LANGUAGE sql STABLE STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
  SELECT reservation.seat_ids, reservation.expires_at FROM holdfast.reservations AS reservation
  WHERE reservation.tenant_id = $1 AND reservation.show_id = $2 AND reservation.status = 'held'
    AND $1 = holdfast.tenant() AND holdfast.is_somebody(holdfast.caller())
$$;
--> statement-breakpoint
-- What a show's seats are paid in, which the organiser's wallet says.
CREATE FUNCTION "holdfast"."currency_of_show"(tenant int, show_id uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
  SELECT wallet.currency FROM holdfast.shows AS show
  JOIN holdfast.wallets AS wallet ON wallet.tenant_id = $1 AND wallet.id = show.wallet_id
  WHERE show.tenant_id = $1 AND show.id = $2 AND $1 = holdfast.tenant() AND holdfast.is_somebody(holdfast.caller())
$$;
--> statement-breakpoint
-- The operations that opened an answer and said it, whoever sent them, in the order of the conversation's versions: for its owner.
CREATE FUNCTION "holdfast"."operations_of_answer"(tenant int, conversation_id uuid, seq bigint, most int)
RETURNS SETOF "holdfast"."operations"
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
  SELECT operation.* FROM (
    SELECT message.operation_id, message.version FROM holdfast.messages AS message
    WHERE message.tenant_id = $1 AND message.conversation_id = $2 AND message.seq = $3
    UNION ALL
    (SELECT step.operation_id, step.version FROM holdfast.messages AS message
    JOIN holdfast.answer_steps AS step ON step.tenant_id = $1 AND step.conversation_id = $2
      AND step.version > message.version AND step.seq = $3
    WHERE message.tenant_id = $1 AND message.conversation_id = $2 AND message.seq = $3
    ORDER BY step.version LIMIT $4)) AS said
  JOIN holdfast.operations AS operation ON operation.tenant_id = $1 AND operation.id = said.operation_id
  WHERE $1 = holdfast.tenant() AND holdfast.may_act_for(holdfast.caller(), (
    SELECT conversation.owner_id FROM holdfast.conversations AS conversation
    WHERE conversation.tenant_id = $1 AND conversation.id = $2))
  ORDER BY said.version
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "holdfast"."tenant"(),
  "holdfast"."caller"(),
  "holdfast"."acts_for_others"(text),
  "holdfast"."administers"(text),
  "holdfast"."is_somebody"(text),
  "holdfast"."subject_of"(text),
  "holdfast"."may_act_for"(text, text),
  "holdfast"."no_user_aboard"(),
  "holdfast"."names_only_own"(int, text, text, json, json),
  "holdfast"."operations_of_entries"(int, uuid, bigint[]),
  "holdfast"."version_at"(int, uuid, timestamptz),
  "holdfast"."held_of_show"(int, uuid),
  "holdfast"."currency_of_show"(int, uuid),
  "holdfast"."operations_of_answer"(int, uuid, bigint, int) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "holdfast"."tenant"(),
  "holdfast"."caller"(),
  "holdfast"."acts_for_others"(text),
  "holdfast"."administers"(text),
  "holdfast"."is_somebody"(text),
  "holdfast"."subject_of"(text),
  "holdfast"."may_act_for"(text, text),
  "holdfast"."no_user_aboard"(),
  "holdfast"."names_only_own"(int, text, text, json, json),
  "holdfast"."operations_of_entries"(int, uuid, bigint[]),
  "holdfast"."version_at"(int, uuid, timestamptz),
  "holdfast"."held_of_show"(int, uuid),
  "holdfast"."currency_of_show"(int, uuid),
  "holdfast"."operations_of_answer"(int, uuid, bigint, int) TO holdfast_app;
--> statement-breakpoint
-- Nobody but the owner has a privilege on the journal of migrations; should somebody be given one, they see no row of it.
ALTER TABLE "holdfast"."migrations" ENABLE ROW LEVEL SECURITY;
