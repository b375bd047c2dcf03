import type { Principal } from "@holdfast/db";
import { context, ROOT_CONTEXT, type Span, trace } from "@opentelemetry/api";
import { InMemorySpanExporter, type ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { dataOf, startTestServer, type TestServer } from "./testing/index.ts";
import { startTracing, type Tracing } from "./tracing.ts";

const ada: Principal = { tenantId: 1, subject: "ada lovelace", role: "user" };
const MEMO = "a memo that no trace may hold";
const CALLER = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

const exporter = new InMemorySpanExporter();
let tracing: Tracing;
let server: TestServer;
let purse: string;
let till: string;

beforeAll(async () => {
  tracing = await startTracing(exporter);
  server = await startTestServer({ config: { tracing: true } });
  purse = await server.wallet(ada.subject, "1000");
  till = await server.wallet("bob", "0");
});
afterAll(async () => {
  await server.close();
  await tracing.close();
});
beforeEach(async () => {
  await finishedSpans();
  exporter.reset();
});

/** A request's span ends when its socket is done with it, a moment after the answer; nothing is sent before it is asked for. */
async function finishedSpans(
  isWhole: (spans: ReadableSpan[]) => boolean = () => true,
): Promise<ReadableSpan[]> {
  const provider = trace.getTracerProvider() as unknown as {
    getDelegate(): { forceFlush(): Promise<void> };
  };
  await expect
    .poll(async () => {
      await provider.getDelegate().forceFlush();
      return isWhole(exporter.getFinishedSpans());
    })
    .toBe(true);
  return exporter.getFinishedSpans();
}

const transfer = (idempotencyKey: string) =>
  ({ idempotencyKey, fromWalletId: purse, toWalletId: till, amount: "1", memo: MEMO }) as const;

async function callOver(path: string, init: RequestInit = {}) {
  return (await server.as(ada)).send(path, {
    ...init,
    headers: {
      "content-type": "application/json",
      traceparent: `00-${CALLER.traceId}-${CALLER.spanId}-01`,
    },
  });
}

/** The names below a span, each with what is below it, in the order in which they began. */
interface Tree {
  [name: string]: Tree;
}
function treeBelow(spans: readonly ReadableSpan[], parentId: string): Tree {
  const children = spans
    .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parentId)
    .toSorted((a, b) => Number(nanoseconds(a.startTime) - nanoseconds(b.startTime)));
  return Object.fromEntries(children.map((span) => [span.name, treeBelow(spans, span.spanContext().spanId)]));
}
function nanoseconds([seconds, rest]: readonly [number, number]): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(rest);
}

const isServed = (spans: readonly ReadableSpan[]) => spans.some(({ name }) => name.includes("/trpc/"));

test("one call is one tree, from the caller's own span to what commits", async () => {
  const response = await callOver("wallets.transfer", {
    method: "POST",
    body: JSON.stringify(transfer("one-tree")),
  });
  expect(response.status).toBe(200);
  expect(response.headers.get("x-request-id")).toBe(CALLER.traceId);
  const spans = await finishedSpans(isServed);
  expect(treeBelow(spans, CALLER.spanId)).toEqual({
    "POST /trpc/:path": {
      "wallets.transfer": {
        queue: {},
        // Its rows are known from the transfer before: one statement is all of the transaction.
        batch: { "CALL write_known_wallets": {} },
      },
    },
  });
  expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([CALLER.traceId]));
  const called = spans.find(({ name }) => name === "wallets.transfer");
  expect(called?.attributes).toEqual({
    "holdfast.tenant": 1,
    "holdfast.role": "user",
    "holdfast.operation": expect.stringMatching(/^[0-9a-f-]{36}$/),
    "holdfast.replayed": false,
  });
  const told = JSON.stringify(
    spans.map(({ name, attributes, events, status }) => [name, attributes, events, status]),
  );
  for (const secret of [MEMO, purse, "one-tree", ada.subject, "select "]) expect(told).not.toContain(secret);
});

