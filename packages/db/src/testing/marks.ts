import postgres from "postgres";

/** A table of somebody else's in a test database, and a second pair of hands that kills backends. */
export interface Marks {
  /** The names that are in the table. */
  all(): Promise<Set<string>>;
  /** Ends a backend as `pg_terminate_backend` does; answers once Postgres has told it. */
  kill(pid: string): Promise<void>;
  /** Ends every backend of Holdfast's in this database, or one at random; answers how many. */
  killSessions(which: "all" | "one"): Promise<number>;
  close(): Promise<void>;
}

export const INSERT_MARK = "insert into public.marks (name) values ($1)";

export async function createMarks(url: string): Promise<Marks> {
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  await sql.unsafe(`create table if not exists public.marks (name text primary key);
    grant select, insert on public.marks to holdfast_app`);
  return {
    async all() {
      return new Set((await sql<{ name: string }[]>`select name from public.marks`).map((row) => row.name));
    },
    async kill(pid) {
      await sql`select pg_terminate_backend(${pid}::int, 5000)`;
    },
    async killSessions(which) {
      const rows = await sql`
        select pg_terminate_backend(pid) as done from pg_stat_activity
        where datname = current_database() and application_name = 'holdfast' and pid <> pg_backend_pid()
        order by random() limit ${which === "all" ? 1000 : 1}`;
      return rows.filter((row) => row["done"] === true).length;
    },
    close: () => sql.end({ timeout: 1 }),
  };
}
