import { runMigrations, runTaskListOnce, type Task } from "graphile-worker";
import type pg from "pg";
import { createPool, SCHEMA, withoutFailures, workerOptions } from "./queue.ts";

/** A little early, so that the job is due when the replica that had the last turn comes back. */
const EARLY = 0.9;

/**
 * Whoever has the job keeps it for milliseconds; who has it longer has died with it. One replica asks at a time and looks
 * after it was let in: one that had looked before would put the job of the next turn, added meanwhile, back to now.
 */
const ENSURE = `select pg_advisory_xact_lock(hashtextextended('${SCHEMA}:sweep', 0));
  select from ${SCHEMA}.add_job('sweep', '{}'::json, job_key => 'sweep') where not exists (
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
  const pool = createPool(url, 2);
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
