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
