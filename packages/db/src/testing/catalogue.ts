import type postgres from "postgres";

/**
 * Seats change with a row of `show_changes`, whose policy asks whose they are; what webhooks are to be told follows whatever anybody
 * writes, and what they were told is written by the sender. The journal of migrations is the owner's alone.
 */
const WRITTEN_WITH_ANOTHER = ["seats", "webhook_topics", "webhook_deliveries"];
const JOURNAL = "migrations";
/** What tells of all tenants what is due in them, to whoever sweeps all of them or sends for all of them. */
const TELLS_TENANTS = [
  ...["overdue_tenants", "waiting_tenants"],
  ...["waiting_webhook_tenants", "lost_webhook_topics", "webhook_backlog"],
];

/**
 * Each row is one thing in the schema `holdfast` that is not behind row-level security as it should be, in words. It reads what is
 * there and knows no list of it, so whoever adds a table, a view or a function is told here what it lacks.
 */
const FAULTS = `
  with relation as (
    select oid, relname::text as name, relkind, relrowsecurity, relforcerowsecurity, relowner, reloptions
    from pg_class where relnamespace = 'holdfast'::regnamespace),
  stored as (select * from relation where relkind in ('r', 'p')),
  policy as (
    select tablename::text as name, policyname, permissive = 'RESTRICTIVE' as restrictive, cmd, roles::text[] as roles,
      coalesce(qual, '') as qual, coalesce(with_check, '') as with_check
    from pg_policies where schemaname = 'holdfast'),
  of_app as (select * from policy where roles = '{holdfast_app}'),
  named_function as (
    select oid, proname::text as name, prosecdef, proconfig, proowner, prosrc, proacl
    from pg_proc where pronamespace = 'holdfast'::regnamespace)

  select name || ' has no row-level security' from stored where not relrowsecurity
  union all
  select name || ' does not force row-level security on its owner' from stored
  where not relforcerowsecurity and name <> '${JOURNAL}'
  union all
  select name || ' has no policy of its tenant' from stored where name <> '${JOURNAL}' and not exists (
    select from of_app where of_app.name = stored.name and not restrictive and cmd = 'ALL'
      and qual = '(tenant_id = ( SELECT holdfast.tenant() AS tenant))' and with_check = qual)
  union all
  select name || ' shows its rows without asking for the caller' from stored where name <> '${JOURNAL}' and not exists (
    select from of_app where of_app.name = stored.name and restrictive and cmd = 'SELECT' and qual like '%holdfast.caller()%')
  union all
  select name || ' takes rows without asking for their operation' from stored
  where has_table_privilege('holdfast_app', oid, 'insert') and not name = any ($1::text[]) and not exists (
    select from of_app where of_app.name = stored.name and restrictive and cmd = 'INSERT' and with_check ~ 'holdfast\\.(may_act_for|is_taken_by_owner|acts_for_others|administers)\\(')
  union all
  select policy.name || ' has a policy that opens it: ' || policyname from policy
  where not restrictive and not (roles = '{holdfast_app}' and cmd = 'ALL' and qual like '%holdfast.tenant%')
    and not (roles = '{holdfast_owner}' and (cmd = 'SELECT' or policy.name in ('tenants', 'api_keys')))
  union all
  select name || ' is a view with the rights of its owner' from relation
  where relkind = 'v' and not coalesce(reloptions @> '{security_invoker=true}', false)
  union all
  select name || ' is a copy that no policy guards' from relation where relkind in ('m', 'f')
  union all
  select name || ' is not the owner''s' from relation where relkind in ('r', 'p', 'v', 'S')
    and pg_get_userbyid(relowner) <> 'holdfast_owner'
  union all
  select format('holdfast_app may %s %s', privilege, name) from stored, unnest(array['delete', 'truncate', 'references', 'trigger'])
    as privilege where has_table_privilege('holdfast_app', oid, privilege)
  union all
  select 'holdfast_app may update ' || name from stored
  where name in ('entries', 'operations', 'show_changes', 'answer_steps') and has_any_column_privilege('holdfast_app', oid, 'update')
  union all
  select format('%s may %s %s', whose, privilege, name)
  from relation, unnest(array['public', 'holdfast_login']) as whose,
    unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as privilege
  where relkind in ('r', 'p', 'v', 'm', 'f') and (has_table_privilege(whose, oid, privilege)
    or privilege in ('select', 'insert', 'update', 'references') and has_any_column_privilege(whose, oid, privilege))
  union all
  select format('holdfast_app may %s %s', privilege, name) from relation, unnest(array['select', 'insert', 'update']) as privilege
  where name = '${JOURNAL}' and has_any_column_privilege('holdfast_app', oid, privilege)
  union all
  select format('%s may use %s', whose, name) from relation, unnest(array['public', 'holdfast_login']) as whose
  where case when relkind = 'S' then has_sequence_privilege(whose, oid, 'usage, select, update') end
  union all
  select format('%s may execute %s', whose, name) from named_function, unnest(array['public', 'holdfast_login']) as whose
  where has_function_privilege(whose, oid, 'execute')
    and not (whose = 'holdfast_login' and coalesce(proconfig @> '{role=holdfast_app}', false) and not prosecdef)
  union all
  select name || ' has the rights of its owner and no pinned search_path' from named_function
  where prosecdef and not coalesce(proconfig @> '{"search_path=pg_catalog, pg_temp"}', false)
  union all
  select name || ' has the rights of somebody else than the owner' from named_function
  where prosecdef and pg_get_userbyid(proowner) <> 'holdfast_owner'
  union all
  select name || ' has the rights of its owner and does not ask for the tenant and the caller' from named_function
  where prosecdef and not name = any ($2::text[])
    and not (prosrc like '%holdfast.tenant()%' and prosrc like '%holdfast.caller()%')
  union all
  select format('%s may %s the schema', whose, privilege) from unnest(array['public', 'holdfast_login']) as whose,
    unnest(array['usage', 'create']) as privilege
  where has_schema_privilege(whose, 'holdfast', privilege) and (whose, privilege) <> ('holdfast_login', 'usage')
  union all
  select format('%s has the attribute %s', rolname, attribute) from pg_roles, lateral (values ('superuser', rolsuper),
    ('bypassrls', rolbypassrls), ('createrole', rolcreaterole), ('createdb', rolcreatedb), ('inherit', rolinherit),
    ('replication', rolreplication), ('login', rolcanlogin)) as t (attribute, has)
  where has and rolname in ('holdfast_owner', 'holdfast_app', 'holdfast_login')
  union all
  select 'holdfast_login owns ' || name from relation where pg_get_userbyid(relowner) = 'holdfast_login'
  order by 1`;

/** What in the schema is not behind row-level security as it should be: nothing, on a sound database. */
export async function faultsOf(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql.unsafe(FAULTS, [WRITTEN_WITH_ANOTHER, TELLS_TENANTS] as never[]);
  return rows.map((row) => String(Object.values(row)[0]));
}
