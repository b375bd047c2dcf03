import type postgres from "postgres";

/** Which part of a made-up history to write: `cycles` times one transfer of 1 from each wallet to its neighbour. */
export interface Stretch {
  readonly wallets: number;
  readonly firstCycle: number;
  readonly cycles: number;
  readonly balance: number;
  /** Whether idempotency keys are in order of time, as UUIDv7 are, or spread over the whole index. */
  readonly keys: "ordered" | "random";
}

/** Numbers the wallets, once a session, for `insertHistory`. Tenant 1, all wallets alike. */
export async function numberWallets(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    create temporary table numbered as
      select row_number() over (order by id) - 1 as n, id from holdfast.wallets where tenant_id = 1;
    create unique index on numbered (n);
    analyze numbered`);
}

/**
 * Inserts operations and entries as the write path would have, by one statement: `verify` finds nothing wrong with them.
 * In a ring each wallet pays once a cycle and is paid once: wallet 0 pays first, the others are paid first.
 */
export async function insertHistory(sql: postgres.Sql, stretch: Stretch): Promise<void> {
  const { wallets, firstCycle, cycles, balance, keys } = stretch;
  const first = firstCycle * wallets;
  const key = keys === "ordered" ? "uuidv7()" : "gen_random_uuid()";
  await sql.unsafe(`
    with planned as materialized (
      select n, cycle, id, idempotency_key, payer, payee, version, balance, created_at, input, outcome
      from (
        select at % ${wallets} as n, at / ${wallets} as cycle, uuidv7() as id, ${key}::text as idempotency_key,
          date_trunc('milliseconds', clock_timestamp()) as created_at
        from generate_series(${first}::bigint, ${first + cycles * wallets - 1}::bigint) as at) as transfer
      cross join lateral (select id as payer from numbered where numbered.n = transfer.n offset 0) as payer
      cross join lateral (select id as payee from numbered where numbered.n = (transfer.n + 1) % ${wallets} offset 0) as payee
      cross join lateral (select 2 * cycle + case n when 0 then 2 else 3 end as version,
        ${balance} - case n when 0 then 1 else 0 end as balance) as after
      cross join lateral (select
        format('{"fromWalletId":"%s","toWalletId":"%s","amount":"1"}', payer, payee) as input,
        format('{"ok":true,"data":{"operationId":"%s","walletId":"%s","balance":"%s","held":"0","available":"%s","version":"%s"}}',
          id, payer, balance, balance, version) as outcome) as told
    ), operation as (
      insert into holdfast.operations (tenant_id, id, idempotency_key, kind, caller, input, outcome, created_at, seal)
      select 1, id, idempotency_key, 'wallets.transfer', 'service:bench', input::json, outcome::json, created_at,
        sha256(convert_to(concat_ws(E'\\x1f', 1, id, idempotency_key, 'wallets.transfer', 'service:bench', input, outcome,
          floor(extract(epoch from created_at) * 1000)::bigint), 'UTF8'))
      from planned
    ), entry as (
      insert into holdfast.entries
        (tenant_id, wallet_id, version, operation_id, amount, held_change, balance_after, held_after)
      select 1, payer, version, id, -1, 0, balance, 0 from planned
      union all
      select 1, payee, 2 * cycle + case n when ${wallets - 1} then 3 else 2 end, id, 1, 0,
        ${balance} + case n when ${wallets - 1} then 0 else 1 end, 0
      from planned
    )
    update holdfast.wallets set version = version + ${2 * cycles} where tenant_id = 1`);
}
