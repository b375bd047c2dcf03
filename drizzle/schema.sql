-- Written by `pnpm schema:dump` from the migrations; `pnpm check` compares. Not run by anything.

table answer_steps (
  tenant_id integer not null,
  conversation_id uuid not null,
  version bigint not null,
  seq bigint not null,
  steps json not null,
  status text,
  error text,
  operation_id uuid not null
) row level security forced owner holdfast_owner

table api_keys (
  tenant_id integer not null,
  id uuid not null,
  subject text not null,
  role text not null,
  secret_hash bytea not null,
  created_at timestamp with time zone not null default now(),
  revoked_at timestamp with time zone,
  operation_id uuid
) row level security forced owner holdfast_owner

table conversations (
  tenant_id integer not null,
  id uuid not null,
  owner_id text not null,
  title text,
  last_seq bigint not null,
  version bigint not null,
  answer_id uuid,
  answer_seq bigint,
  answer_lease_until timestamp with time zone,
  answer_paid boolean,
  waiting boolean not null,
  waiting_wallet_id uuid,
  created_at timestamp with time zone not null,
  operation_id uuid not null
) row level security forced with (fillfactor=50) owner holdfast_owner

table entries (
  tenant_id integer not null,
  wallet_id uuid not null,
  version bigint not null,
  operation_id uuid not null,
  amount bigint not null,
  held_change bigint not null,
  balance_after bigint not null,
  held_after bigint not null
) row level security forced owner holdfast_owner

table holds (
  tenant_id integer not null,
  id uuid not null,
  wallet_id uuid not null,
  operation_id uuid not null,
  amount bigint not null,
  captured bigint not null,
  status text not null,
  expires_at timestamp with time zone not null
) row level security forced with (fillfactor=70) owner holdfast_owner

table messages (
  tenant_id integer not null,
  conversation_id uuid not null,
  seq bigint not null,
  message_id text not null,
  role text not null,
  metadata json,
  parts json not null,
  status text not null,
  error text,
  generated boolean not null,
  version bigint not null,
  created_at timestamp with time zone not null,
  operation_id uuid not null
) row level security forced owner holdfast_owner

table migrations (
  id integer not null default nextval('holdfast.migrations_id_seq'::regclass),
  hash text not null,
  created_at bigint,
  name text,
  applied_at timestamp with time zone default now()
) row level security owner holdfast_owner

table operations (
  tenant_id integer not null,
  id uuid not null,
  idempotency_key text not null,
  kind text not null,
  caller text not null,
  input json not null,
  outcome json not null,
  created_at timestamp with time zone not null,
  seal bytea not null
) row level security forced owner holdfast_owner

table reservations (
  tenant_id integer not null,
  id uuid not null,
  show_id uuid not null,
  customer_id text not null,
  seat_ids text[] not null,
  price bigint not null,
  status text not null,
  held_since timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  token_hash bytea not null,
  operation_id uuid not null
) row level security forced with (fillfactor=70) owner holdfast_owner

table seats (
  tenant_id integer not null,
  show_id uuid not null,
  id text not null,
  status text not null,
  reservation_id uuid
) row level security forced with (fillfactor=70) owner holdfast_owner

table show_changes (
  tenant_id integer not null,
  show_id uuid not null,
  version bigint not null,
  operation_id uuid not null,
  reservation_id uuid not null,
  status text not null,
  seat_ids text[] not null
) row level security forced owner holdfast_owner

table shows (
  tenant_id integer not null,
  id uuid not null,
  name text not null,
  starts_at timestamp with time zone,
  wallet_id uuid,
  layout json not null,
  hold_seconds integer not null,
  max_hold_seconds integer not null,
  capacity integer not null,
  held integer not null,
  sold integer not null,
  version bigint not null,
  operation_id uuid not null
) row level security forced with (toast_tuple_target=128, fillfactor=50) owner holdfast_owner

table tenants (
  tenant_id integer not null,
  name text not null,
  created_at timestamp with time zone not null default now()
) row level security forced owner holdfast_owner

table wallets (
  tenant_id integer not null,
  id uuid not null,
  owner_id text not null,
  currency text not null,
  credit_balance bigint not null,
  held bigint not null,
  min_balance bigint not null,
  version bigint not null,
  operation_id uuid not null
) row level security forced with (fillfactor=50) owner holdfast_owner

table webhook_deliveries (
  tenant_id integer not null,
  id uuid not null,
  webhook_id uuid not null,
  kind text not null,
  topic_id text not null,
  version bigint not null,
  status text not null,
  attempts integer not null,
  status_code integer,
  latency_ms integer not null,
  error text,
  next_attempt_at timestamp with time zone,
  first_at timestamp with time zone not null,
  last_at timestamp with time zone not null
) row level security forced owner holdfast_owner

table webhook_topics (
  tenant_id integer not null,
  webhook_id uuid not null,
  kind text not null,
  topic_id text not null,
  sent bigint not null,
  state text not null,
  failures integer not null,
  since timestamp with time zone not null
) row level security forced with (fillfactor=50) owner holdfast_owner

table webhooks (
  tenant_id integer not null,
  id uuid not null,
  url text not null,
  topics text[] not null,
  description text,
  status text not null,
  reason text,
  secret_version integer not null,
  previous_secret_until timestamp with time zone,
  created_at timestamp with time zone not null,
  operation_id uuid not null
) row level security forced owner holdfast_owner

constraint answer_steps_pkey on holdfast.answer_steps PRIMARY KEY (tenant_id, conversation_id, version)

constraint answer_steps_status_known on holdfast.answer_steps CHECK ((status = ANY (ARRAY['complete'::text, 'stopped'::text, 'failed'::text])))

constraint api_keys_pkey on holdfast.api_keys PRIMARY KEY (tenant_id, id)

constraint api_keys_role_known on holdfast.api_keys CHECK ((role = ANY (ARRAY['user'::text, 'service'::text, 'admin'::text])))

constraint conversations_answer_whole on holdfast.conversations CHECK ((num_nulls(answer_id, answer_seq, answer_lease_until, answer_paid) = ANY (ARRAY[0, 4])))

constraint conversations_pkey on holdfast.conversations PRIMARY KEY (tenant_id, id)

constraint conversations_seq_within_version on holdfast.conversations CHECK (((last_seq >= 0) AND (last_seq <= version)))

constraint entries_pkey on holdfast.entries PRIMARY KEY (tenant_id, wallet_id, version)

constraint holds_captured_within_amount on holdfast.holds CHECK (((captured >= 0) AND (captured <= amount)))

constraint holds_pkey on holdfast.holds PRIMARY KEY (tenant_id, id)

constraint holds_status_known on holdfast.holds CHECK ((status = ANY (ARRAY['open'::text, 'partially_captured'::text, 'captured'::text, 'released'::text, 'expired'::text])))

constraint messages_id_once on holdfast.messages UNIQUE (tenant_id, conversation_id, message_id)

constraint messages_pkey on holdfast.messages PRIMARY KEY (tenant_id, conversation_id, seq)

constraint messages_role_known on holdfast.messages CHECK ((role = ANY (ARRAY['system'::text, 'user'::text, 'assistant'::text])))

constraint messages_status_known on holdfast.messages CHECK ((status = ANY (ARRAY['streaming'::text, 'complete'::text, 'stopped'::text, 'failed'::text])))

constraint migrations_pkey on holdfast.migrations PRIMARY KEY (id)

constraint operations_key_once on holdfast.operations UNIQUE (tenant_id, idempotency_key)

constraint operations_pkey on holdfast.operations PRIMARY KEY (tenant_id, id)

constraint reservations_pkey on holdfast.reservations PRIMARY KEY (tenant_id, id)

constraint reservations_status_known on holdfast.reservations CHECK ((status = ANY (ARRAY['held'::text, 'confirmed'::text, 'released'::text, 'expired'::text])))

constraint seats_free_or_somebodys on holdfast.seats CHECK (((status = 'free'::text) = (reservation_id IS NULL)))

constraint seats_pkey on holdfast.seats PRIMARY KEY (tenant_id, show_id, id)

constraint seats_status_known on holdfast.seats CHECK ((status = ANY (ARRAY['free'::text, 'held'::text, 'sold'::text])))

constraint show_changes_pkey on holdfast.show_changes PRIMARY KEY (tenant_id, show_id, version)

