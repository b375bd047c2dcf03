import postgres from "postgres";

/** Somebody else's transaction: it holds what it locked until it is let go. */
export interface Blocker {
  /** For what is to run in that transaction, such as `execute(blocker.sql, …)`. */
  readonly sql: postgres.Sql;
  run(statement: string, parameters?: readonly string[]): Promise<postgres.RowList<postgres.Row[]>>;
  /** Resolves when `count` sessions of this database wait for a lock, and have for so long; waits in Postgres. */
  untilWaiting(count: number, sinceMs?: number): Promise<void>;
  /** Ends the transaction, before `work` does if need be. */
  release(how?: "commit" | "rollback"): Promise<void>;
}

/**
 * Runs `work` beside a transaction on a session of its own, as the owner of the server. It is rolled back in the end,
 * unless `work` has released it, so a test that fails leaves nothing locked.
 */
export async function withBlocker<T>(url: string, work: (blocker: Blocker) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: "blocker" } });
  let released = false;
  const release = async (how: "commit" | "rollback" = "commit") => {
    if (released) return;
    released = true;
    await sql.unsafe(how);
  };
  try {
    await sql.unsafe("begin");
    return await work({
      sql,
      run: (statement, parameters = []) => sql.unsafe(statement, [...parameters]),
      untilWaiting: async (count, sinceMs = 0) => {
        await sql.unsafe(untilWaiting(Math.trunc(count), Math.trunc(sinceMs)));
      },
      release,
    });
  } finally {
    await release("rollback");
    await sql.end({ timeout: 1 });
  }
}

function untilWaiting(count: number, sinceMs: number): string {
  return `do $$ begin
    for attempt in 1..1000 loop
      perform pg_stat_clear_snapshot();
      if (select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'
          and clock_timestamp() - query_start >= interval '${sinceMs} milliseconds') >= ${count} then return; end if;
      perform pg_sleep(0.005);
    end loop;
    raise exception 'fewer than ${count} sessions wait for a lock';
  end $$`;
}
