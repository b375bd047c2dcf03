import type { Db } from "@holdfast/db";
import type { FastifyInstance } from "fastify";
import type { Door } from "../limits/door.ts";
import type { Metrics } from "../metrics.ts";

export interface MetricsOptions {
  readonly db: Db;
  readonly door: Door;
  readonly metrics: Metrics;
}

/**
 * `/metrics` in Prometheus' text. Like `/healthz` it asks for no token and counts towards no limit, and it tells nobody's
 * data; how busy the service is is still nobody's business, so the proxy keeps it from the world.
 */
export function metricsRoute({ db, door, metrics }: MetricsOptions) {
  const { registry } = metrics;
  metrics.attach(db, door);
  return async (app: FastifyInstance): Promise<void> => {
    app.get("/metrics", async (_request, reply) => {
      const text = await registry.metrics();
      return reply.header("cache-control", "no-store").type(registry.contentType).send(text);
    });
  };
}