constraint show_changes_status_known on holdfast.show_changes CHECK ((status = ANY (ARRAY['free'::text, 'held'::text, 'sold'::text])))

constraint shows_pkey on holdfast.shows PRIMARY KEY (tenant_id, id)

constraint shows_seats_within_capacity on holdfast.shows CHECK (((held >= 0) AND (sold >= 0) AND ((held + sold) <= capacity)))

constraint shows_version_not_negative on holdfast.shows CHECK ((version >= 0))

constraint tenants_pkey on holdfast.tenants PRIMARY KEY (tenant_id)

constraint wallets_balance_above_minimum on holdfast.wallets CHECK ((credit_balance >= min_balance))

constraint wallets_held_within_balance on holdfast.wallets CHECK (((held >= 0) AND (held <= (credit_balance - min_balance))))

constraint wallets_pkey on holdfast.wallets PRIMARY KEY (tenant_id, id)

constraint wallets_version_not_negative on holdfast.wallets CHECK ((version >= 0))

constraint webhook_deliveries_attempts_positive on holdfast.webhook_deliveries CHECK ((attempts > 0))

constraint webhook_deliveries_pkey on holdfast.webhook_deliveries PRIMARY KEY (tenant_id, id)

constraint webhook_deliveries_status_known on holdfast.webhook_deliveries CHECK ((status = ANY (ARRAY['delivered'::text, 'failed'::text])))

constraint webhook_topics_pkey on holdfast.webhook_topics PRIMARY KEY (tenant_id, webhook_id, kind, topic_id)

constraint webhook_topics_sent_not_negative on holdfast.webhook_topics CHECK (((sent >= 0) AND (failures >= 0)))

constraint webhook_topics_state_known on holdfast.webhook_topics CHECK ((state = ANY (ARRAY['idle'::text, 'waiting'::text, 'queued'::text, 'left'::text])))

constraint webhooks_pkey on holdfast.webhooks PRIMARY KEY (tenant_id, id)

constraint webhooks_secret_version_positive on holdfast.webhooks CHECK ((secret_version > 0))

constraint webhooks_status_known on holdfast.webhooks CHECK ((status = ANY (ARRAY['enabled'::text, 'disabled'::text, 'removed'::text])))

CREATE UNIQUE INDEX answer_steps_pkey ON holdfast.answer_steps USING btree (tenant_id, conversation_id, version)

CREATE UNIQUE INDEX api_keys_pkey ON holdfast.api_keys USING btree (tenant_id, id)

CREATE INDEX conversations_answering ON holdfast.conversations USING btree (tenant_id, id, answer_lease_until) WHERE (answer_lease_until IS NOT NULL)

CREATE INDEX conversations_owner ON holdfast.conversations USING btree (owner_id, id)

CREATE UNIQUE INDEX conversations_pkey ON holdfast.conversations USING btree (tenant_id, id)

CREATE INDEX conversations_waiting ON holdfast.conversations USING btree (tenant_id, id) WHERE (waiting AND (answer_lease_until IS NULL))

CREATE UNIQUE INDEX entries_pkey ON holdfast.entries USING btree (tenant_id, wallet_id, version)

CREATE INDEX holds_live ON holdfast.holds USING btree (tenant_id, wallet_id, expires_at) WHERE (status = ANY (ARRAY['open'::text, 'partially_captured'::text]))

CREATE UNIQUE INDEX holds_pkey ON holdfast.holds USING btree (tenant_id, id)

CREATE UNIQUE INDEX messages_id_once ON holdfast.messages USING btree (tenant_id, conversation_id, message_id)

CREATE UNIQUE INDEX messages_pkey ON holdfast.messages USING btree (tenant_id, conversation_id, seq)

CREATE UNIQUE INDEX migrations_pkey ON holdfast.migrations USING btree (id)

CREATE UNIQUE INDEX operations_key_once ON holdfast.operations USING btree (tenant_id, idempotency_key)

CREATE UNIQUE INDEX operations_pkey ON holdfast.operations USING btree (tenant_id, id)

CREATE UNIQUE INDEX reservations_one_active ON holdfast.reservations USING btree (tenant_id, show_id, customer_id) WHERE (status = 'held'::text)

CREATE UNIQUE INDEX reservations_pkey ON holdfast.reservations USING btree (tenant_id, id)

CREATE UNIQUE INDEX seats_pkey ON holdfast.seats USING btree (tenant_id, show_id, id)

CREATE UNIQUE INDEX show_changes_pkey ON holdfast.show_changes USING btree (tenant_id, show_id, version)

CREATE UNIQUE INDEX shows_pkey ON holdfast.shows USING btree (tenant_id, id)

CREATE UNIQUE INDEX tenants_pkey ON holdfast.tenants USING btree (tenant_id)

CREATE INDEX wallets_owner ON holdfast.wallets USING btree (owner_id)

CREATE UNIQUE INDEX wallets_pkey ON holdfast.wallets USING btree (tenant_id, id)

CREATE INDEX webhook_deliveries_newest ON holdfast.webhook_deliveries USING btree (tenant_id, webhook_id, first_at, id)

CREATE UNIQUE INDEX webhook_deliveries_pkey ON holdfast.webhook_deliveries USING btree (tenant_id, id)

CREATE INDEX webhook_topics_busy ON holdfast.webhook_topics USING btree (tenant_id, webhook_id, state, since) WHERE (state = ANY (ARRAY['waiting'::text, 'queued'::text]))

CREATE UNIQUE INDEX webhook_topics_pkey ON holdfast.webhook_topics USING btree (tenant_id, webhook_id, kind, topic_id)

CREATE UNIQUE INDEX webhooks_pkey ON holdfast.webhooks USING btree (tenant_id, id)

policy answer_steps_of_tenant on answer_steps for ALL to holdfast_app using ((tenant_id = ( SELECT holdfast.tenant() AS tenant))) with check ((tenant_id = ( SELECT holdfast.tenant() AS tenant)))

policy answer_steps_read_by_owner on answer_steps for SELECT to holdfast_owner using (true) with check ()

policy answer_steps_said_by_owner on answer_steps as restrictive for INSERT to holdfast_app using () with check ((( SELECT holdfast.no_user_aboard() AS no_user_aboard) OR ( SELECT holdfast.may_act_for(operation.caller, one.owner_id) AS may_act_for
   FROM (holdfast.operations operation
     JOIN holdfast.conversations one ON (((one.tenant_id = answer_steps.tenant_id) AND (one.id = answer_steps.conversation_id))))
  WHERE ((operation.tenant_id = answer_steps.tenant_id) AND (operation.id = answer_steps.operation_id)))))

policy answer_steps_seen on answer_steps as restrictive for SELECT to holdfast_app using ((( SELECT holdfast.acts_for_others(holdfast.caller()) AS acts_for_others) OR (( SELECT holdfast.subject_of(holdfast.caller()) AS subject_of) = ( SELECT one.owner_id
   FROM holdfast.conversations one
  WHERE ((one.tenant_id = answer_steps.tenant_id) AND (one.id = answer_steps.conversation_id)))))) with check ()

policy api_keys_made_by_admins on api_keys as restrictive for INSERT to holdfast_app using () with check (( SELECT holdfast.administers(operation.caller) AS administers
   FROM holdfast.operations operation
  WHERE ((operation.tenant_id = api_keys.tenant_id) AND (operation.id = api_keys.operation_id))))

policy api_keys_of_tenant on api_keys for ALL to holdfast_app using ((tenant_id = ( SELECT holdfast.tenant() AS tenant))) with check ((tenant_id = ( SELECT holdfast.tenant() AS tenant)))

policy api_keys_read_by_owner on api_keys for SELECT to holdfast_owner using (true) with check ()

policy api_keys_seen on api_keys as restrictive for SELECT to holdfast_app using (( SELECT holdfast.acts_for_others(holdfast.caller()) AS acts_for_others)) with check ()

policy api_keys_stay_revoked on api_keys as restrictive for UPDATE to holdfast_app using (true) with check ((revoked_at IS NOT NULL))

