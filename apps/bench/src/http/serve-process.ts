import { createSecretKey } from "node:crypto";
import type { Db } from "@holdfast/db";
import { createLogger, createServer, readConfig } from "@holdfast/server";
import { answerByAdapter, createMetrics, createServerOver } from "@holdfast/server/testing";
import { fastifyTRPCPlugin } from "@trpc/server/adapters/fastify";
import Fastify from "fastify";
import { jwtVerify } from "jose";
import postgres from "postgres";
import { TEXTBOOK_POOL, textbookTransfers } from "../contenders/textbook.ts";
import type { ServeOrder, ServeReport } from "./serve-order.ts";
import { type TextbookContext, textbookRouter } from "./textbook-router.ts";

process.once("message", async (order: ServeOrder) => {
  const url = await serve(order);
  const report: ServeReport = { port: Number(new URL(url).port) };
  process.send?.(report);
});
// Whoever started it is gone, or done with it.
process.once("disconnect", () => process.exit());

async function serve(order: ServeOrder): Promise<string> {
  if (order.served === "textbook") return serveTextbook(order);
  const { databaseUrl, secret } = order;
  // Nothing that is measured expires, and no other contender sweeps.
  const config = { ...readConfig({}), port: 0, databaseUrl, auth: { secret }, sweepSeconds: 0 };
  const options = { log: createLogger("warn") };
  if (order.served === "holdfast") return (await createServer(config, options)).listen();
  const answer = order.served === "stock-no-op" ? { answer: answerByAdapter } : {};
  // Nothing is behind it that a webhook could be read from.
  const alone = { ...config, webhooks: { ...config.webhooks, pollMs: 0 } };
  return (
    await createServerOver(constantDb, alone, { ...options, ...answer, metrics: createMetrics() })
  ).listen();
}

const ANSWER = {
  operationId: "01900000-0000-7000-8000-000000000000",
  walletId: "01900000-0000-7000-8000-000000000001",
  balance: "1000000000",
  held: "0",
  available: "1000000000",
  version: "1",
  replayed: false,
};

/** Everything around the write path and nothing of it. */
const constantDb = {
  execute: async () => ANSWER,
  stuck: 0,
  registry: { features: [] },
  close: async () => {},
} as unknown as Db;

async function serveTextbook({ databaseUrl, secret }: ServeOrder): Promise<string> {
  const sql = postgres(databaseUrl, { max: TEXTBOOK_POOL, onnotice: () => {} });
  const { transfer } = textbookTransfers(sql, 1);
  const key = createSecretKey(Buffer.from(secret));
  const app = Fastify({ routerOptions: { maxParamLength: 16 * 1024 } });
  await app.register(fastifyTRPCPlugin, {
    prefix: "/trpc",
    trpcOptions: {
      router: textbookRouter,
      async createContext({
        req,
      }: {
        req: { headers: { authorization?: string | undefined } };
      }): Promise<TextbookContext> {
        const token = req.headers.authorization?.slice("Bearer ".length) ?? "";
        const verified = await jwtVerify(token, key).catch(() => undefined);
        return { subject: verified?.payload.sub, transfer };
      },
    },
  });
  return app.listen({ host: "127.0.0.1", port: 0 });
}
