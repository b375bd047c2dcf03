-- The schema and the roles are made by the bootstrap in packages/db/src/migrate.ts, which every migration run repeats.
CREATE TABLE "holdfast"."api_keys" (
	"tenant_id" integer,
	"id" uuid,
	"subject" text NOT NULL,
	"role" text NOT NULL,
	"secret_hash" bytea NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "api_keys_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "api_keys_role_known" CHECK ("role" in ('user', 'service', 'admin'))
);
--> statement-breakpoint
CREATE TABLE "holdfast"."entries" (
	"tenant_id" integer,
	"wallet_id" uuid,
	"version" bigint,
	"operation_id" uuid NOT NULL,
	"amount" bigint NOT NULL,
	"held_change" bigint NOT NULL,
	"balance_after" bigint NOT NULL,
	"held_after" bigint NOT NULL,
	CONSTRAINT "entries_pkey" PRIMARY KEY("tenant_id","wallet_id","version")
);
--> statement-breakpoint
CREATE TABLE "holdfast"."holds" (
	"tenant_id" integer,
	"id" uuid,
	"wallet_id" uuid NOT NULL,
	"operation_id" uuid NOT NULL,
	"amount" bigint NOT NULL,
	"captured" bigint NOT NULL,
	"status" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "holds_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "holds_captured_within_amount" CHECK ("captured" >= 0 and "captured" <= "amount"),
	CONSTRAINT "holds_status_known" CHECK ("status" in ('open', 'partially_captured', 'captured', 'released', 'expired'))
);
--> statement-breakpoint
CREATE TABLE "holdfast"."operations" (
	"tenant_id" integer,
	"id" uuid,
	"idempotency_key" text NOT NULL,
	"kind" text NOT NULL,
	"caller" text NOT NULL,
	"input" json NOT NULL,
	"outcome" json NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"seal" bytea NOT NULL,
	CONSTRAINT "operations_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "operations_key_once" UNIQUE("tenant_id","idempotency_key")
);
--> statement-breakpoint
CREATE TABLE "holdfast"."tenants" (
	"tenant_id" integer PRIMARY KEY,
	"name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "holdfast"."wallets" (
	"tenant_id" integer,
	"id" uuid,
	"owner_id" text NOT NULL,
	"currency" text NOT NULL,
	"credit_balance" bigint NOT NULL,
	"held" bigint NOT NULL,
	"min_balance" bigint NOT NULL,
	"version" bigint NOT NULL,
	"operation_id" uuid NOT NULL,
	CONSTRAINT "wallets_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "wallets_balance_above_minimum" CHECK ("credit_balance" >= "min_balance"),
	CONSTRAINT "wallets_held_within_balance" CHECK ("held" >= 0 and "held" <= "credit_balance" - "min_balance"),
	CONSTRAINT "wallets_version_not_negative" CHECK ("version" >= 0)
);
--> statement-breakpoint
CREATE INDEX "holds_live" ON "holdfast"."holds" ("tenant_id","wallet_id","expires_at") WHERE "status" in ('open', 'partially_captured');--> statement-breakpoint
CREATE INDEX "wallets_owner" ON "holdfast"."wallets" ("tenant_id","owner_id");
--> statement-breakpoint
-- The app role may read, insert, and change exactly the columns that move. Entries and operations are append-only.
GRANT SELECT ON "holdfast"."tenants", "holdfast"."api_keys" TO holdfast_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON "holdfast"."wallets", "holdfast"."operations", "holdfast"."entries", "holdfast"."holds" TO holdfast_app;
--> statement-breakpoint
GRANT UPDATE ("credit_balance", "held", "version") ON "holdfast"."wallets" TO holdfast_app;
--> statement-breakpoint
GRANT UPDATE ("captured", "status") ON "holdfast"."holds" TO holdfast_app;
--> statement-breakpoint
-- Every table, the owner included: rows of one tenant only, and none when no tenant is set. The owner may read all
-- (verify does) and writes only tenants and API keys; credit moves through the app role alone.
ALTER TABLE "holdfast"."tenants" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "holdfast"."tenants" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenants_of_tenant" ON "holdfast"."tenants" TO holdfast_app
  USING ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int)
  WITH CHECK ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int);
--> statement-breakpoint
CREATE POLICY "tenants_read_by_owner" ON "holdfast"."tenants" FOR SELECT TO holdfast_owner USING (true);
--> statement-breakpoint
ALTER TABLE "holdfast"."api_keys" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "holdfast"."api_keys" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "api_keys_of_tenant" ON "holdfast"."api_keys" TO holdfast_app
  USING ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int)
  WITH CHECK ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int);
--> statement-breakpoint
CREATE POLICY "api_keys_read_by_owner" ON "holdfast"."api_keys" FOR SELECT TO holdfast_owner USING (true);
--> statement-breakpoint
ALTER TABLE "holdfast"."wallets" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "holdfast"."wallets" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "wallets_of_tenant" ON "holdfast"."wallets" TO holdfast_app
  USING ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int)
  WITH CHECK ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int);
--> statement-breakpoint
CREATE POLICY "wallets_read_by_owner" ON "holdfast"."wallets" FOR SELECT TO holdfast_owner USING (true);
--> statement-breakpoint
ALTER TABLE "holdfast"."operations" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "holdfast"."operations" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "operations_of_tenant" ON "holdfast"."operations" TO holdfast_app
  USING ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int)
  WITH CHECK ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int);
--> statement-breakpoint
CREATE POLICY "operations_read_by_owner" ON "holdfast"."operations" FOR SELECT TO holdfast_owner USING (true);
--> statement-breakpoint
ALTER TABLE "holdfast"."entries" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "holdfast"."entries" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "entries_of_tenant" ON "holdfast"."entries" TO holdfast_app
  USING ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int)
  WITH CHECK ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int);
--> statement-breakpoint
CREATE POLICY "entries_read_by_owner" ON "holdfast"."entries" FOR SELECT TO holdfast_owner USING (true);
--> statement-breakpoint
ALTER TABLE "holdfast"."holds" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "holdfast"."holds" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "holds_of_tenant" ON "holdfast"."holds" TO holdfast_app
  USING ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int)
  WITH CHECK ("tenant_id" = nullif(current_setting('holdfast.tenant', true), '')::int);
--> statement-breakpoint
CREATE POLICY "holds_read_by_owner" ON "holdfast"."holds" FOR SELECT TO holdfast_owner USING (true);
--> statement-breakpoint
CREATE POLICY "tenants_added_by_owner" ON "holdfast"."tenants" FOR INSERT TO holdfast_owner WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "api_keys_added_by_owner" ON "holdfast"."api_keys" FOR INSERT TO holdfast_owner WITH CHECK (true);
--> statement-breakpoint
-- Counts what a statement wrote and aborts the transaction when it is not what was decided. It travels with the
-- statement, so the check costs no round trip and no COMMIT can overtake it.
CREATE FUNCTION "holdfast"."expect_rows"(actual bigint, expected bigint, state text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF actual <> expected THEN
    RAISE EXCEPTION 'wrote % rows instead of %', actual, expected USING ERRCODE = state;
  END IF;
END
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "holdfast"."expect_rows"(bigint, bigint, text) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "holdfast"."expect_rows"(bigint, bigint, text) TO holdfast_app;