policy conversations_begun_by_owner on conversations as restrictive for INSERT to holdfast_app using () with check ((( SELECT holdfast.no_user_aboard() AS no_user_aboard) OR ( SELECT holdfast.may_act_for(operation.caller, conversations.owner_id) AS may_act_for
   FROM holdfast.operations operation
  WHERE ((operation.tenant_id = conversations.tenant_id) AND (operation.id = conversations.operation_id)))))

policy conversations_of_tenant on conversations for ALL to holdfast_app using ((tenant_id = ( SELECT holdfast.tenant() AS tenant))) with check ((tenant_id = ( SELECT holdfast.tenant() AS tenant)))

policy conversations_read_by_owner on conversations for SELECT to holdfast_owner using (true) with check ()

policy conversations_seen on conversations as restrictive for SELECT to holdfast_app using ((( SELECT holdfast.acts_for_others(holdfast.caller()) AS acts_for_others) OR (owner_id = ( SELECT holdfast.subject_of(holdfast.caller()) AS subject_of)))) with check ()

policy entries_of_tenant on entries for ALL to holdfast_app using ((tenant_id = ( SELECT holdfast.tenant() AS tenant))) with check ((tenant_id = ( SELECT holdfast.tenant() AS tenant)))

policy entries_read_by_owner on entries for SELECT to holdfast_owner using (true) with check ()

policy entries_seen on entries as restrictive for SELECT to holdfast_app using ((( SELECT holdfast.acts_for_others(holdfast.caller()) AS acts_for_others) OR (( SELECT holdfast.subject_of(holdfast.caller()) AS subject_of) = ( SELECT one.owner_id
   FROM holdfast.wallets one
  WHERE ((one.tenant_id = entries.tenant_id) AND (one.id = entries.wallet_id)))))) with check ()

policy entries_taken_by_owner on entries as restrictive for INSERT to holdfast_app using () with check ((( SELECT holdfast.no_user_aboard() AS no_user_aboard) OR ((amount > 0) AND (held_change = 0)) OR holdfast.is_taken_by_owner(tenant_id, wallet_id, operation_id, amount, held_change)))

policy holds_of_tenant on holds for ALL to holdfast_app using ((tenant_id = ( SELECT holdfast.tenant() AS tenant))) with check ((tenant_id = ( SELECT holdfast.tenant() AS tenant)))

policy holds_placed_by_owner on holds as restrictive for INSERT to holdfast_app using () with check ((( SELECT holdfast.no_user_aboard() AS no_user_aboard) OR ( SELECT holdfast.may_act_for(operation.caller, one.owner_id) AS may_act_for
   FROM (holdfast.operations operation
     JOIN holdfast.wallets one ON (((one.tenant_id = holds.tenant_id) AND (one.id = holds.wallet_id))))
  WHERE ((operation.tenant_id = holds.tenant_id) AND (operation.id = holds.operation_id)))))

policy holds_read_by_owner on holds for SELECT to holdfast_owner using (true) with check ()

policy holds_seen on holds as restrictive for SELECT to holdfast_app using ((( SELECT holdfast.acts_for_others(holdfast.caller()) AS acts_for_others) OR (( SELECT holdfast.subject_of(holdfast.caller()) AS subject_of) = ( SELECT one.owner_id
   FROM holdfast.wallets one
  WHERE ((one.tenant_id = holds.tenant_id) AND (one.id = holds.wallet_id)))))) with check ()

policy messages_of_tenant on messages for ALL to holdfast_app using ((tenant_id = ( SELECT holdfast.tenant() AS tenant))) with check ((tenant_id = ( SELECT holdfast.tenant() AS tenant)))

policy messages_read_by_owner on messages for SELECT to holdfast_owner using (true) with check ()

policy messages_seen on messages as restrictive for SELECT to holdfast_app using ((( SELECT holdfast.acts_for_others(holdfast.caller()) AS acts_for_others) OR (( SELECT holdfast.subject_of(holdfast.caller()) AS subject_of) = ( SELECT one.owner_id
   FROM holdfast.conversations one
  WHERE ((one.tenant_id = messages.tenant_id) AND (one.id = messages.conversation_id)))))) with check ()

policy messages_written_by_owner on messages as restrictive for INSERT to holdfast_app using () with check ((( SELECT holdfast.no_user_aboard() AS no_user_aboard) OR ( SELECT holdfast.may_act_for(operation.caller, one.owner_id) AS may_act_for
   FROM (holdfast.operations operation
     JOIN holdfast.conversations one ON (((one.tenant_id = messages.tenant_id) AND (one.id = messages.conversation_id))))
  WHERE ((operation.tenant_id = messages.tenant_id) AND (operation.id = messages.operation_id)))))

policy operations_name_only_own on operations as restrictive for INSERT to holdfast_app using () with check ((holdfast.acts_for_others(caller) OR
CASE
    WHEN ((kind = ANY (ARRAY['wallets.debit'::text, 'wallets.transfer'::text, 'wallets.boost'::text, 'wallets.stream'::text, 'wallets.hold'::text, 'wallets.capture'::text, 'wallets.release'::text, 'seats.confirm'::text, 'seats.release'::text, 'conversations.stop'::text])) AND starts_with((outcome)::text, '{"ok":true'::text)) THEN (holdfast.subject_of(caller) IS NOT NULL)
    WHEN (kind = 'seats.reserve'::text) THEN COALESCE((holdfast.subject_of(caller) = COALESCE((input ->> 'customerId'::text), holdfast.subject_of(caller))), false)
    ELSE holdfast.names_only_own(tenant_id, caller, kind, input, outcome)
END))

policy operations_of_tenant on operations for ALL to holdfast_app using ((tenant_id = ( SELECT holdfast.tenant() AS tenant))) with check ((tenant_id = ( SELECT holdfast.tenant() AS tenant)))

policy operations_read_by_owner on operations for SELECT to holdfast_owner using (true) with check ()

policy operations_seen on operations as restrictive for SELECT to holdfast_app using ((( SELECT holdfast.acts_for_others(holdfast.caller()) AS acts_for_others) OR (caller = ( SELECT holdfast.caller() AS caller)))) with check ()

policy reservations_made_by_customer on reservations as restrictive for INSERT to holdfast_app using () with check ((( SELECT holdfast.no_user_aboard() AS no_user_aboard) OR ( SELECT holdfast.may_act_for(operation.caller, reservations.customer_id) AS may_act_for
   FROM holdfast.operations operation
  WHERE ((operation.tenant_id = reservations.tenant_id) AND (operation.id = reservations.operation_id)))))

policy reservations_of_tenant on reservations for ALL to holdfast_app using ((tenant_id = ( SELECT holdfast.tenant() AS tenant))) with check ((tenant_id = ( SELECT holdfast.tenant() AS tenant)))

policy reservations_read_by_owner on reservations for SELECT to holdfast_owner using (true) with check ()

policy reservations_seen on reservations as restrictive for SELECT to holdfast_app using ((( SELECT holdfast.acts_for_others(holdfast.caller()) AS acts_for_others) OR (customer_id = ( SELECT holdfast.subject_of(holdfast.caller()) AS subject_of)))) with check ()

policy seats_of_tenant on seats for ALL to holdfast_app using ((tenant_id = ( SELECT holdfast.tenant() AS tenant))) with check ((tenant_id = ( SELECT holdfast.tenant() AS tenant)))

policy seats_read_by_owner on seats for SELECT to holdfast_owner using (true) with check ()

policy seats_seen on seats as restrictive for SELECT to holdfast_app using (( SELECT holdfast.is_somebody(holdfast.caller()) AS is_somebody)) with check ()

policy show_changes_made_by_customer on show_changes as restrictive for INSERT to holdfast_app using () with check ((( SELECT holdfast.no_user_aboard() AS no_user_aboard) OR ( SELECT holdfast.may_act_for(operation.caller, one.customer_id) AS may_act_for
   FROM (holdfast.operations operation
     JOIN holdfast.reservations one ON (((one.tenant_id = show_changes.tenant_id) AND (one.id = show_changes.reservation_id))))
  WHERE ((operation.tenant_id = show_changes.tenant_id) AND (operation.id = show_changes.operation_id)))))

policy show_changes_of_tenant on show_changes for ALL to holdfast_app using ((tenant_id = ( SELECT holdfast.tenant() AS tenant))) with check ((tenant_id = ( SELECT holdfast.tenant() AS tenant)))

policy show_changes_read_by_owner on show_changes for SELECT to holdfast_owner using (true) with check ()

