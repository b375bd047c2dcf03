import { connect, type Db } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import Fastify, { type FastifyInstance, type InjectOptions } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createErrorHandler } from "./errors.ts";
import { readPlainCalls } from "./plain-calls.ts";
import { answerByAdapter, type TrpcRequest, trpcRoutes } from "./trpc.ts";

let database: TestDatabase;
let db: Db;
/** The same API twice: as it is served, and as tRPC's own adapter alone would serve it. */
let served: FastifyInstance;
let stock: FastifyInstance;
/** Requests that took the short way. */
let plain: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  db = connect({ url: database.url });
  const authenticate = async (authorization: string | undefined) =>
    authorization === "Bearer ada" ? ({ tenantId: 1, subject: "ada", role: "user" } as const) : undefined;
  const reportFault = (error: unknown) => {
    throw error;
  };
  const options = { db, authenticate, callDeadlineMs: 10_000, reportFault };
  const host = (answer?: typeof answerByAdapter) => {
    const app = Fastify({ routerOptions: { maxParamLength: 16_384 } });
    app.setErrorHandler(createErrorHandler(reportFault));
    app.addHook("preHandler", async (request) => {
      if (answer === undefined && readPlainCalls(request as TrpcRequest) !== undefined)
        plain.push(request.url);
    });
    app.register(trpcRoutes(options, answer), { prefix: "/trpc" });
    return app;
  };
  served = host();
  stock = host(answerByAdapter);
});
afterAll(async () => {
  await Promise.all([served.close(), stock.close()]);
  await db.close();
  await database.close();
});

const as = (name: string) => ({ authorization: `Bearer ${name}` });
const json = { "content-type": "application/json" };
const ada = { ...as("ada"), ...json };
const NOWHERE = "01900000-0000-7000-8000-000000000000";

const post = (path: string, body: unknown, headers: Record<string, string> = ada): InjectOptions => ({
  method: "POST",
  url: `/trpc/${path}`,
  headers,
  payload: typeof body === "string" ? body : JSON.stringify(body),
});
const get = (path: string, search = "", headers: Record<string, string> = as("ada")): InjectOptions => ({
  method: "GET",
  url: `/trpc/${path}${search}`,
  headers,
});
const input = (value: unknown) => `input=${encodeURIComponent(JSON.stringify(value))}`;

async function both(request: InjectOptions) {
  const answers = [];
  for (const app of [served, stock]) {
    const { statusCode, headers, body } = await app.inject(request);
    // How the bytes are cut and when they were sent is no part of the answer.
    const { date, connection, "content-length": _length, "transfer-encoding": _encoding, ...kept } = headers;
    answers.push({ statusCode, headers: kept, body });
  }
  return answers;
}

const open = { idempotencyKey: "open", currency: "sat" };
const debit = { idempotencyKey: "debit", walletId: NOWHERE, amount: "5" };

