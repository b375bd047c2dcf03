import { connect, type Db } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import Fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSubscription } from "./answer-subscription.ts";
import { createErrorHandler } from "./errors.ts";
import { answerByAdapter, type TrpcRequest, trpcRoutes } from "./trpc.ts";

let database: TestDatabase;
let db: Db;
/** The same API twice: as it is served, and as tRPC's own adapter alone would serve it. */
let addresses: string[];
let apps: FastifyInstance[];
let walletId: string;
/** Requests that took the short way. */
let short: string[] = [];

const shop = { tenantId: 1, subject: "shop", role: "service" } as const;

beforeAll(async () => {
  database = await createTestDatabase();
  db = connect({ url: database.url });
  const authenticate = async (authorization: string | undefined) =>
    authorization === "Bearer shop" ? shop : undefined;
  const reportFault = (error: unknown) => {
    throw error;
  };
  apps = [undefined, answerByAdapter].map((answer) => {
    const app = Fastify({ forceCloseConnections: true });
    app.setErrorHandler(createErrorHandler(reportFault));
    app.addHook("onRequest", async (_request, reply) => {
      reply.header("x-from-a-hook", "yes");
    });
    app.addHook("preHandler", async (request) => {
      if (answer === undefined && readSubscription(request as TrpcRequest)) short.push(request.url);
    });
    app.register(trpcRoutes({ db, authenticate, callDeadlineMs: 10_000, reportFault }, answer), {
      prefix: "/trpc",
    });
    return app;
  });
  addresses = await Promise.all(apps.map((app) => app.listen({ port: 0, host: "127.0.0.1" })));
  const opened = await db.execute(shop, { kind: "wallets.open", idempotencyKey: "open", currency: "sat" });
  walletId = opened.walletId;
  for (const idempotencyKey of ["one", "two"])
    await db.execute(shop, { kind: "wallets.credit", idempotencyKey, walletId, amount: 1n });
});
afterAll(async () => {
  await Promise.all(apps.map((app) => app.close()));
  await db.close();
  await database.close();
});

/** What each of the two answers, up to `enough` messages or the end. */
async function both(search: string, headers: Record<string, string> = {}, enough = Number.POSITIVE_INFINITY) {
  return Promise.all(
    addresses.map(async (address) => {
      const authorization = "Bearer shop";
      const response = await fetch(`${address}/trpc/changes.watch${search}`, {
        headers: { authorization, ...headers },
      });
      let body = "";
      for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        body += part;
        if (body.split("\n\n\n").length > enough) break;
      }
      const { date, "transfer-encoding": _encoding, ...kept } = Object.fromEntries(response.headers);
      return { status: response.status, headers: kept, body };
    }),
  );
}
const watching = (...topics: object[]) => `?input=${encodeURIComponent(JSON.stringify({ topics }))}`;
const wallet = (since?: string) => ({ kind: "wallet", id: walletId, since });

describe("a subscription is answered as tRPC's adapter answers it", () => {
  test.each<[string, () => string, Record<string, string>, number]>([
    ["what one has missed", () => watching(wallet("0")), {}, 2],
    ["a reset", () => watching(wallet()), {}, 2],
    ["a last event id in the header", () => watching(wallet("0")), { "last-event-id": "1" }, 2],
    ["a last event id in the query", () => `${watching(wallet("0"))}&lastEventId=1`, {}, 2],
  ])("%s", async (_name, search, headers, enough) => {
    short = [];
    const [served, adapter] = await both(search(), headers, enough);
    expect(served).toEqual(adapter);
    expect(short).toHaveLength(1);
    expect(served?.body).toMatch(/^event: connected\n.*\n\n\ndata: \[.*\]\nid: 2\n\n\n$/s);
  });

  test.each<[string, () => string, Record<string, string>]>([
    ["no credential", () => watching(wallet()), { authorization: "Bearer eve" }],
    ["no topic", () => watching(), {}],
    ["no input", () => "", {}],
    ["an input that is no object", () => "?input=7", {}],
    ["an id that is none", () => watching(wallet()), { "last-event-id": "seven" }],
    ["an id and no input", () => "", { "last-event-id": "1" }],
    [
      "a topic that is not there",
      () => watching({ kind: "wallet", id: "01900000-0000-7000-8000-000000000000" }),
      {},
    ],
    ["an input that is no JSON", () => "?input={", {}],
    ["two inputs", () => "?input={}&input={}", {}],
    [
      "a parameter that only the adapter knows",
      () => `${watching(wallet())}&connectionParams=null`,
      { "last-event-id": "x" },
    ],
    ["a batch", () => `?batch=1&input=${encodeURIComponent("{}")}`, {}],
  ])("%s", async (_name, search, headers) => {
    const [served, adapter] = await both(search(), headers);
    expect(served).toEqual(adapter);
    expect(served?.body).toContain('"code":');
  });
});

test("who leaves while being told leaves nothing behind", async () => {
  const [address = ""] = addresses;
  const leave = new AbortController();
  const headers = { authorization: "Bearer shop" };
  const response = await fetch(`${address}/trpc/changes.watch${watching(wallet("0"))}`, {
    headers,
    signal: leave.signal,
  });
  expect(response.status).toBe(200);
  expect(db.watchers).toBe(1);
  leave.abort();
  const credit = (at: number) =>
    db.execute(shop, { kind: "wallets.credit", idempotencyKey: `leave-${at}`, walletId, amount: 1n });
  await Promise.all(Array.from({ length: 20 }, (_, at) => credit(at)));
  await expect.poll(() => db.watchers).toBe(0);
});
