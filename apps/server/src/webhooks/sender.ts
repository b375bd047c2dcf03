import type { Db, WebhookTopic } from "@holdfast/db";
import type { WebhookJobs } from "../jobs/webhook-jobs.ts";
import { describeError, type Logger } from "../log.ts";
import { deliverTopic } from "./deliver-topic.ts";
import type { Send } from "./send.ts";

export interface WebhookSenderOptions {
  readonly db: Db;
  readonly jobs: WebhookJobs;
  readonly send: Send;
  /** How often to look for what waits. */
  readonly everyMs: number;
  readonly onAttempt: (arrived: boolean) => void;
  readonly log: Logger;
}

export interface WebhookSender {
  start(): void;
  /** Takes up nothing any more, waits a moment for the messages under way, and gives up those that are left. */
  close(): Promise<void>;
}

/** Jobs at a time. One waits for a receiver most of the time, and holds no connection meanwhile. */
const MAX_RUNNING = 50;
const RECOVER_EVERY_MS = 30_000;
const CLOSE_WITHIN_MS = 2_000;

/**
 * Sends what webhooks are to be told. Any number of replicas may: each looks for what waits, and runs jobs while there are some.
 * Whatever happens, the next look comes; what keeps one from its work is told once, and again when one has succeeded in between.
 */
export function createWebhookSender(options: WebhookSenderOptions): WebhookSender {
  const { db, jobs, send, everyMs, onAttempt, log } = options;
  const closing = new AbortController();
  const running = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  let failing = false;
  let recoverAt = 0;
  let stopped = false;

  function failed(error: unknown): void {
    if (!failing && !stopped)
      log.warn({ fault: describeError(error) }, "webhooks can't be sent at the moment");
    failing = true;
  }

  async function deliver(topic: WebhookTopic): Promise<number | undefined> {
    try {
      return await deliverTopic({ db, send, onAttempt }, topic, closing.signal);
    } catch (error) {
      // The job fails with it, and is tried again; but graphile-worker tells nobody.
      failed(error);
      throw error;
    }
  }

  /** A job that begins makes room for the next one beside it, so many run when many are due. */
  function run(): void {
    if (stopped || running.size >= MAX_RUNNING) return;
    const one = jobs
      .run(deliver, run)
      .then(() => {
        failing = false;
      }, failed)
      .finally(() => running.delete(one));
    running.add(one);
  }

  async function look(): Promise<void> {
    try {
      if (Date.now() >= recoverAt) {
        await jobs.recover();
        recoverAt = Date.now() + RECOVER_EVERY_MS;
      }
      await jobs.queue();
      run();
    } catch (error) {
      failed(error);
    }
  }

  function start(): void {
    timer = setTimeout(() => {
      looking = look().then(() => {
        if (!stopped) start();
      });
    }, everyMs);
    timer.unref();
  }

  return {
    start,
    async close() {
      stopped = true;
      jobs.stop();
      clearTimeout(timer);
      const giveUp = setTimeout(() => closing.abort(), CLOSE_WITHIN_MS);
      await Promise.all([looking, ...running]);
      clearTimeout(giveUp);
      jobs.close();
    },
  };
}