describe("what takes the short way is answered as tRPC's adapter answers it", () => {
  test.each<[string, InjectOptions]>([
    ["a success", post("wallets.open", open)],
    ["a refusal", post("wallets.debit", debit)],
    ["bad input", post("wallets.debit", { ...debit, amount: "-5" })],
    ["no key", post("wallets.open", { currency: "sat" })],
    ["no object", post("wallets.open", "[1]")],
    ["null", post("wallets.open", "null")],
    ["no credential", post("wallets.open", open, json)],
    ["a credential of nobody", post("wallets.open", open, { ...as("eve"), ...json })],
    ["a charset", post("wallets.open", open, { ...ada, "content-type": "application/json; charset=utf-8" })],
    ["a deadline", post("wallets.debit", debit, { ...ada, "holdfast-deadline-ms": "500" })],
    ["a deadline that is none", post("wallets.open", open, { ...ada, "holdfast-deadline-ms": "soon" })],
    ["another accept", post("wallets.open", open, { ...ada, accept: "text/html, */*" })],
    ["a query", get("wallets.mine")],
    ["a query with input", get("wallets.get", `?${input({ walletId: NOWHERE })}`)],
    ["a query with bad input", get("wallets.get", `?${input({ walletId: 7 })}`)],
    ["a query with a content type", get("wallets.mine", "", ada)],
    ["an empty input", get("wallets.mine", "?input=")],
    ["a batch", post("wallets.open,wallets.open?batch=1", { 0: open, 1: open })],
    ["a batch with a refusal", post("wallets.open,wallets.debit?batch=1", { 0: open, 1: debit })],
    ["a batch of one", post("wallets.open?batch=1", { 0: open })],
    ["a batch without an input", post("wallets.open,wallets.debit?batch=1", { 1: debit })],
    ["a batch with too many inputs", post("wallets.open?batch=1", { 0: open, 1: open })],
    ["a batch without a credential", post("wallets.open,wallets.open?batch=1", { 0: open, 1: open }, json)],
    ["a batch of queries", get("wallets.mine,wallets.mine", `?batch=1&${input({ 0: {}, 1: {} })}`)],
    ["a batch of queries without input", get("wallets.mine,wallets.get", "?batch=1")],
    ["batch is not 1", get("wallets.mine", "?batch=0")],
  ])("%s", async (_name, request) => {
    // Whatever has an effect has it now, so that both of the following are replays.
    await served.inject(request);
    plain = [];
    const [short, adapter] = await both(request);
    expect(plain).toHaveLength(1);
    expect(short).toEqual(adapter);
  });
});

describe("everything else is left to tRPC's adapter", () => {
  test.each<[string, InjectOptions]>([
    ["no such procedure", post("wallets.burn", open)],
    ["a name that every object has", post("constructor", open)],
    ["one of a batch is unknown", post("wallets.open,wallets.burn?batch=1", { 0: open, 1: open })],
    ["a comma without batch", post("wallets.open,wallets.open", { 0: open, 1: open })],
    ["a query by POST", post("wallets.mine", {})],
    ["a mutation by GET", get("wallets.open", `?${input(open)}`)],
    ["queries and mutations in one batch", post("wallets.open,wallets.mine?batch=1", { 0: open, 1: {} })],
    ["a batch that is a list", post("wallets.open?batch=1", [open])],
    ["a batch that is a text", post("wallets.open?batch=1", '"x"')],
    ["another parameter", post("wallets.open?batch=1&trace=1", { 0: open })],
    ["connection parameters", get("wallets.mine", `?connectionParams=${encodeURIComponent("{}")}`)],
    ["connection parameters that are none", get("wallets.mine", "?connectionParams=x")],
    [
      "a stream of results",
      post("wallets.open?batch=1", { 0: open }, { ...ada, "trpc-accept": "application/jsonl" }),
    ],
    [
      "a stream by accept",
      post("wallets.open?batch=1", { 0: open }, { ...ada, accept: "application/jsonl" }),
    ],
    ["a path that is encoded twice", post("wallets%252Eopen", open)],
    ["HEAD", { method: "HEAD", url: "/trpc/wallets.mine", headers: as("ada") }],
    ["no body", { method: "POST", url: "/trpc/wallets.open", headers: as("ada") }],
    ["another method", { method: "PUT", url: "/trpc/wallets.open", headers: ada, payload: "{}" }],
    ["two inputs", get("wallets.mine", `?${input({})}&${input({})}`)],
  ])("%s", async (_name, request) => {
    await served.inject(request);
    plain = [];
    const [one, other] = await both(request);
    expect(plain).toEqual([]);
    expect(one).toEqual(other);
  });
});

test("what is no JSON is refused before either is asked", async () => {
  for (const request of [
    post("wallets.open", "{"),
    post("wallets.open", '{"a":1,"a":2}'),
    get("wallets.mine", "?input={"),
    post("wallets.open", "x", { ...ada, "content-type": "text/plain" }),
  ]) {
    const [one, other] = await both(request);
    expect(one?.statusCode).toBe(400);
    expect(one).toEqual(other);
  }
});