policy show_changes_seen on show_changes as restrictive for SELECT to holdfast_app using (( SELECT holdfast.is_somebody(holdfast.caller()) AS is_somebody)) with check ()

policy shows_created_by_services on shows as restrictive for INSERT to holdfast_app using () with check ((( SELECT holdfast.no_user_aboard() AS no_user_aboard) OR ( SELECT holdfast.acts_for_others(operation.caller) AS acts_for_others
   FROM holdfast.operations operation
  WHERE ((operation.tenant_id = shows.tenant_id) AND (operation.id = shows.operation_id)))))

policy shows_of_tenant on shows for ALL to holdfast_app using ((tenant_id = ( SELECT holdfast.tenant() AS tenant))) with check ((tenant_id = ( SELECT holdfast.tenant() AS tenant)))

policy shows_read_by_owner on shows for SELECT to holdfast_owner using (true) with check ()

policy shows_seen on shows as restrictive for SELECT to holdfast_app using (( SELECT holdfast.is_somebody(holdfast.caller()) AS is_somebody)) with check ()

policy tenants_added_by_owner on tenants for INSERT to holdfast_owner using () with check (true)

policy tenants_of_tenant on tenants for ALL to holdfast_app using ((tenant_id = ( SELECT holdfast.tenant() AS tenant))) with check ((tenant_id = ( SELECT holdfast.tenant() AS tenant)))

policy tenants_read_by_owner on tenants for SELECT to holdfast_owner using (true) with check ()

policy tenants_seen on tenants as restrictive for SELECT to holdfast_app using (( SELECT holdfast.is_somebody(holdfast.caller()) AS is_somebody)) with check ()

policy wallets_of_tenant on wallets for ALL to holdfast_app using ((tenant_id = ( SELECT holdfast.tenant() AS tenant))) with check ((tenant_id = ( SELECT holdfast.tenant() AS tenant)))

policy wallets_opened_by_owner on wallets as restrictive for INSERT to holdfast_app using () with check ((( SELECT holdfast.no_user_aboard() AS no_user_aboard) OR ( SELECT (holdfast.may_act_for(operation.caller, wallets.owner_id) AND ((wallets.min_balance >= 0) OR holdfast.acts_for_others(operation.caller)))
   FROM holdfast.operations operation
  WHERE ((operation.tenant_id = wallets.tenant_id) AND (operation.id = wallets.operation_id)))))

policy wallets_read_by_owner on wallets for SELECT to holdfast_owner using (true) with check ()

policy wallets_seen on wallets as restrictive for SELECT to holdfast_app using ((( SELECT holdfast.acts_for_others(holdfast.caller()) AS acts_for_others) OR (owner_id = holdfast.subject_of(holdfast.caller())))) with check ()

policy webhook_deliveries_of_tenant on webhook_deliveries for ALL to holdfast_app using ((tenant_id = ( SELECT holdfast.tenant() AS tenant))) with check ((tenant_id = ( SELECT holdfast.tenant() AS tenant)))

policy webhook_deliveries_read_by_owner on webhook_deliveries for SELECT to holdfast_owner using (true) with check ()

policy webhook_deliveries_seen on webhook_deliveries as restrictive for SELECT to holdfast_app using (( SELECT holdfast.administers(holdfast.caller()) AS administers)) with check ()

policy webhook_topics_of_tenant on webhook_topics for ALL to holdfast_app using ((tenant_id = ( SELECT holdfast.tenant() AS tenant))) with check ((tenant_id = ( SELECT holdfast.tenant() AS tenant)))

policy webhook_topics_read_by_owner on webhook_topics for SELECT to holdfast_owner using (true) with check ()

policy webhook_topics_seen on webhook_topics as restrictive for SELECT to holdfast_app using (( SELECT holdfast.administers(holdfast.caller()) AS administers)) with check ()

policy webhooks_made_by_admins on webhooks as restrictive for INSERT to holdfast_app using () with check (( SELECT holdfast.administers(operation.caller) AS administers
   FROM holdfast.operations operation
  WHERE ((operation.tenant_id = webhooks.tenant_id) AND (operation.id = webhooks.operation_id))))

policy webhooks_of_tenant on webhooks for ALL to holdfast_app using ((tenant_id = ( SELECT holdfast.tenant() AS tenant))) with check ((tenant_id = ( SELECT holdfast.tenant() AS tenant)))

policy webhooks_read_by_owner on webhooks for SELECT to holdfast_owner using (true) with check ()

policy webhooks_seen on webhooks as restrictive for SELECT to holdfast_app using (( SELECT holdfast.administers(holdfast.caller()) AS administers)) with check ()

grant INSERT (conversation_id) on answer_steps to holdfast_app

grant INSERT (error) on answer_steps to holdfast_app

grant INSERT (operation_id) on answer_steps to holdfast_app

grant INSERT (seq) on answer_steps to holdfast_app

grant INSERT (status) on answer_steps to holdfast_app

grant INSERT (steps) on answer_steps to holdfast_app

grant INSERT (tenant_id) on answer_steps to holdfast_app

grant INSERT (version) on answer_steps to holdfast_app

grant SELECT (conversation_id) on answer_steps to holdfast_app

grant SELECT (error) on answer_steps to holdfast_app

grant SELECT (operation_id) on answer_steps to holdfast_app

grant SELECT (seq) on answer_steps to holdfast_app

grant SELECT (status) on answer_steps to holdfast_app

grant SELECT (steps) on answer_steps to holdfast_app

grant SELECT (tenant_id) on answer_steps to holdfast_app

grant SELECT (version) on answer_steps to holdfast_app

grant INSERT (created_at) on api_keys to holdfast_app

grant INSERT (id) on api_keys to holdfast_app

grant INSERT (operation_id) on api_keys to holdfast_app

grant INSERT (role) on api_keys to holdfast_app

grant INSERT (secret_hash) on api_keys to holdfast_app

grant INSERT (subject) on api_keys to holdfast_app

grant INSERT (tenant_id) on api_keys to holdfast_app

grant SELECT (created_at) on api_keys to holdfast_app

grant SELECT (id) on api_keys to holdfast_app

grant SELECT (operation_id) on api_keys to holdfast_app

grant SELECT (revoked_at) on api_keys to holdfast_app

grant SELECT (role) on api_keys to holdfast_app

grant SELECT (secret_hash) on api_keys to holdfast_app

grant SELECT (subject) on api_keys to holdfast_app

grant SELECT (tenant_id) on api_keys to holdfast_app

grant UPDATE (revoked_at) on api_keys to holdfast_app

grant INSERT (answer_id) on conversations to holdfast_app

grant INSERT (answer_lease_until) on conversations to holdfast_app

grant INSERT (answer_paid) on conversations to holdfast_app

grant INSERT (answer_seq) on conversations to holdfast_app

grant INSERT (created_at) on conversations to holdfast_app

grant INSERT (id) on conversations to holdfast_app

grant INSERT (last_seq) on conversations to holdfast_app

grant INSERT (operation_id) on conversations to holdfast_app

grant INSERT (owner_id) on conversations to holdfast_app

grant INSERT (tenant_id) on conversations to holdfast_app

grant INSERT (title) on conversations to holdfast_app

grant INSERT (version) on conversations to holdfast_app

grant INSERT (waiting) on conversations to holdfast_app

grant INSERT (waiting_wallet_id) on conversations to holdfast_app

grant SELECT (answer_id) on conversations to holdfast_app

grant SELECT (answer_lease_until) on conversations to holdfast_app

grant SELECT (answer_paid) on conversations to holdfast_app

grant SELECT (answer_seq) on conversations to holdfast_app

grant SELECT (created_at) on conversations to holdfast_app

grant SELECT (id) on conversations to holdfast_app

grant SELECT (last_seq) on conversations to holdfast_app

grant SELECT (operation_id) on conversations to holdfast_app

grant SELECT (owner_id) on conversations to holdfast_app

grant SELECT (tenant_id) on conversations to holdfast_app

grant SELECT (title) on conversations to holdfast_app

grant SELECT (version) on conversations to holdfast_app

grant SELECT (waiting) on conversations to holdfast_app

grant SELECT (waiting_wallet_id) on conversations to holdfast_app

grant UPDATE (answer_id) on conversations to holdfast_app

