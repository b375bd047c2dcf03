ALTER TABLE "holdfast"."api_keys" ADD COLUMN "operation_id" uuid;--> statement-breakpoint
-- Keys are made and revoked by the write path now: a key is added as one that works, and only its end is ever written later.
GRANT INSERT ("tenant_id", "id", "subject", "role", "secret_hash", "created_at", "operation_id") ON "holdfast"."api_keys" TO holdfast_app;
--> statement-breakpoint
GRANT UPDATE ("revoked_at") ON "holdfast"."api_keys" TO holdfast_app;
--> statement-breakpoint
-- What was revoked stays so, whatever statement comes.
CREATE POLICY "api_keys_stay_revoked" ON "holdfast"."api_keys" AS RESTRICTIVE FOR UPDATE TO holdfast_app
  USING (true) WITH CHECK ("revoked_at" is not null);
--> statement-breakpoint
DROP POLICY "api_keys_added_by_owner" ON "holdfast"."api_keys";
--> statement-breakpoint
-- Who is no admin makes none, whatever decides.
CREATE POLICY "api_keys_made_by_admins" ON "holdfast"."api_keys" AS RESTRICTIVE FOR INSERT TO holdfast_app
  WITH CHECK ((
    SELECT "holdfast"."administers"("operation"."caller") FROM "holdfast"."operations" AS "operation"
    WHERE "operation"."tenant_id" = "api_keys"."tenant_id" AND "operation"."id" = "api_keys"."operation_id"));
