import postgres from "postgres";

/** Connections for callers, each lent to one of them at a time. */
export interface Pool {
  /** A connection that stands, or the next one that comes back. */
  lend<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly url: string;
  readonly connections: number;
  /** Told when a connection ends that nobody has closed: what was under way may have lost its transaction. */
  readonly onLost: (error: Error) => void;
}

/** Opens all of them, so that no race is won by whoever connects first. */
export async function openPool({ url, connections, onLost }: PoolOptions): Promise<Pool> {
  let closed = false;
  let loss: Error | undefined;
  let fail = (_error: Error): void => {};
  // The driver leaves some promises open when a connection is lost, so nobody waits for those alone.
  const broken = new Promise<never>((_, reject) => {
    fail = reject;
  });
  broken.catch(() => {});
  const lost = (): void => {
    if (closed || loss !== undefined) return;
    loss = Object.assign(new Error("a caller's connection was lost"), { code: "CONNECTION_CLOSED" });
    onLost(loss);
    fail(loss);
  };
  const all = Array.from({ length: connections }, () => openClient(url, lost));
  const idle = [...all];
  const waiting: ((sql: postgres.Sql) => void)[] = [];
  const close = async (): Promise<void> => {
    closed = true;
    const ended = Promise.all(all.map((sql) => sql.end({ timeout: 1 })));
    ended.catch(() => {});
    await Promise.race([ended, broken]).catch(() => {});
  };
  try {
    await Promise.all(all.map((sql) => sql`select`));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    close,
    async lend(work) {
      const free = idle.pop() ?? new Promise<postgres.Sql>((take) => waiting.push(take));
      const sql = await Promise.race([free, broken]);
      try {
        return await Promise.race([work(sql), broken]);
      } finally {
        const next = waiting.shift();
        if (next === undefined) idle.push(sql);
        else next(sql);
      }
    },
  };
}

type Begin = (options: string, work: (tx: postgres.Sql) => Promise<unknown>) => Promise<unknown>;

/**
 * A client with one connection, whose `begin` is ours. The driver's own writes its ROLLBACK to a connection that was lost, in
 * a callback where nobody can catch what that throws: a backend that dies would take the server along.
 */
function openClient(url: string, onclose: () => void): postgres.Sql {
  const sql = postgres(url, {
    max: 1,
    fetch_types: false,
    max_lifetime: null,
    onclose,
    onnotice: () => {},
    connection: { application_name: "holdfast-lab" },
  });
  const begin: Begin = async (options, work) => {
    await sql.unsafe(`begin ${options}`);
    try {
      const result = await work(sql);
      await sql.unsafe("commit");
      return result;
    } catch (error) {
      // After a lost connection there is nothing to roll back.
      await sql.unsafe("rollback").catch(() => {});
      throw error;
    }
  };
  return Object.assign(sql, {
    begin: (first: string | Parameters<Begin>[1], second?: Parameters<Begin>[1]) =>
      typeof first === "string" && second !== undefined
        ? begin(first, second)
        : begin("", first as Parameters<Begin>[1]),
  }) as postgres.Sql;
}
