import postgres from "postgres";

/** Somebody else's transaction: it holds what it locked until it is let go. */
export interface Blocker {
  /** For what is to run in that transaction, such as `execute(blocker.sql, …)`. */
  readonly sql: postgres.Sql;
  run(statement: string, parameters?: readonly string[]): Promise<postgres.RowList<postgres.Row[]>>;
  /** Resolves when `count` sessions of this database wait for a lock; the waiting is done in Postgres. */
  untilWaiting(count: number): Promise<void>;
  /** Ends the transaction, and the session with it. */
  release(how?: "commit" | "rollback"): Promise<void>;
}

/** Begins a transaction on a session of its own, as the owner of the server. */
export async function startBlocker(url: string): Promise<Blocker> {
  const sql = postgres(url, {
    max: 1,
    onnotice: () => {},
    connection: { application_name: "blocker" },
  });
  await sql.unsafe("begin");
  return {
    sql,
    run: (statement, parameters = []) => sql.unsafe(statement, [...parameters]),
    async untilWaiting(count) {
      await sql.unsafe(`do $$ begin
        for attempt in 1..2000 loop
          perform pg_stat_clear_snapshot();
          if (select count(*) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock') >= ${Math.trunc(count)} then return; end if;
          perform pg_sleep(0.005);
        end loop;
        raise exception 'nobody waits for a lock';
      end $$`);
    },
    async release(how = "commit") {
      await sql.unsafe(how);
      await sql.end({ timeout: 1 });
    },
  };
}
