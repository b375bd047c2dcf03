import postgres from "postgres";

/** Rows of one table that one statement wrote. */
export interface RowsWritten {
  readonly transaction: string;
  readonly tenantId: number | null;
  readonly table: string;
  readonly action: string;
  /** Of a row of `operations`: what was recorded, and whether as a success. */
  readonly kind: string | null;
  readonly ok: boolean | null;
}

/** What Postgres itself writes down of every change to a row, whoever makes it and however. */
export interface Audit {
  /** What was written of this tenant since it was last asked for. */
  take(tenantId: number): Promise<RowsWritten[]>;
  /** What was written of all others. */
  takeOthers(tenantIds: readonly number[]): Promise<RowsWritten[]>;
  close(): Promise<void>;
}

const SESSIONS = 4;

/**
 * A trigger on every table of Holdfast's, so that a write which leaves no operation is seen as well. The notes are kept in a
 * schema of the run's own.
 */
const INSTALL = `
create schema fuzz;
create unlogged table fuzz.written (
  transaction text not null default pg_current_xact_id()::text,
  tenant_id int, table_name text not null, action text not null, kind text, ok boolean);
create index on fuzz.written (tenant_id);
do $install$
declare
  one record;
  event text;
  columns text;
begin
  for one in
    select c.relname as name,
      exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id') as of_tenant
    from pg_class c where c.relnamespace = 'holdfast'::regnamespace and c.relkind in ('r', 'p')
  loop
    columns := case when one.name = 'operations' then '' else 'distinct ' end
      || case when one.of_tenant then 'tenant_id' else 'null::int' end || ', '
      || case when one.name = 'operations' then 'kind, (outcome->>''ok'')::boolean' else 'null, null::boolean' end;
    execute format($function$
      create function fuzz.note_%1$s() returns trigger language plpgsql security definer set search_path = '' as $body$
      begin
        insert into fuzz.written (tenant_id, kind, ok, table_name, action)
        select %2$s, %1$L, tg_op from changed;
        return null;
      end $body$ $function$, one.name, columns);
    foreach event in array array['insert', 'update', 'delete'] loop
      execute format('create trigger fuzz_%1$s after %1$s on holdfast.%2$I referencing %3$s table as changed
        for each statement execute function fuzz.note_%2$s()',
        event, one.name, case event when 'delete' then 'old' else 'new' end);
    end loop;
  end loop;
end $install$;`;

export async function startAudit(url: string): Promise<Audit> {
  const sql = postgres(url, { max: SESSIONS, onnotice: () => {} });
  await sql.unsafe(INSTALL);
  type Written = RowsWritten & postgres.Row;
  const returning = sql`returning transaction, tenant_id as "tenantId", table_name as "table", action, kind, ok`;
  return {
    take: (tenantId) => sql<Written[]>`delete from fuzz.written where tenant_id = ${tenantId} ${returning}`,
    takeOthers: (tenantIds) =>
      sql<
        Written[]
      >`delete from fuzz.written where tenant_id is null or tenant_id not in ${sql([...tenantIds])} ${returning}`,
    close: () => sql.end(),
  };
}
