import { Logger, type RunOnceOptions, runMigrations, runTaskListOnce, type Task } from "graphile-worker";
import pg from "pg";

/** Beside a `graphile_worker` that an application may have in the same database, and in another version. */
const SCHEMA = "holdfast_jobs";
/** Waits for a connection or an answer at most so long: a black hole gives neither. */
const CONNECT_TIMEOUT_MS = 2_000;
const QUERY_TIMEOUT_MS = 3_000;
/** A little early, so that the job is due when the replica that had the last turn comes back. */
const EARLY = 0.9;

/** Whoever has the job keeps it for milliseconds; who has it longer has died with it. */
const ENSURE = `select from ${SCHEMA}.add_job('sweep', '{}'::json, job_key => 'sweep') where not exists (
  select from ${SCHEMA}.jobs where key = 'sweep' and (locked_at is null or locked_at > now() - interval '3 seconds'))`;
/** On the database's clock, because those of the replicas may differ. */
const ADD_NEXT = `select from ${SCHEMA}.add_job('sweep', '{}'::json, job_key => 'sweep',
  run_at => now() + $1::float8 * interval '1 second')`;

/** Whose turn it is to sweep: of all replicas together, one in each interval. */
export interface Turns {
  /** Takes the turn if it is there to be taken. @throws what keeps it from knowing. */
  take(): Promise<boolean>;
  /** Ends its connections, those under way as soon as they have answered. */
  close(): void;
}

/**
 * Turns are a graphile-worker job that every replica makes sure of and one gets. Whoever gets it adds the next one before
 * anything else, so a replica that dies takes no turn with it.
 *
 * The worker runs once a tick and not continuously. So it needs no LISTEN, which PgBouncer doesn't have in transaction
 * mode; and nothing of it is left behind when the database goes away, where a continuous one may wait for minutes, end
 * without a word (graphile/worker#635) or take the process with it.
 */
export function createTurns({ url, everySeconds }: { url: string; everySeconds: number }): Turns {
  const pool = createPool({
    connectionString: url,
    max: 2,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    idleTimeoutMillis: 60_000,
    allowExitOnIdle: true,
    application_name: "holdfast jobs",
  });
  let migrated = false;
  // The worker remembers by its options what it has read, and would remember a failure: after one it gets new ones.
  let options = workerOptions(pool);

  async function runWorker(client: pg.PoolClient): Promise<boolean> {
    let mine = false;
    const sweep: Task = async (_payload, { query }) => {
      await query(ADD_NEXT, [everySeconds * EARLY]);
      mine = true;
    };
    const { forWorker, failure } = withoutFailures(client);
    await runTaskListOnce(options, { sweep }, forWorker);
    if (failure() !== undefined) throw failure();
    return mine;
  }

  return {
    async take() {
      const client = await pool.connect();
      let failed = true;
      try {
        if (!migrated) await runMigrations(options);
        migrated = true;
        await client.query(ENSURE);
        const mine = await runWorker(client);
        failed = false;
        return mine;
      } finally {
        if (failed) options = workerOptions(pool);
        // A connection that owes an answer must not be lent again.
        client.release(failed);
      }
    },
    close: () => void pool.end().catch(() => {}),
  };
}

/** Creates or updates the worker's own schema; `url` as for `migrate`. */
export async function migrateJobs({ url }: { url: string }): Promise<void> {
  const pool = createPool({ connectionString: url, max: 1 });
  try {
    await runMigrations(workerOptions(pool));
  } finally {
    await pool.end();
  }
}

function createPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  // Whoever uses a connection is told of its end by the query that fails; without a listener the process would end, too.
  const ignore = (): void => {};
  pool.on("error", ignore);
  pool.on("connect", (client) => client.on("error", ignore));
  return pool;
}

function workerOptions(pgPool: pg.Pool): RunOnceOptions {
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
  };
}

/**
 * A client for the worker that answers no rows where it would fail, and from then on: the worker prints such failures to
 * stderr, stack and all, or tries again for minutes. Without rows it finds nothing to do and ends.
 */
function withoutFailures(client: pg.PoolClient): { forWorker: pg.PoolClient; failure: () => unknown } {
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
