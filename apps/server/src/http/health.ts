import type { Db } from "@holdfast/db";
import type { FastifyInstance } from "fastify";

/** A database that takes longer is of no use to the next caller. */
const PING_TIMEOUT_MS = 2_000;

export interface HealthOptions {
  readonly db: Db;
  readonly isDraining: () => boolean;
}

/** `/healthz`: this process answers. `/readyz`: it can do its work, so traffic may be sent here. */
export function healthRoutes({ db, isDraining }: HealthOptions) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get("/healthz", async (_request, reply) =>
      reply.header("cache-control", "no-store").send({ status: "ok" }),
    );
    app.get("/readyz", async (_request, reply) => {
      const status = isDraining() ? "draining" : (await isReachable(db)) ? "ready" : "database unreachable";
      return reply
        .code(status === "ready" ? 200 : 503)
        .header("cache-control", "no-store")
        .send({ status });
    });
  };
}

async function isReachable(db: Db): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), PING_TIMEOUT_MS);
  });
  const pinged = db.ping().then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([pinged, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