grant UPDATE (answer_lease_until) on conversations to holdfast_app

grant UPDATE (answer_paid) on conversations to holdfast_app

grant UPDATE (answer_seq) on conversations to holdfast_app

grant UPDATE (last_seq) on conversations to holdfast_app

grant UPDATE (version) on conversations to holdfast_app

grant UPDATE (waiting) on conversations to holdfast_app

grant UPDATE (waiting_wallet_id) on conversations to holdfast_app

grant INSERT (amount) on entries to holdfast_app

grant INSERT (balance_after) on entries to holdfast_app

grant INSERT (held_after) on entries to holdfast_app

grant INSERT (held_change) on entries to holdfast_app

grant INSERT (operation_id) on entries to holdfast_app

grant INSERT (tenant_id) on entries to holdfast_app

grant INSERT (version) on entries to holdfast_app

grant INSERT (wallet_id) on entries to holdfast_app

grant SELECT (amount) on entries to holdfast_app

grant SELECT (balance_after) on entries to holdfast_app

grant SELECT (held_after) on entries to holdfast_app

grant SELECT (held_change) on entries to holdfast_app

grant SELECT (operation_id) on entries to holdfast_app

grant SELECT (tenant_id) on entries to holdfast_app

grant SELECT (version) on entries to holdfast_app

grant SELECT (wallet_id) on entries to holdfast_app

grant INSERT (amount) on holds to holdfast_app

grant INSERT (captured) on holds to holdfast_app

grant INSERT (expires_at) on holds to holdfast_app

grant INSERT (id) on holds to holdfast_app

grant INSERT (operation_id) on holds to holdfast_app

grant INSERT (status) on holds to holdfast_app

grant INSERT (tenant_id) on holds to holdfast_app

grant INSERT (wallet_id) on holds to holdfast_app

grant SELECT (amount) on holds to holdfast_app

grant SELECT (captured) on holds to holdfast_app

grant SELECT (expires_at) on holds to holdfast_app

grant SELECT (id) on holds to holdfast_app

grant SELECT (operation_id) on holds to holdfast_app

grant SELECT (status) on holds to holdfast_app

grant SELECT (tenant_id) on holds to holdfast_app

grant SELECT (wallet_id) on holds to holdfast_app

grant UPDATE (captured) on holds to holdfast_app

grant UPDATE (status) on holds to holdfast_app

grant INSERT (conversation_id) on messages to holdfast_app

grant INSERT (created_at) on messages to holdfast_app

grant INSERT (error) on messages to holdfast_app

grant INSERT (generated) on messages to holdfast_app

grant INSERT (message_id) on messages to holdfast_app

grant INSERT (metadata) on messages to holdfast_app

grant INSERT (operation_id) on messages to holdfast_app

grant INSERT (parts) on messages to holdfast_app

grant INSERT (role) on messages to holdfast_app

grant INSERT (seq) on messages to holdfast_app

grant INSERT (status) on messages to holdfast_app

grant INSERT (tenant_id) on messages to holdfast_app

grant INSERT (version) on messages to holdfast_app

grant SELECT (conversation_id) on messages to holdfast_app

grant SELECT (created_at) on messages to holdfast_app

grant SELECT (error) on messages to holdfast_app

grant SELECT (generated) on messages to holdfast_app

grant SELECT (message_id) on messages to holdfast_app

grant SELECT (metadata) on messages to holdfast_app

grant SELECT (operation_id) on messages to holdfast_app

grant SELECT (parts) on messages to holdfast_app

grant SELECT (role) on messages to holdfast_app

grant SELECT (seq) on messages to holdfast_app

grant SELECT (status) on messages to holdfast_app

grant SELECT (tenant_id) on messages to holdfast_app

grant SELECT (version) on messages to holdfast_app

grant UPDATE (error) on messages to holdfast_app

grant UPDATE (parts) on messages to holdfast_app

grant UPDATE (status) on messages to holdfast_app

grant INSERT (caller) on operations to holdfast_app

grant INSERT (created_at) on operations to holdfast_app

grant INSERT (id) on operations to holdfast_app

grant INSERT (idempotency_key) on operations to holdfast_app

grant INSERT (input) on operations to holdfast_app

grant INSERT (kind) on operations to holdfast_app

grant INSERT (outcome) on operations to holdfast_app

grant INSERT (seal) on operations to holdfast_app

grant INSERT (tenant_id) on operations to holdfast_app

grant SELECT (caller) on operations to holdfast_app

grant SELECT (created_at) on operations to holdfast_app

grant SELECT (id) on operations to holdfast_app

grant SELECT (idempotency_key) on operations to holdfast_app

grant SELECT (input) on operations to holdfast_app

grant SELECT (kind) on operations to holdfast_app

grant SELECT (outcome) on operations to holdfast_app

grant SELECT (seal) on operations to holdfast_app

grant SELECT (tenant_id) on operations to holdfast_app

grant INSERT (customer_id) on reservations to holdfast_app

grant INSERT (expires_at) on reservations to holdfast_app

grant INSERT (held_since) on reservations to holdfast_app

grant INSERT (id) on reservations to holdfast_app

grant INSERT (operation_id) on reservations to holdfast_app

grant INSERT (price) on reservations to holdfast_app

grant INSERT (seat_ids) on reservations to holdfast_app

grant INSERT (show_id) on reservations to holdfast_app

grant INSERT (status) on reservations to holdfast_app

grant INSERT (tenant_id) on reservations to holdfast_app

grant INSERT (token_hash) on reservations to holdfast_app

grant SELECT (customer_id) on reservations to holdfast_app

grant SELECT (expires_at) on reservations to holdfast_app

grant SELECT (held_since) on reservations to holdfast_app

grant SELECT (id) on reservations to holdfast_app

grant SELECT (operation_id) on reservations to holdfast_app

grant SELECT (price) on reservations to holdfast_app

grant SELECT (seat_ids) on reservations to holdfast_app

grant SELECT (show_id) on reservations to holdfast_app

grant SELECT (status) on reservations to holdfast_app

grant SELECT (tenant_id) on reservations to holdfast_app

grant SELECT (token_hash) on reservations to holdfast_app

grant UPDATE (expires_at) on reservations to holdfast_app

grant UPDATE (status) on reservations to holdfast_app

grant INSERT (id) on seats to holdfast_app

grant INSERT (reservation_id) on seats to holdfast_app

grant INSERT (show_id) on seats to holdfast_app

grant INSERT (status) on seats to holdfast_app

grant INSERT (tenant_id) on seats to holdfast_app

grant SELECT (id) on seats to holdfast_app

grant SELECT (reservation_id) on seats to holdfast_app

grant SELECT (show_id) on seats to holdfast_app

grant SELECT (status) on seats to holdfast_app

grant SELECT (tenant_id) on seats to holdfast_app

grant UPDATE (reservation_id) on seats to holdfast_app

grant UPDATE (status) on seats to holdfast_app

grant INSERT (operation_id) on show_changes to holdfast_app

grant INSERT (reservation_id) on show_changes to holdfast_app

grant INSERT (seat_ids) on show_changes to holdfast_app

grant INSERT (show_id) on show_changes to holdfast_app

grant INSERT (status) on show_changes to holdfast_app

grant INSERT (tenant_id) on show_changes to holdfast_app

grant INSERT (version) on show_changes to holdfast_app

grant SELECT (operation_id) on show_changes to holdfast_app

grant SELECT (reservation_id) on show_changes to holdfast_app

grant SELECT (seat_ids) on show_changes to holdfast_app

grant SELECT (show_id) on show_changes to holdfast_app

grant SELECT (status) on show_changes to holdfast_app

grant SELECT (tenant_id) on show_changes to holdfast_app

grant SELECT (version) on show_changes to holdfast_app

grant INSERT (capacity) on shows to holdfast_app

grant INSERT (held) on shows to holdfast_app

grant INSERT (hold_seconds) on shows to holdfast_app

grant INSERT (id) on shows to holdfast_app

grant INSERT (layout) on shows to holdfast_app

grant INSERT (max_hold_seconds) on shows to holdfast_app

grant INSERT (name) on shows to holdfast_app

grant INSERT (operation_id) on shows to holdfast_app

grant INSERT (sold) on shows to holdfast_app

grant INSERT (starts_at) on shows to holdfast_app

