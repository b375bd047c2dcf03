-- What policies ask costs more than the rows that they guard, where a statement has many: the tenant was read anew for each row,
-- and the queries that only a user's row is asked were set up for each statement of services, too. Nothing is allowed now
-- that was not before.

-- A sub-select without a column is asked once a statement.
ALTER POLICY "answer_steps_of_tenant" ON "holdfast"."answer_steps"
  USING ("tenant_id" = (SELECT "holdfast"."tenant"())) WITH CHECK ("tenant_id" = (SELECT "holdfast"."tenant"()));
--> statement-breakpoint
ALTER POLICY "api_keys_of_tenant" ON "holdfast"."api_keys"
  USING ("tenant_id" = (SELECT "holdfast"."tenant"())) WITH CHECK ("tenant_id" = (SELECT "holdfast"."tenant"()));
--> statement-breakpoint
ALTER POLICY "conversations_of_tenant" ON "holdfast"."conversations"
  USING ("tenant_id" = (SELECT "holdfast"."tenant"())) WITH CHECK ("tenant_id" = (SELECT "holdfast"."tenant"()));
--> statement-breakpoint
ALTER POLICY "entries_of_tenant" ON "holdfast"."entries"
  USING ("tenant_id" = (SELECT "holdfast"."tenant"())) WITH CHECK ("tenant_id" = (SELECT "holdfast"."tenant"()));
--> statement-breakpoint
ALTER POLICY "holds_of_tenant" ON "holdfast"."holds"
  USING ("tenant_id" = (SELECT "holdfast"."tenant"())) WITH CHECK ("tenant_id" = (SELECT "holdfast"."tenant"()));
--> statement-breakpoint
ALTER POLICY "messages_of_tenant" ON "holdfast"."messages"
  USING ("tenant_id" = (SELECT "holdfast"."tenant"())) WITH CHECK ("tenant_id" = (SELECT "holdfast"."tenant"()));
--> statement-breakpoint
ALTER POLICY "operations_of_tenant" ON "holdfast"."operations"
  USING ("tenant_id" = (SELECT "holdfast"."tenant"())) WITH CHECK ("tenant_id" = (SELECT "holdfast"."tenant"()));
--> statement-breakpoint
ALTER POLICY "reservations_of_tenant" ON "holdfast"."reservations"
  USING ("tenant_id" = (SELECT "holdfast"."tenant"())) WITH CHECK ("tenant_id" = (SELECT "holdfast"."tenant"()));
--> statement-breakpoint
ALTER POLICY "seats_of_tenant" ON "holdfast"."seats"
  USING ("tenant_id" = (SELECT "holdfast"."tenant"())) WITH CHECK ("tenant_id" = (SELECT "holdfast"."tenant"()));
--> statement-breakpoint
ALTER POLICY "show_changes_of_tenant" ON "holdfast"."show_changes"
  USING ("tenant_id" = (SELECT "holdfast"."tenant"())) WITH CHECK ("tenant_id" = (SELECT "holdfast"."tenant"()));
--> statement-breakpoint
ALTER POLICY "shows_of_tenant" ON "holdfast"."shows"
  USING ("tenant_id" = (SELECT "holdfast"."tenant"())) WITH CHECK ("tenant_id" = (SELECT "holdfast"."tenant"()));
--> statement-breakpoint
ALTER POLICY "tenants_of_tenant" ON "holdfast"."tenants"
  USING ("tenant_id" = (SELECT "holdfast"."tenant"())) WITH CHECK ("tenant_id" = (SELECT "holdfast"."tenant"()));
--> statement-breakpoint
ALTER POLICY "wallets_of_tenant" ON "holdfast"."wallets"
  USING ("tenant_id" = (SELECT "holdfast"."tenant"())) WITH CHECK ("tenant_id" = (SELECT "holdfast"."tenant"()));
--> statement-breakpoint
ALTER POLICY "webhook_deliveries_of_tenant" ON "holdfast"."webhook_deliveries"
  USING ("tenant_id" = (SELECT "holdfast"."tenant"())) WITH CHECK ("tenant_id" = (SELECT "holdfast"."tenant"()));
--> statement-breakpoint
ALTER POLICY "webhook_topics_of_tenant" ON "holdfast"."webhook_topics"
  USING ("tenant_id" = (SELECT "holdfast"."tenant"())) WITH CHECK ("tenant_id" = (SELECT "holdfast"."tenant"()));
--> statement-breakpoint
ALTER POLICY "webhooks_of_tenant" ON "holdfast"."webhooks"
  USING ("tenant_id" = (SELECT "holdfast"."tenant"())) WITH CHECK ("tenant_id" = (SELECT "holdfast"."tenant"()));
--> statement-breakpoint
-- Who acts for others is asked once a statement; whose a wallet is, of users alone.
ALTER POLICY "wallets_seen" ON "holdfast"."wallets"
  USING ((SELECT "holdfast"."acts_for_others"("holdfast"."caller"())) OR "owner_id" = "holdfast"."subject_of"("holdfast"."caller"()));
--> statement-breakpoint
-- The query of entries_taken_by_owner, in a function: it is set up when it is called, and that is for users alone.
CREATE FUNCTION "holdfast"."is_taken_by_owner"(tenant int, wallet uuid, operation uuid, amount bigint, held_change bigint)
RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog
AS $$
BEGIN
  RETURN (
    SELECT holdfast.may_act_for(recorded.caller, one.owner_id)
      OR (recorded.kind = 'conversations.stop' AND amount = 0 AND held_change < 0)
    FROM holdfast.operations AS recorded JOIN holdfast.wallets AS one ON one.tenant_id = tenant AND one.id = wallet
    WHERE recorded.tenant_id = tenant AND recorded.id = operation);
END
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "holdfast"."is_taken_by_owner"(int, uuid, uuid, bigint, bigint) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "holdfast"."is_taken_by_owner"(int, uuid, uuid, bigint, bigint) TO holdfast_app;
--> statement-breakpoint
ALTER POLICY "entries_taken_by_owner" ON "holdfast"."entries"
  WITH CHECK ((SELECT "holdfast"."no_user_aboard"()) OR ("amount" > 0 AND "held_change" = 0)
    OR "holdfast"."is_taken_by_owner"("tenant_id", "wallet_id", "operation_id", "amount", "held_change"));
