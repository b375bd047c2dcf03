import { Logger, type RunOnceOptions, runMigrations } from "graphile-worker";
import pg from "pg";

/** Beside a `graphile_worker` that an application may have in the same database, and in another version. */
export const SCHEMA = "holdfast_jobs";
/** Waits for a connection or an answer at most so long: a black hole gives neither. */
const CONNECT_TIMEOUT_MS = 2_000;
const QUERY_TIMEOUT_MS = 3_000;

/** Creates or updates the worker's own schema; `url` as for `migrate`. */
export async function migrateJobs({ url }: { url: string }): Promise<void> {
  const pool = createPool(url, 1, { query_timeout: undefined });
  try {
    await runMigrations(workerOptions(pool));
  } finally {
    await pool.end();
  }
}

export function createPool(url: string, max: number, config: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    idleTimeoutMillis: 60_000,
    allowExitOnIdle: true,
    application_name: "holdfast jobs",
    ...config,
  });
  // Whoever uses a connection is told of its end by the query that fails; without a listener the process would end, too.
  const ignore = (): void => {};
  pool.on("error", ignore);
  pool.on("connect", (client) => client.on("error", ignore));
  return pool;
}

/** `more`: what a worker of one's own needs beside it. */
export function workerOptions(pgPool: pg.Pool, more: Partial<RunOnceOptions> = {}): RunOnceOptions {
  return {
    pgPool,
    schema: SCHEMA,
    concurrency: 1,
    // Its lines quote messages of Postgres; what matters is thrown.
    logger: new Logger(() => () => {}),
    noHandleSignals: true,
    noPreparedStatements: true,
    // Otherwise nobody handles the rejection when a job can't be completed, and the process ends.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    ...more,
  };
}

/**
 * A client for the worker that answers no rows where it would fail, and from then on: the worker prints such failures to
 * stderr, stack and all, or tries again for minutes. Without rows it finds nothing to do and ends.
 */
export function withoutFailures(client: pg.PoolClient | pg.Pool): {
  forWorker: pg.PoolClient;
  failure: () => unknown;
} {
  let failure: unknown;
  const nothing = { rows: [], rowCount: 0 };
  async function answer(...asked: [string, unknown[]]): Promise<unknown> {
    if (failure !== undefined) return nothing;
    try {
      return await client.query(...asked);
    } catch (error) {
      failure = error;
      return nothing;
    }
  }
  // One after the other: the worker completes a job while it asks for the next, and the driver means to forbid that.
  let last: Promise<unknown> = Promise.resolve();
  const query = (...asked: [string, unknown[]]): Promise<unknown> => {
    last = last.then(() => answer(...asked));
    return last;
  };
  // The worker asks nothing else of a client.
  return { forWorker: { query } as unknown as pg.PoolClient, failure: () => failure };
}
