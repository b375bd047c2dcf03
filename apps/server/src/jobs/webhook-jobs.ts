import { createHash } from "node:crypto";
import type { WebhookTopic } from "@holdfast/db";
import { type RunOnceOptions, runMigrations, runTaskListOnce, type Task } from "graphile-worker";
import type pg from "pg";
import { createPool, SCHEMA, withoutFailures, workerOptions } from "./queue.ts";

const TASK = "webhook";
/** Jobs of one webhook that may run at once, on all replicas together: a slow one takes no more of anybody's time. */
const LANES = 4;
const MOST_AT_ONCE = 20;
/** Jobs are short; who has one longer has died with it. */
const DEAD_AFTER_SECONDS = 90;

const ADD_JOBS = `
  select from unnest($1::text[], $2::text[], $3::text[]) as job (payload, queue, key) cross join lateral
    ${SCHEMA}.add_job('${TASK}', job.payload::json, queue_name => job.queue, job_key => job.key, flags => array['${TASK}'],
      run_at => now() + $4::float8 * interval '1 millisecond')`;
const UNLOCK = `
  select ${SCHEMA}.force_unlock_workers(array(select distinct locked_by from ${SCHEMA}.jobs
    where task_identifier = '${TASK}' and locked_at < now() - $1::float8 * interval '1 second'))`;
const KEYS = `
  select key from ${SCHEMA}.jobs where task_identifier = '${TASK}' and key is not null and attempts < max_attempts`;
const WAITING = "select tenant from holdfast.waiting_webhook_tenants() as waiting (tenant) order by random()";
const QUEUE = "select * from holdfast.queue_webhook_topics($1::int, $2::int)";
const LOST = "select * from holdfast.lost_webhook_topics($1::text[])";
const UNQUEUE = "select holdfast.unqueue_webhook_topic($1::int, $2::uuid, $3, $4)";

/** Sends what a topic has; answers in how many milliseconds to go on with it, or undefined when it has no more. */
export type SendTopic = (topic: WebhookTopic) => Promise<number | undefined>;

export interface WebhookJobs {
  /** Makes jobs of what waits. @throws what keeps it from doing so. */
  queue(): Promise<void>;
  /** Runs the jobs that are due, one after the other, until there are none; `onJob` is told before each. */
  run(send: SendTopic, onJob: () => void): Promise<void>;
  /** Gives back the jobs of processes that have died, and to topics a job that have lost theirs. */
  recover(): Promise<void>;
  /** Takes no more jobs. */
  stop(): void;
  close(): void;
}

/**
 * Graphile-worker's part in webhooks: a job for each webhook and topic that has something to send. What waits was written by the
 * transaction that changed the topic; it is made into a job in one transaction with the word that it has one.
 *
 * Jobs of a webhook have few queues, and those of a topic the same one, so that they follow each other. A job that fails adds
 * the next one itself, because graphile-worker's own backoff has no jitter and doesn't know of `Retry-After`.
 */
export function createWebhookJobs({ url, connections }: { url: string; connections: number }): WebhookJobs {
  const pool = createPool(url, connections);
  let migrated = false;
  let stopped = false;
  const createOptions = (): RunOnceOptions =>
    workerOptions(pool, { forbiddenFlags: () => (stopped ? [TASK] : null) });
  // The worker remembers by its options what it has read, and would remember a failure: after one it gets new ones.
  let options = createOptions();

  /** As the app role in one tenant, like every transaction of Holdfast's. */
  async function inTenant<T>(tenantId: number, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let failed = true;
    try {
      // A number of ours: SET takes no parameters.
      const tenant = `set local holdfast.tenant = '${Math.trunc(tenantId)}'`;
      await client.query(
        `begin; set local role holdfast_app; ${tenant}; set local holdfast.caller = 'system:holdfast'`,
      );
      const answer = await work(client);
      await client.query("commit");
      failed = false;
      return answer;
    } finally {
      // A connection that owes an answer must not be lent again.
      client.release(failed);
    }
  }

  /** Makes jobs of some topics that wait; answers how many. */
  const queueSome = (tenantId: number): Promise<number> =>
    inTenant(tenantId, async (client) => {
      const { rows } = await client.query<TopicRow>(QUEUE, [tenantId, MOST_AT_ONCE]);
      if (rows.length > 0) {
        await client.query("set local role none");
        await client.query(ADD_JOBS, jobsOf(rows.map(topicOf), 0));
      }
      return rows.length;
    });

  async function migrate(): Promise<void> {
    if (!migrated) await runMigrations(options);
    migrated = true;
  }

  return {
    async queue() {
      await migrate();
      const waiting = await inTenant(0, async (client) => {
        const { rows } = await client.query<{ tenant: number }>(WAITING);
        return rows.map(({ tenant }) => tenant);
      });
      for (const tenantId of waiting) while (!stopped && (await queueSome(tenantId)) > 0);
    },

    async run(send, onJob) {
      // The worker ends when it finds none, and finds none in a queue of which it has just completed one: so it looks again.
      for (let ran = true; ran; ) {
        ran = false;
        const { forWorker, failure } = withoutFailures(pool);
        const task: Task = async (payload, { query }) => {
          ran = !stopped;
          onJob();
          const topic = payload as WebhookTopic;
          const again = await send(topic);
          // It replaces this one, which ends.
          if (again !== undefined) await query(ADD_JOBS, jobsOf([topic], again));
        };
        await runTaskListOnce(options, { [TASK]: task }, forWorker);
        if (failure() === undefined) continue;
        options = createOptions();
        throw failure();
      }
    },

    async recover() {
      await migrate();
      await pool.query(UNLOCK, [DEAD_AFTER_SECONDS]);
      const { rows: jobs } = await pool.query<{ key: string }>(KEYS);
      const keys = jobs.map(({ key }) => key);
      const { rows } = await inTenant(0, (client) => client.query<TopicRow>(LOST, [keys]));
      for (const { tenant, webhook, topic_kind, topic } of rows)
        await inTenant(tenant, (client) => client.query(UNQUEUE, [tenant, webhook, topic_kind, topic]));
    },

    stop() {
      stopped = true;
    },

    close: () => void pool.end().catch(() => {}),
  };
}

interface TopicRow {
  readonly tenant: number;
  readonly webhook: string;
  readonly topic_kind: string;
  readonly topic: string;
}

function topicOf({ tenant, webhook, topic_kind, topic }: TopicRow): WebhookTopic {
  return { tenantId: tenant, webhookId: webhook, kind: topic_kind, topicId: topic };
}

function jobsOf(topics: readonly WebhookTopic[], inMs: number): [string[], string[], string[], number] {
  return [topics.map((topic) => JSON.stringify(topic)), topics.map(queueOf), topics.map(keyOf), inMs];
}

/** The same as in `lost_webhook_topics`. */
function keyOf({ tenantId, webhookId, kind, topicId }: WebhookTopic): string {
  return [TASK, tenantId, webhookId, kind, topicId].join("/");
}

function queueOf({ webhookId, kind, topicId }: WebhookTopic): string {
  const hash = createHash("sha1").update(`${kind}/${topicId}`).digest();
  return `${TASK}/${webhookId}/${(hash[0] ?? 0) % LANES}`;
}
