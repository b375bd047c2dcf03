import postgres from "postgres";
import type { Contender, Ledger, World } from "./contender.ts";
import { createPlainTables, plainState, plainTables } from "./plain-tables.ts";

/** The same pool as `textbook`, so that the two differ in nothing but where the transfer is written down. */
const POOL = 16;

/** What a database-minded team writes: the whole transfer in one plpgsql function, one call and one commit each. */
export const sqlFunction: Contender = {
  name: "sql-function",
  description: "one call of a plpgsql function a transfer, through the same driver, pool of 16",

  async setUp(world: World): Promise<Ledger> {
    const sql = postgres(world.url, { max: POOL, onnotice: () => {}, fetch_types: false });
    await createPlainTables(sql, "sql_function", world);
    await sql.unsafe(FUNCTIONS);
    const tenantOf = (wallet: number): number => wallet % world.tenants;
    return {
      tables: plainTables("sql_function"),
      async transfer(from, to, key) {
        await sql`select sql_function.transfer(${tenantOf(from)}::int, ${key}, ${from}::bigint, ${to}::bigint, 1)`;
      },
      async holdAndCapture(from, to, key) {
        await sql`select sql_function.hold(${tenantOf(from)}::int, ${`${key}-hold`}, ${from}::bigint, 1)`;
        await sql`select sql_function.capture(${tenantOf(from)}::int, ${`${key}-capture`}, ${`${key}-hold`}, ${to}::bigint)`;
      },
      state: () => plainState(sql, "sql_function"),
      close: () => sql.end(),
    };
  },
};

const FUNCTIONS = `
create function sql_function.transfer(p_tenant int, p_key text, p_from bigint, p_to bigint, p_amount bigint)
returns bigint language plpgsql as $$
declare
  operation bigint;
  from_balance bigint;
  to_balance bigint;
begin
  perform from sql_function.wallets
    where tenant_id = p_tenant and id in (p_from, p_to) order by id for no key update;
  select id into operation from sql_function.operations where tenant_id = p_tenant and idempotency_key = p_key;
  if found then return operation; end if;
  update sql_function.wallets set credit_balance = credit_balance - p_amount, version = version + 1
    where tenant_id = p_tenant and id = p_from and credit_balance - held >= p_amount
    returning credit_balance into from_balance;
  if not found then raise exception 'insufficient funds'; end if;
  update sql_function.wallets set credit_balance = credit_balance + p_amount, version = version + 1
    where tenant_id = p_tenant and id = p_to returning credit_balance into to_balance;
  insert into sql_function.operations (tenant_id, idempotency_key, kind, amount)
    values (p_tenant, p_key, 'transfer', p_amount) returning id into operation;
  insert into sql_function.entries (tenant_id, wallet_id, operation_id, amount, balance_after)
    values (p_tenant, p_from, operation, -p_amount, from_balance), (p_tenant, p_to, operation, p_amount, to_balance);
  return operation;
end $$;

create function sql_function.hold(p_tenant int, p_key text, p_wallet bigint, p_amount bigint)
returns bigint language plpgsql as $$
declare
  operation bigint;
begin
  perform from sql_function.wallets where tenant_id = p_tenant and id = p_wallet for no key update;
  select id into operation from sql_function.operations where tenant_id = p_tenant and idempotency_key = p_key;
  if found then return operation; end if;
  update sql_function.wallets set held = held + p_amount
    where tenant_id = p_tenant and id = p_wallet and credit_balance - held >= p_amount;
  if not found then raise exception 'insufficient funds'; end if;
  insert into sql_function.operations (tenant_id, idempotency_key, kind, amount)
    values (p_tenant, p_key, 'hold', p_amount) returning id into operation;
  insert into sql_function.holds (tenant_id, idempotency_key, wallet_id, amount, status)
    values (p_tenant, p_key, p_wallet, p_amount, 'open');
  return operation;
end $$;

create function sql_function.capture(p_tenant int, p_key text, p_hold text, p_to bigint)
returns bigint language plpgsql as $$
declare
  operation bigint;
  held_wallet bigint;
  held_amount bigint;
  from_balance bigint;
  to_balance bigint;
begin
  select wallet_id, amount into held_wallet, held_amount from sql_function.holds
    where tenant_id = p_tenant and idempotency_key = p_hold;
  perform from sql_function.wallets
    where tenant_id = p_tenant and id in (held_wallet, p_to) order by id for no key update;
  select id into operation from sql_function.operations where tenant_id = p_tenant and idempotency_key = p_key;
  if found then return operation; end if;
  update sql_function.holds set status = 'captured'
    where tenant_id = p_tenant and idempotency_key = p_hold and status = 'open';
  if not found then raise exception 'not open'; end if;
  update sql_function.wallets set credit_balance = credit_balance - held_amount, held = held - held_amount,
    version = version + 1 where tenant_id = p_tenant and id = held_wallet returning credit_balance into from_balance;
  update sql_function.wallets set credit_balance = credit_balance + held_amount, version = version + 1
    where tenant_id = p_tenant and id = p_to returning credit_balance into to_balance;
  insert into sql_function.operations (tenant_id, idempotency_key, kind, amount)
    values (p_tenant, p_key, 'capture', held_amount) returning id into operation;
  insert into sql_function.entries (tenant_id, wallet_id, operation_id, amount, balance_after)
    values (p_tenant, held_wallet, operation, -held_amount, from_balance), (p_tenant, p_to, operation, held_amount, to_balance);
  return operation;
end $$;`;