grant INSERT (tenant_id) on shows to holdfast_app

grant INSERT (version) on shows to holdfast_app

grant INSERT (wallet_id) on shows to holdfast_app

grant SELECT (capacity) on shows to holdfast_app

grant SELECT (held) on shows to holdfast_app

grant SELECT (hold_seconds) on shows to holdfast_app

grant SELECT (id) on shows to holdfast_app

grant SELECT (layout) on shows to holdfast_app

grant SELECT (max_hold_seconds) on shows to holdfast_app

grant SELECT (name) on shows to holdfast_app

grant SELECT (operation_id) on shows to holdfast_app

grant SELECT (sold) on shows to holdfast_app

grant SELECT (starts_at) on shows to holdfast_app

grant SELECT (tenant_id) on shows to holdfast_app

grant SELECT (version) on shows to holdfast_app

grant SELECT (wallet_id) on shows to holdfast_app

grant UPDATE (held) on shows to holdfast_app

grant UPDATE (sold) on shows to holdfast_app

grant UPDATE (version) on shows to holdfast_app

grant SELECT (created_at) on tenants to holdfast_app

grant SELECT (name) on tenants to holdfast_app

grant SELECT (tenant_id) on tenants to holdfast_app

grant INSERT (credit_balance) on wallets to holdfast_app

grant INSERT (currency) on wallets to holdfast_app

grant INSERT (held) on wallets to holdfast_app

grant INSERT (id) on wallets to holdfast_app

grant INSERT (min_balance) on wallets to holdfast_app

grant INSERT (operation_id) on wallets to holdfast_app

grant INSERT (owner_id) on wallets to holdfast_app

grant INSERT (tenant_id) on wallets to holdfast_app

grant INSERT (version) on wallets to holdfast_app

grant SELECT (credit_balance) on wallets to holdfast_app

grant SELECT (currency) on wallets to holdfast_app

grant SELECT (held) on wallets to holdfast_app

grant SELECT (id) on wallets to holdfast_app

grant SELECT (min_balance) on wallets to holdfast_app

grant SELECT (operation_id) on wallets to holdfast_app

grant SELECT (owner_id) on wallets to holdfast_app

grant SELECT (tenant_id) on wallets to holdfast_app

grant SELECT (version) on wallets to holdfast_app

grant UPDATE (credit_balance) on wallets to holdfast_app

grant UPDATE (held) on wallets to holdfast_app

grant UPDATE (version) on wallets to holdfast_app

grant INSERT (attempts) on webhook_deliveries to holdfast_app

grant INSERT (error) on webhook_deliveries to holdfast_app

grant INSERT (first_at) on webhook_deliveries to holdfast_app

grant INSERT (id) on webhook_deliveries to holdfast_app

grant INSERT (kind) on webhook_deliveries to holdfast_app

grant INSERT (last_at) on webhook_deliveries to holdfast_app

grant INSERT (latency_ms) on webhook_deliveries to holdfast_app

grant INSERT (next_attempt_at) on webhook_deliveries to holdfast_app

grant INSERT (status) on webhook_deliveries to holdfast_app

grant INSERT (status_code) on webhook_deliveries to holdfast_app

grant INSERT (tenant_id) on webhook_deliveries to holdfast_app

grant INSERT (topic_id) on webhook_deliveries to holdfast_app

grant INSERT (version) on webhook_deliveries to holdfast_app

grant INSERT (webhook_id) on webhook_deliveries to holdfast_app

grant SELECT (attempts) on webhook_deliveries to holdfast_app

grant SELECT (error) on webhook_deliveries to holdfast_app

grant SELECT (first_at) on webhook_deliveries to holdfast_app

grant SELECT (id) on webhook_deliveries to holdfast_app

grant SELECT (kind) on webhook_deliveries to holdfast_app

grant SELECT (last_at) on webhook_deliveries to holdfast_app

grant SELECT (latency_ms) on webhook_deliveries to holdfast_app

grant SELECT (next_attempt_at) on webhook_deliveries to holdfast_app

grant SELECT (status) on webhook_deliveries to holdfast_app

grant SELECT (status_code) on webhook_deliveries to holdfast_app

grant SELECT (tenant_id) on webhook_deliveries to holdfast_app

grant SELECT (topic_id) on webhook_deliveries to holdfast_app

grant SELECT (version) on webhook_deliveries to holdfast_app

grant SELECT (webhook_id) on webhook_deliveries to holdfast_app

grant UPDATE (attempts) on webhook_deliveries to holdfast_app

grant UPDATE (error) on webhook_deliveries to holdfast_app

grant UPDATE (last_at) on webhook_deliveries to holdfast_app

grant UPDATE (latency_ms) on webhook_deliveries to holdfast_app

grant UPDATE (next_attempt_at) on webhook_deliveries to holdfast_app

grant UPDATE (status) on webhook_deliveries to holdfast_app

grant UPDATE (status_code) on webhook_deliveries to holdfast_app

grant INSERT (failures) on webhook_topics to holdfast_app

grant INSERT (kind) on webhook_topics to holdfast_app

grant INSERT (sent) on webhook_topics to holdfast_app

grant INSERT (since) on webhook_topics to holdfast_app

grant INSERT (state) on webhook_topics to holdfast_app

grant INSERT (tenant_id) on webhook_topics to holdfast_app

grant INSERT (topic_id) on webhook_topics to holdfast_app

grant INSERT (webhook_id) on webhook_topics to holdfast_app

grant SELECT (failures) on webhook_topics to holdfast_app

grant SELECT (kind) on webhook_topics to holdfast_app

grant SELECT (sent) on webhook_topics to holdfast_app

grant SELECT (since) on webhook_topics to holdfast_app

grant SELECT (state) on webhook_topics to holdfast_app

grant SELECT (tenant_id) on webhook_topics to holdfast_app

grant SELECT (topic_id) on webhook_topics to holdfast_app

grant SELECT (webhook_id) on webhook_topics to holdfast_app

grant UPDATE (failures) on webhook_topics to holdfast_app

grant UPDATE (sent) on webhook_topics to holdfast_app

grant UPDATE (since) on webhook_topics to holdfast_app

grant UPDATE (state) on webhook_topics to holdfast_app

grant INSERT (created_at) on webhooks to holdfast_app

grant INSERT (description) on webhooks to holdfast_app

grant INSERT (id) on webhooks to holdfast_app

grant INSERT (operation_id) on webhooks to holdfast_app

grant INSERT (previous_secret_until) on webhooks to holdfast_app

grant INSERT (reason) on webhooks to holdfast_app

grant INSERT (secret_version) on webhooks to holdfast_app

grant INSERT (status) on webhooks to holdfast_app

grant INSERT (tenant_id) on webhooks to holdfast_app

grant INSERT (topics) on webhooks to holdfast_app

grant INSERT (url) on webhooks to holdfast_app

grant SELECT (created_at) on webhooks to holdfast_app

grant SELECT (description) on webhooks to holdfast_app

grant SELECT (id) on webhooks to holdfast_app

grant SELECT (operation_id) on webhooks to holdfast_app

grant SELECT (previous_secret_until) on webhooks to holdfast_app

grant SELECT (reason) on webhooks to holdfast_app

grant SELECT (secret_version) on webhooks to holdfast_app

grant SELECT (status) on webhooks to holdfast_app

grant SELECT (tenant_id) on webhooks to holdfast_app

grant SELECT (topics) on webhooks to holdfast_app

grant SELECT (url) on webhooks to holdfast_app

grant UPDATE (description) on webhooks to holdfast_app

grant UPDATE (previous_secret_until) on webhooks to holdfast_app

grant UPDATE (reason) on webhooks to holdfast_app

grant UPDATE (secret_version) on webhooks to holdfast_app

grant UPDATE (status) on webhooks to holdfast_app

grant UPDATE (topics) on webhooks to holdfast_app

grant UPDATE (url) on webhooks to holdfast_app