test("a refusal has its code, a query its statements", async () => {
  const body = JSON.stringify({ ...transfer("too-much"), amount: "5000" });
  await callOver("wallets.transfer", { method: "POST", body });
  await callOver(`wallets.get?input=${encodeURIComponent(JSON.stringify({ walletId: purse }))}`);
  const spans = await finishedSpans((all) => all.filter(({ name }) => name.includes("/trpc/")).length === 2);
  const refused = spans.find(({ name }) => name === "wallets.transfer");
  expect(refused?.attributes).toMatchObject({
    "holdfast.code": "INSUFFICIENT_FUNDS",
    "holdfast.replayed": false,
  });
  const { "GET /trpc/:path": read } = treeBelow(spans, CALLER.spanId);
  expect(read).toEqual({ "wallets.get": { BEGIN: {}, "SELECT wallets": {}, COMMIT: {} } });
});

/** Runs one call within a trace of its own, as 30 requests of 30 callers would. */
function inTraceOfItsOwn(name: string, idempotencyKey: string) {
  const span = trace.getTracer("test").startSpan(name, {}, ROOT_CONTEXT);
  const call = context.with(trace.setSpan(ROOT_CONTEXT, span), () =>
    server.db.execute(ada, { kind: "wallets.transfer", ...transfer(idempotencyKey) }),
  );
  return { span, done: call.finally(() => span.end()) };
}

test("a batch of 30 is linked with its 30 callers, each in its own trace, and they with it", async () => {
  const callers = Array.from({ length: 30 }, (_, at) => inTraceOfItsOwn(`caller ${at}`, `batch-${at}`));
  await Promise.all(callers.map(({ done }) => done));
  const spans = await finishedSpans();
  const batches = spans.filter(({ name }) => name === "batch");
  expect(batches).toHaveLength(1);
  const [batch] = batches as [ReadableSpan];
  expect(batch.attributes).toEqual({ "holdfast.batch.calls": 30, "holdfast.batch.result": "committed" });
  const idOf = (span: Pick<Span, "spanContext">) => span.spanContext().spanId;
  expect(batch.links.map((link) => link.context.spanId)).toEqual(callers.map(({ span }) => idOf(span)));
  expect(batch.parentSpanContext?.spanId).toBe(idOf(callers[0]?.span as Span));
  const traces = new Set(callers.map(({ span }) => span.spanContext().traceId));
  expect(traces.size).toBe(30);
  for (const { span } of callers) {
    const told = spans.find((ended) => idOf(ended) === idOf(span));
    expect(told?.links.map((link) => link.context.spanId)).toEqual([idOf(batch)]);
    const waits = spans.filter(
      (ended) => ended.parentSpanContext?.spanId === idOf(span) && ended.name === "queue",
    );
    expect(waits).toHaveLength(1);
  }
  expect(Object.keys(treeBelow(spans, idOf(batch)))).toEqual(["CALL write_known_wallets"]);
});

test("the batch after a traced one belongs to nobody's trace when nobody traces a call aboard", async () => {
  const { done } = inTraceOfItsOwn("traced", "leak-1");
  // It arrives while the first one's transaction is under way, so the same loop runs its batch.
  await new Promise((resolve) => setImmediate(resolve));
  const other = server.db.execute(ada, { kind: "wallets.transfer", ...transfer("leak-2") });
  await Promise.all([done, other]);
  dataOf(await (await server.as(ada)).query("get", { walletId: purse }));
  const spans = (await finishedSpans()).filter(({ name }) => name !== "GET /trpc/:path");
  expect(spans.filter(({ name }) => name === "batch").map(({ attributes }) => attributes)).toEqual([
    { "holdfast.batch.calls": 1, "holdfast.batch.result": "committed" },
  ]);
  expect(spans.filter(({ name }) => name === "CALL write_known_wallets")).toHaveLength(1);
});
