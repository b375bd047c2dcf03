import type postgres from "postgres";
import type { State, World } from "./contender.ts";

/**
 * The tables that a careful team makes: numbers for ids, one unique key, one index a table. Fewer and narrower rows than
 * Holdfast's: no outcome, no fingerprint, no caller, no row-level security.
 */
export async function createPlainTables(sql: postgres.Sql, schema: string, world: World): Promise<void> {
  await sql.unsafe(`
    drop schema if exists ${schema} cascade;
    create schema ${schema};
    create table ${schema}.wallets (
      tenant_id int not null, id bigint not null, credit_balance bigint not null check (credit_balance >= 0),
      held bigint not null default 0 check (held between 0 and credit_balance), version bigint not null default 0,
      primary key (tenant_id, id));
    create table ${schema}.operations (
      id bigint generated always as identity, tenant_id int not null, idempotency_key text not null, kind text not null,
      amount bigint not null, created_at timestamptz not null default now(), primary key (tenant_id, idempotency_key));
    create table ${schema}.entries (
      id bigint generated always as identity primary key, tenant_id int not null, wallet_id bigint not null,
      operation_id bigint not null, amount bigint not null, balance_after bigint not null,
      created_at timestamptz not null default now());
    create table ${schema}.holds (
      tenant_id int not null, idempotency_key text not null, wallet_id bigint not null, amount bigint not null,
      status text not null, primary key (tenant_id, idempotency_key));
    insert into ${schema}.wallets (tenant_id, id, credit_balance)
      select n % ${world.tenants}, n, ${world.balance} from generate_series(0, ${world.wallets - 1}) as n;
    analyze ${schema}.wallets`);
}

export function plainTables(schema: string): string[] {
  return ["operations", "entries", "wallets", "holds"].map((table) => `${schema}.${table}`);
}

export async function plainState(sql: postgres.Sql, schema: string): Promise<State> {
  const wallets = await sql.unsafe<{ balance: string }[]>(
    `select credit_balance::text as balance from ${schema}.wallets order by id`,
  );
  const [counts] = await sql.unsafe<{ operations: number; entries: number }[]>(
    `select (select count(*)::int from ${schema}.operations) as operations,
      (select count(*)::int from ${schema}.entries) as entries`,
  );
  return {
    balances: wallets.map(({ balance }) => Number(balance)),
    operations: counts?.operations ?? 0,
    entries: counts?.entries ?? 0,
  };
}
