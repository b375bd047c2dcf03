import type { Db } from "@holdfast/db";
import { Counter, Gauge, type Registry } from "prom-client";

export interface WebhookMetrics {
  attempt(arrived: boolean): void;
  attach(db: Db): void;
}

/** A scrape that is late is worth nothing. */
const READ_MS = 1_000;
const NOBODY = { tenantId: 0, subject: "system:holdfast", role: "service" } as const;

/** What is sent to webhooks by this process, and what is to be sent by all. */
export function createWebhookMetrics(registry: Registry): WebhookMetrics {
  const attempts = new Counter({
    name: "holdfast_webhook_attempts_total",
    help: "Messages that were sent to webhooks, by what came of it.",
    labelNames: ["result"],
    registers: [registry],
  });
  for (const result of ["delivered", "failed"]) attempts.inc({ result }, 0);

  return {
    attempt: (arrived) => attempts.inc({ result: arrived ? "delivered" : "failed" }),

    attach(db) {
      const seconds = new Gauge({
        name: "holdfast_webhook_backlog_seconds",
        help: "How long nothing has arrived for a topic that has something to send; as it was, while no session is free to ask.",
        registers: [registry],
        collect: read,
      });
      const topics = new Gauge({
        name: "holdfast_webhook_backlog_topics",
        help: "Topics that have something to send to a webhook.",
        registers: [registry],
      });
      /** One look for both. While the database is away, or all sessions are in use, they stay what they were. */
      async function read(): Promise<void> {
        const { inUse, max } = db.sessions;
        if (inUse >= max) return;
        const look = "select topics::text, seconds::text from holdfast.webhook_backlog()";
        const [row] = await db.read(NOBODY, (tx) => tx.run(look), { deadlineMs: READ_MS }).catch(() => []);
        if (row === undefined) return;
        seconds.set(Number(row["seconds"]));
        topics.set(Number(row["topics"]));
      }
    },
  };
}