CREATE OR REPLACE FUNCTION holdfast.acts_for_others(caller text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN COALESCE((split_part(caller, ':'::text, 1) = ANY (ARRAY['service'::text, 'admin'::text, 'system'::text])), false)
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.administers(caller text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN COALESCE((split_part(caller, ':'::text, 1) = ANY (ARRAY['admin'::text, 'system'::text])), false)
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.caller()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN NULLIF(current_setting('holdfast.caller'::text, true), ''::text)
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.change_conversations(tenant integer, ids uuid[], versions_before bigint[], steps bigint[], appended bigint[], answer_ids uuid[], answer_seqs bigint[], leases timestamp with time zone[], paid boolean[], waits boolean[], waiting_wallet_ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
DECLARE
  change record;
BEGIN
  FOR change IN
    SELECT * FROM unnest(ids, versions_before, steps, appended, answer_ids, answer_seqs, leases, paid, waits, waiting_wallet_ids)
      AS t (id, version_before, steps, appended, answer_id, answer_seq, lease_until, paid, waits, waiting_wallet_id)
  LOOP
    UPDATE holdfast.conversations AS conversation SET
      version = conversation.version + change.steps, last_seq = conversation.last_seq + change.appended,
      answer_id = change.answer_id, answer_seq = change.answer_seq, answer_lease_until = change.lease_until,
      answer_paid = change.paid, waiting = change.waits, waiting_wallet_id = change.waiting_wallet_id
    WHERE conversation.tenant_id = tenant AND conversation.id = change.id AND conversation.version = change.version_before;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'a row is not as it was decided on' USING ERRCODE = 'HF002';
    END IF;
  END LOOP;
END
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.change_seats(tenant integer, shows uuid[], ids text[], before uuid[], after uuid[], statuses text[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
BEGIN
  PERFORM holdfast.change_seats_at(tenant, shows, ids, ARRAY(
    SELECT found.place FROM unnest(shows, ids) WITH ORDINALITY AS wanted (show_id, id, nth) LEFT JOIN LATERAL (
      SELECT ctid AS place FROM holdfast.seats
      WHERE tenant_id = tenant AND show_id = wanted.show_id AND id = wanted.id OFFSET 0) AS found ON true
    ORDER BY wanted.nth), before, after, statuses);
END
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.change_seats_at(tenant integer, shows uuid[], ids text[], places tid[], before uuid[], after uuid[], statuses text[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_indexscan TO 'off'
 SET enable_indexonlyscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_memoize TO 'off'
AS $function$
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
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.change_shows(tenant integer, ids uuid[], held_changes integer[], sold_changes integer[], steps bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
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
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.change_wallets(tenant integer, ids uuid[], places tid[], amounts bigint[], held_changes bigint[], steps bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_indexscan TO 'off'
 SET enable_indexonlyscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_memoize TO 'off'
AS $function$
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
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.currency_of_show(tenant integer, show_id uuid)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
  SELECT wallet.currency FROM holdfast.shows AS show
  JOIN holdfast.wallets AS wallet ON wallet.tenant_id = $1 AND wallet.id = show.wallet_id
  WHERE show.tenant_id = $1 AND show.id = $2 AND $1 = holdfast.tenant() AND holdfast.is_somebody(holdfast.caller())
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.expect_rows(actual bigint, expected bigint, state text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
BEGIN
  IF actual <> expected THEN
    RAISE EXCEPTION 'wrote % rows instead of %', actual, expected USING ERRCODE = state;
  END IF;
END
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.held_of_show(tenant integer, show_id uuid)
 RETURNS TABLE(seat_ids text[], expires_at timestamp with time zone)
 LANGUAGE sql
 STABLE STRICT SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
  SELECT reservation.seat_ids, reservation.expires_at FROM holdfast.reservations AS reservation
  WHERE reservation.tenant_id = $1 AND reservation.show_id = $2 AND reservation.status = 'held'
    AND $1 = holdfast.tenant() AND holdfast.is_somebody(holdfast.caller())
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.is_somebody(caller text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (holdfast.acts_for_others(caller) OR (holdfast.subject_of(caller) IS NOT NULL))
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.is_taken_by_owner(tenant integer, wallet uuid, operation uuid, amount bigint, held_change bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
BEGIN
  RETURN (
    SELECT holdfast.may_act_for(recorded.caller, one.owner_id)
      OR (recorded.kind = 'conversations.stop' AND amount = 0 AND held_change < 0)
    FROM holdfast.operations AS recorded JOIN holdfast.wallets AS one ON one.tenant_id = tenant AND one.id = wallet
    WHERE recorded.tenant_id = tenant AND recorded.id = operation);
END
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.lost_webhook_topics(keys_of_jobs text[])
 RETURNS TABLE(tenant integer, webhook uuid, topic_kind text, topic text)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  SELECT tenant_id, webhook_id, kind, topic_id FROM holdfast.webhook_topics
  WHERE holdfast.caller() = 'system:holdfast' AND state = 'queued' AND concat_ws('/', 'webhook', tenant_id, webhook_id, kind, topic_id) NOT IN (
    SELECT key FROM unnest(keys_of_jobs) AS job (key) WHERE key IS NOT NULL)
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.may_act_for(caller text, owner text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN COALESCE((holdfast.acts_for_others(caller) OR (holdfast.subject_of(caller) = owner)), false)
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.names_only_own(tenant integer, caller text, kind text, input json, outcome json)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
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
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.no_user_aboard()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN COALESCE((current_setting('holdfast.aboard'::text, true) = 'services'::text), false)
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.operations_of_answer(tenant integer, conversation_id uuid, seq bigint, most integer)
 RETURNS SETOF holdfast.operations
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
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
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.operations_of_entries(tenant integer, wallet_id uuid, versions bigint[])
 RETURNS TABLE(version bigint, operation_id uuid, kind text, told json, hold_id text, created_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
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
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.overdue_tenants()
 RETURNS SETOF integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
  SELECT tenant_id FROM holdfast.holds
  WHERE status IN ('open', 'partially_captured') AND expires_at <= (SELECT clock_timestamp())
  UNION
  SELECT tenant_id FROM holdfast.reservations
  WHERE status = 'held' AND expires_at <= (SELECT clock_timestamp())
  UNION
  SELECT tenant_id FROM holdfast.conversations
  WHERE answer_lease_until <= (SELECT clock_timestamp())
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.queue_webhook_topics(of_tenant integer, most_a_webhook integer)
 RETURNS TABLE(tenant integer, webhook uuid, topic_kind text, topic text)
 LANGUAGE sql
 SET search_path TO 'pg_catalog'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
  WITH next AS MATERIALIZED (
    SELECT waiting.webhook_id, waiting.kind, waiting.topic_id
    FROM holdfast.webhooks AS webhook CROSS JOIN LATERAL (
      SELECT one.* FROM holdfast.webhook_topics AS one
      WHERE one.tenant_id = of_tenant AND one.webhook_id = webhook.id AND one.state = 'waiting'
      ORDER BY one.since LIMIT most_a_webhook FOR NO KEY UPDATE SKIP LOCKED) AS waiting
    WHERE webhook.tenant_id = of_tenant AND webhook.status = 'enabled')
  UPDATE holdfast.webhook_topics AS queued SET state = 'queued'
  FROM next
  WHERE queued.tenant_id = of_tenant AND queued.webhook_id = next.webhook_id
    AND queued.kind = next.kind AND queued.topic_id = next.topic_id
  RETURNING queued.tenant_id, queued.webhook_id, queued.kind, queued.topic_id
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.settle_answers(tenant integer, conversation_ids uuid[], seqs bigint[], all_parts text[], statuses text[], errors text[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_sort TO 'off'
AS $function$
DECLARE
  settled record;
BEGIN
  FOR settled IN
    SELECT * FROM unnest(conversation_ids, seqs, all_parts, statuses, errors) AS t (conversation_id, seq, parts, status, error)
  LOOP
    UPDATE holdfast.messages AS message SET parts = settled.parts::json, status = settled.status, error = settled.error
    -- By the primary key, whose order is asked for: `messages_id_once` would find all messages of the conversation.
    WHERE message.ctid = (SELECT one.ctid FROM holdfast.messages AS one
        WHERE one.tenant_id = tenant AND one.conversation_id = settled.conversation_id AND one.seq <= settled.seq
        ORDER BY one.seq DESC LIMIT 1)
      AND message.seq = settled.seq AND message.status = 'streaming';
    IF NOT FOUND THEN
      RAISE EXCEPTION 'a row is not as it was decided on' USING ERRCODE = 'HF002';
    END IF;
  END LOOP;
END
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.settle_holds(tenant integer, ids uuid[], places tid[], captures bigint[], statuses text[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_indexscan TO 'off'
 SET enable_indexonlyscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_memoize TO 'off'
AS $function$
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
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.settle_reservations(tenant integer, ids uuid[], before text[], statuses text[], expiries timestamp with time zone[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
BEGIN
  PERFORM holdfast.settle_reservations_at(tenant, ids, ARRAY(
    SELECT found.place FROM unnest(ids) WITH ORDINALITY AS wanted (id, nth) LEFT JOIN LATERAL (
      SELECT ctid AS place FROM holdfast.reservations WHERE tenant_id = tenant AND id = wanted.id OFFSET 0) AS found ON true
    ORDER BY wanted.nth), before, statuses, expiries);
END
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.settle_reservations_at(tenant integer, ids uuid[], places tid[], before text[], statuses text[], expiries timestamp with time zone[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_indexscan TO 'off'
 SET enable_indexonlyscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_memoize TO 'off'
AS $function$
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
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.subject_of(caller text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN starts_with(caller, 'user:'::text) THEN NULLIF(substr(caller, 6), ''::text) ELSE NULL::text END
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.tenant()
 RETURNS integer
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('holdfast.tenant'::text, true), ''::text))::integer
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.unqueue_webhook_topic(of_tenant integer, of_webhook uuid, topic_kind text, topic text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog'
AS $function$
  UPDATE holdfast.webhook_topics SET state = 'waiting'
  WHERE tenant_id = of_tenant AND webhook_id = of_webhook AND kind = topic_kind AND topic_id = topic AND state = 'queued'
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.version_at(tenant integer, wallet_id uuid, at timestamp with time zone)
 RETURNS bigint
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_sort TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
  SELECT entry.version FROM holdfast.wallets AS wallet
  JOIN holdfast.entries AS entry ON entry.tenant_id = $1 AND entry.wallet_id = $2
  JOIN holdfast.operations AS operation ON operation.tenant_id = $1 AND operation.id = entry.operation_id
  WHERE wallet.tenant_id = $1 AND wallet.id = $2 AND $1 = holdfast.tenant()
    AND holdfast.may_act_for(holdfast.caller(), wallet.owner_id) AND operation.created_at <= $3
  ORDER BY entry.version DESC LIMIT 1
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.waiting_tenants()
 RETURNS SETOF integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
  SELECT DISTINCT tenant_id FROM holdfast.conversations WHERE waiting AND answer_lease_until IS NULL
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.waiting_webhook_tenants()
 RETURNS SETOF integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
  SELECT DISTINCT webhook.tenant_id FROM holdfast.webhooks AS webhook
  WHERE holdfast.caller() = 'system:holdfast' AND webhook.status = 'enabled' AND EXISTS (
    SELECT FROM holdfast.webhook_topics AS topic
    WHERE topic.tenant_id = webhook.tenant_id AND topic.webhook_id = webhook.id AND topic.state = 'waiting')
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.webhook_backlog()
 RETURNS TABLE(topics bigint, seconds double precision)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
  SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(busy.since)), 0)::float8
  FROM holdfast.webhooks AS webhook JOIN holdfast.webhook_topics AS busy
    ON busy.tenant_id = webhook.tenant_id AND busy.webhook_id = webhook.id AND busy.state IN ('waiting', 'queued')
  WHERE webhook.status = 'enabled'
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.write_known_wallets(tenant integer, wallet_ids uuid[], versions bigint[], balances bigint[], sums bigint[], steps bigint[], operation_ids uuid[], idempotency_keys text[], kinds text[], callers text[], inputs text, outcomes text, entry_wallets uuid[], entry_versions bigint[], entry_operations uuid[], entry_amounts bigint[], entry_balances bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_indexscan TO 'on'
 SET enable_indexonlyscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_memoize TO 'off'
AS $function$
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
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.write_known_wallets(tenant integer, wallet_ids uuid[], places tid[], versions bigint[], balances bigint[], sums bigint[], steps bigint[], operation_ids uuid[], idempotency_keys text[], kinds text[], callers text[], inputs text, outcomes text, entry_wallets integer[], entry_versions bigint[], entry_operations integer[], entry_amounts bigint[], entry_balances bigint[])
 RETURNS tid[]
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_indexscan TO 'on'
 SET enable_indexonlyscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_memoize TO 'off'
AS $function$
DECLARE
  found tid[];
  left_at tid[];
  all_inputs text[] := string_to_array(inputs, E'\x1e');
  all_outcomes text[] := string_to_array(outcomes, E'\x1e');
  now_ms bigint;
  services boolean;
  setting text;
BEGIN
  -- Where the wallets are, those whose places are not remembered; whether they are there is for the update to find out.
  found := ARRAY(
    SELECT coalesce(wanted.place, (SELECT ctid FROM holdfast.wallets WHERE tenant_id = tenant AND id = wanted.id))
    FROM (SELECT unnest(places) AS place, unnest(wallet_ids) AS id) AS wanted);

  -- Locks each wallet in the order of the array, if it is as it was decided on: also one that moves by nothing, because it was
  -- looked at and had too little. Planned without the index, for the reason given at change_wallets: no other way than the place.
  setting := set_config('enable_indexscan', 'off', true);
  WITH moved AS (
    UPDATE holdfast.wallets AS wallet SET
      credit_balance = wallet.credit_balance + change.amount,
      version = wallet.version + change.steps
    FROM (SELECT unnest(found) AS place, unnest(wallet_ids) AS id, unnest(versions) AS version, unnest(balances) AS balance,
      unnest(sums) AS amount, unnest(steps) AS steps) AS change
    WHERE wallet.tenant_id = tenant AND wallet.ctid = change.place AND wallet.id = change.id
      AND wallet.version = change.version AND wallet.credit_balance = change.balance AND wallet.held = 0
    RETURNING wallet.ctid AS place)
  SELECT coalesce(array_agg(place), '{}') FROM moved INTO left_at;
  setting := set_config('enable_indexscan', 'on', true);
  IF cardinality(left_at) <> cardinality(wallet_ids) THEN
    RAISE EXCEPTION '% wallets of % are as they were decided on', cardinality(left_at), cardinality(wallet_ids) USING ERRCODE = 'HF002';
  END IF;

  -- Whoever began to follow the tenant's changes before the locks were granted is told of this one, which the caller has to see to.
  IF EXISTS (SELECT FROM holdfast.webhooks WHERE tenant_id = tenant AND status <> 'removed') THEN
    RAISE EXCEPTION 'somebody follows what is changed' USING ERRCODE = 'HF002';
  END IF;

  -- By the clock under the locks. A key that another transaction recorded meanwhile violates operations_key_once.
  now_ms := floor(extract(epoch FROM clock_timestamp()) * 1000);
  INSERT INTO holdfast.operations (tenant_id, id, idempotency_key, kind, caller, input, outcome, created_at, seal)
  SELECT tenant, id, idempotency_key, kind, caller, input::json, outcome::json, to_timestamp(now_ms::float8 / 1000),
    sha256(convert_to(concat_ws(E'\x1f', tenant, id, idempotency_key, kind, caller, input, outcome, now_ms), 'UTF8'))
  FROM (SELECT unnest(operation_ids) AS id, unnest(idempotency_keys) AS idempotency_key, unnest(kinds) AS kind,
    unnest(callers) AS caller, unnest(all_inputs) AS input, unnest(all_outcomes) AS outcome) AS operation;

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
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner}

CREATE OR REPLACE FUNCTION holdfast.write_known_wallets(tenant integer, as_caller text, lock_timeout_ms integer, wallet_ids uuid[], places tid[], versions bigint[], balances bigint[], sums bigint[], steps bigint[], operation_ids uuid[], idempotency_keys text[], kinds text[], callers text[], inputs text, outcomes text, entry_wallets integer[], entry_versions bigint[], entry_operations integer[], entry_amounts bigint[], entry_balances bigint[])
 RETURNS tid[]
 LANGUAGE plpgsql
 SET role TO 'holdfast_app'
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_indexscan TO 'on'
 SET enable_indexonlyscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_memoize TO 'off'
AS $function$
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
$function$
 to {holdfast_owner=X/holdfast_owner,holdfast_app=X/holdfast_owner,holdfast_login=X/holdfast_owner}
