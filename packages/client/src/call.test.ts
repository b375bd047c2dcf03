import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { RetryEvent } from "./call-options.ts";
import { createHoldfast, type Holdfast, type HoldfastOptions } from "./create-holdfast.ts";
import {
  answer,
  cut,
  drop,
  hang,
  refuse,
  reply,
  type ScriptedServer,
  startScriptedServer,
} from "./testing/scripted-server.ts";

/** Far from the hang that it guards against, and far above what a starved machine adds to a deadline. */
const NOT_HUNG_MS = 2_000;

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const boost = { fromWalletId: "a", toWalletId: "b", amount: 50n } as const;
const boosted = { walletId: "a", balance: "25", replayed: false };

let server: ScriptedServer;
let retries: RetryEvent[];

beforeEach(async () => {
  server = await startScriptedServer();
  retries = [];
});
afterEach(() => server.close());

function client(options: Partial<HoldfastOptions> = {}): Holdfast {
  return createHoldfast({
    url: server.url,
    token: "t0ken",
    onRetry: (event) => retries.push(event),
    ...options,
  });
}

const keys = () => server.seen.flatMap(({ inputs }) => inputs.map((input) => input["idempotencyKey"]));

/** The result of a call that must fail, and how long it took. */
async function failing(call: Promise<unknown>) {
  const start = performance.now();
  const error = await call.then(
    () => Promise.reject(new Error("the call succeeded")),
    (thrown: unknown) => thrown,
  );
  return { error, elapsedMs: performance.now() - start };
}

describe("one call", () => {
  test("sends amounts as decimal strings with one new key, and gives the answer as the wire has it", async () => {
    server.script(answer(boosted));
    expect(await client().wallets.boost({ ...boost, message: "great episode" })).toEqual(boosted);
    expect(server.seen).toMatchObject([
      {
        method: "POST",
        paths: ["wallets.boost"],
        inputs: [{ fromWalletId: "a", toWalletId: "b", amount: "50", message: "great episode" }],
        headers: { authorization: "Bearer t0ken" },
      },
    ]);
    expect(keys()).toEqual([expect.stringMatching(UUID_V7)]);
  });

  test("takes the caller's key, from the options before the input", async () => {
    const { wallets } = client();
    await wallets.boost({ ...boost, idempotencyKey: "in-input" });
    await wallets.boost({ ...boost, idempotencyKey: "in-input" }, { idempotencyKey: "in-options" });
    expect(keys()).toEqual(["in-input", "in-options"]);
  });

  test("stream and queries go without a key", async () => {
    const { wallets } = client();
    await wallets.stream({ fromWalletId: "a", toWalletId: "b", amount: "1", sessionId: "s", minute: 3 });
    await wallets.get({ walletId: "a" });
    await wallets.mine();
    expect(keys()).toEqual([undefined, undefined, undefined]);
    expect(server.seen.map(({ method }) => method)).toEqual(["POST", "GET", "GET"]);
  });

  test("tells the server the time that remains, less on each attempt", async () => {
    server.script(refuse("OVERLOADED", { retryAfterSeconds: 0.05 }), answer(boosted));
    await client({ deadlineMs: 2_000 }).wallets.boost(boost);
    const [first = 0, second = 0] = server.seen.map(({ headers }) => Number(headers["holdfast-deadline-ms"]));
    expect(first).toBeGreaterThan(1_500);
    expect(first).toBeLessThan(2_000);
    expect(second).toBeLessThan(first);
    expect(second).toBeGreaterThan(0);
  });
});

describe("what is retried, always with the same key and content", () => {
  test.each([
    ["a dropped connection", drop],
    ["a reply that breaks off", cut],
    ["a proxy's rate limit", reply(429, "Too Many Requests")],
    ["a proxy's 502", reply(502, "<html>Bad Gateway</html>")],
    ["a proxy's 503 in JSON", reply(503, '{"error":"no upstream"}')],
    ["a proxy's 504", reply(504, "")],
    ["TIMEOUT with an unknown outcome", refuse("TIMEOUT", { outcome: "unknown" })],
    ["TIMEOUT before the start", refuse("TIMEOUT", { outcome: "not_started" })],
    ["OVERLOADED", refuse("OVERLOADED", { retryAfterSeconds: 0 })],
    ["TRANSACTION_CONFLICT", refuse("TRANSACTION_CONFLICT", {})],
    ["INTERNAL", refuse("INTERNAL", { id: "e1" })],
  ])("%s", async (_name, step) => {
    server.script(step, step, answer({ ...boosted, replayed: true }));
    const input = { ...boost };
    const call = client().wallets.boost.safe(input);
    Object.assign(input, { amount: 51n });
    expect(await call).toEqual({ ok: true, data: { ...boosted, replayed: true } });
    const [first] = server.seen;
    expect(server.seen.map(({ inputs }) => inputs[0])).toEqual(Array(3).fill(first?.inputs[0]));
    expect(first?.inputs[0]).toMatchObject({ amount: "50", idempotencyKey: expect.stringMatching(UUID_V7) });
    expect(retries.map(({ path, attempt }) => [path, attempt])).toEqual([
      ["wallets.boost", 1],
      ["wallets.boost", 2],
    ]);
  });

  test.each([
    ["the Retry-After of a proxy", 1_000, reply(503, "", { "retry-after": "1" })],
    [
      "the retryAfterSeconds of the server",
      200,
      refuse("OVERLOADED", { retryAfterSeconds: 0.2 }, { "retry-after": "9" }),
    ],
  ])("not before %s has passed", async (_name, askedMs, step) => {
    server.script(step, answer(boosted));
    await client().wallets.boost(boost);
    const [retry] = retries;
    expect(retry?.delayMs).toBeGreaterThanOrEqual(askedMs);
    expect(retry?.delayMs).toBeLessThanOrEqual(askedMs + 50);
    const [first, second] = server.seen;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(askedMs / 2);
  });

  test("a broken onRetry changes nothing", async () => {
    server.script(drop, answer(boosted));
    const onRetry = () => {
      throw new Error("no disk for the log");
    };
    expect(await client({ onRetry }).wallets.boost(boost)).toEqual(boosted);
  });
});

describe("what is not retried", () => {
  test("a refusal: its code narrows its details", async () => {
    const details = { available: "25", required: "50", shortfall: "25" };
    server.otherwise(refuse("INSUFFICIENT_FUNDS", details));
    const result = await client().wallets.boost.safe(boost);
    expect(result).toMatchObject({
      ok: false,
      error: { code: "INSUFFICIENT_FUNDS", details, retry: "new-key", status: 402, unresolved: false },
    });
    expect(server.seen).toHaveLength(1);
    expect(result.ok || result.error.idempotencyKey).toBe(keys()[0]);
  });

  test.each([
    ["UNAUTHENTICATED", refuse("UNAUTHENTICATED", {})],
    ["NOT_FOUND", refuse("NOT_FOUND", { what: "walletId" })],
    ["BAD_REQUEST", refuse("BAD_REQUEST", { issues: [] })],
    ["IDEMPOTENCY_KEY_REUSED", refuse("IDEMPOTENCY_KEY_REUSED", { fields: ["amount"] })],
  ])("%s", async (code, step) => {
    server.otherwise(step);
    await expect(client().wallets.boost(boost)).rejects.toMatchObject({ name: "HoldfastClientError", code });
    expect(server.seen).toHaveLength(1);
  });

  test.each([
    ["a web page at the url", 404, reply(404, "<html>")],
    ["a sign-in page", 200, reply(200, "<html>")],
    ["another JSON service", 400, reply(400, '{"error":{"code":-1,"message":"no"}}')],
  ])("%s", async (_name, httpStatus, step) => {
    server.otherwise(step);
    await expect(client().wallets.boost(boost)).rejects.toMatchObject({
      code: "UNEXPECTED_REPLY",
      details: { httpStatus },
      retry: "same-key",
      unresolved: true,
      idempotencyKey: expect.stringMatching(UUID_V7),
    });
    expect(server.seen).toHaveLength(1);
  });

  test("when the server asks for more time than there is", async () => {
    server.otherwise(refuse("OVERLOADED", { retryAfterSeconds: 60 }));
    const { error, elapsedMs } = await failing(client().wallets.boost(boost));
    expect(error).toMatchObject({ code: "OVERLOADED", retry: "same-key", unresolved: false });
    expect(elapsedMs).toBeLessThan(1_000);
  });
});

describe("the deadline", () => {
  test("a server that never answers: TIMEOUT, outcome unknown, within 100 ms of the deadline", async () => {
    server.otherwise(hang);
    const { error, elapsedMs } = await failing(client({ deadlineMs: 300 }).wallets.boost(boost));
    expect(error).toMatchObject({
      code: "TIMEOUT",
      details: { outcome: "unknown" },
      retry: "same-key",
      unresolved: true,
      idempotencyKey: keys()[0],
    });
    // Node's timers may fire some milliseconds early.
    expect(elapsedMs).toBeGreaterThan(250);
    expect(elapsedMs).toBeLessThan(NOT_HUNG_MS);
  });

  test("a server that drops every connection: the same", async () => {
    server.otherwise(drop);
    const { error, elapsedMs } = await failing(client().wallets.boost(boost, { deadlineMs: 300 }));
    expect(error).toMatchObject({ code: "TIMEOUT", details: { outcome: "unknown" } });
    expect(elapsedMs).toBeLessThan(NOT_HUNG_MS);
    expect(new Set(keys()).size).toBe(1);
    expect(server.seen.length).toBeGreaterThan(2);
  });

  test("the key of an unresolved call resolves it later", async () => {
    server.script(hang, answer({ ...boosted, replayed: true }));
    const { wallets } = client();
    const first = await wallets.boost.safe(boost, { deadlineMs: 500 });
    if (first.ok) throw new Error("nobody answered");
    const second = await wallets.boost.safe(boost, { idempotencyKey: first.error.idempotencyKey });
    expect(second).toEqual({ ok: true, data: { ...boosted, replayed: true } });
    expect(keys()).toEqual([first.error.idempotencyKey, first.error.idempotencyKey]);
  });

  test("nobody listens: no attempt leaves a doubt", async () => {
    const url = server.url;
    await server.close();
    const { error, elapsedMs } = await failing(client({ url, deadlineMs: 300 }).wallets.boost(boost));
    expect(error).toMatchObject({ code: "TIMEOUT" });
    expect(elapsedMs).toBeLessThan(NOT_HUNG_MS);
    expect(retries.length).toBeGreaterThan(1);
    for (const retry of retries) {
      expect(retry.error).toMatchObject({ details: { outcome: "not_started" }, unresolved: false });
    }
  });

  const notStarted = refuse("TIMEOUT", { outcome: "not_started" }, { "retry-after": "60" });

  test("the server says that it never started: nothing was started", async () => {
    server.script(notStarted);
    const { error } = await failing(client().wallets.boost(boost));
    expect(error).toMatchObject({ code: "TIMEOUT", details: { outcome: "not_started" }, status: 504 });
  });

  test("what one attempt left unknown stays unknown, whatever a later one says of itself", async () => {
    server.script(drop, notStarted);
    const { error } = await failing(client().wallets.boost(boost));
    expect(error).toMatchObject({ code: "TIMEOUT", details: { outcome: "unknown" }, unresolved: true });
  });

  test("what one attempt left unknown stays unknown, though a later one finds nobody listening", async () => {
    server.script(drop);
    const refused = new TypeError("fetch failed", { cause: { code: "ECONNREFUSED", syscall: "connect" } });
    const mortal: typeof fetch = (...request) =>
      server.seen.length === 0 ? fetch(...request) : Promise.reject(refused);
    const { error } = await failing(client({ fetch: mortal, deadlineMs: 500 }).wallets.boost(boost));
    expect(error).toMatchObject({
      code: "TIMEOUT",
      details: { outcome: "unknown" },
      cause: { name: "NoReply", cause: refused },
    });
  });

  test("a token that expires between two attempts does not undo the first", async () => {
    server.script(drop, refuse("UNAUTHENTICATED", {}));
    const { error } = await failing(client().wallets.boost(boost));
    expect(error).toMatchObject({ code: "UNAUTHENTICATED", unresolved: true, idempotencyKey: keys()[0] });
  });

  test("a key that another user is refused may have been used by the first attempt", async () => {
    server.script(drop, refuse("IDEMPOTENCY_KEY_REUSED", { fields: ["caller"] }));
    const { error } = await failing(client().wallets.boost(boost));
    expect(error).toMatchObject({ code: "IDEMPOTENCY_KEY_REUSED", unresolved: true });
  });

  test("a recorded refusal settles what was unknown", async () => {
    server.script(drop, refuse("INSUFFICIENT_FUNDS", { available: "0", required: "50", shortfall: "50" }));
    const { error } = await failing(client().wallets.boost(boost));
    expect(error).toMatchObject({ code: "INSUFFICIENT_FUNDS", unresolved: false });
  });

  test("a read is never unresolved", async () => {
    server.otherwise(hang);
    const { error } = await failing(client({ deadlineMs: 100 }).wallets.get({ walletId: "a" }));
    expect(error).toMatchObject({ code: "TIMEOUT", details: { outcome: "not_started" }, unresolved: false });
  });
});

describe("the caller's signal", () => {
  test("already aborted: nothing is sent", async () => {
    const result = await client().wallets.boost.safe(boost, { signal: AbortSignal.abort() });
    expect(result).toMatchObject({
      ok: false,
      error: { code: "ABORTED", details: { outcome: "not_started" } },
    });
    expect(server.seen).toEqual([]);
  });

  test("aborted while the server works: unknown, with the key, and the connection is closed", async () => {
    const controller = new AbortController();
    const closed = new Promise((resolve) => {
      server.otherwise((response) => {
        response.on("close", resolve);
        controller.abort();
      });
    });
    const result = await client().wallets.boost.safe(boost, { signal: controller.signal });
    expect(result).toMatchObject({
      ok: false,
      error: {
        code: "ABORTED",
        details: { outcome: "unknown" },
        retry: "same-key",
        idempotencyKey: keys()[0],
      },
    });
    await closed;
  });
});

test("a signal that outlives its calls is left without a listener", async () => {
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, "addEventListener");
  const removed = vi.spyOn(signal, "removeEventListener");
  await client().wallets.boost(boost, { signal });
  expect(added).toHaveBeenCalledTimes(1);
  expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
    added.mock.calls.map(([, listener]) => listener),
  );
});

describe("the token", () => {
  test("is asked for before every attempt", async () => {
    let asked = 0;
    server.script(drop, answer(boosted));
    await client({ token: async () => `t${++asked}` }).wallets.boost(boost);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(["Bearer t1", "Bearer t2"]);
  });

  test.each([
    ["fails", () => Promise.reject(new Error("no refresh token"))],
    ["has what no header can carry", () => "line\nbreak"],
  ])("that %s: UNAUTHENTICATED with the cause, and nothing is sent", async (_name, token) => {
    const { error } = await failing(client({ token }).wallets.boost(boost));
    expect(error).toMatchObject({ code: "UNAUTHENTICATED", unresolved: false, cause: expect.any(Error) });
    expect(server.seen).toEqual([]);
  });

  test("that never comes: nothing was started", async () => {
    const token = () => new Promise<string>(() => {});
    const { error, elapsedMs } = await failing(client({ token, deadlineMs: 100 }).wallets.boost(boost));
    expect(error).toMatchObject({ code: "TIMEOUT", details: { outcome: "not_started" } });
    expect(elapsedMs).toBeLessThan(NOT_HUNG_MS);
  });
});

describe("sharing a request", () => {
  const debit = (walletId: string) => ({ walletId, amount: 1n });

  test("calls of one tick do, and each gets its own answer", async () => {
    server.otherwise(answer((input: Record<string, unknown>) => ({ walletId: input["walletId"] })));
    const { wallets } = client();
    const answers = await Promise.all(["a", "b", "c"].map((walletId) => wallets.debit(debit(walletId))));
    expect(answers.map(({ walletId }) => walletId)).toEqual(["a", "b", "c"]);
    expect(server.seen.map(({ paths }) => paths.length)).toEqual([3]);
    expect(new Set(keys()).size).toBe(3);
  });

  test("a hundred at most", async () => {
    const { wallets } = client();
    await Promise.all(Array.from({ length: 250 }, () => wallets.debit(debit("a"))));
    expect(server.seen.map(({ paths }) => paths.length).sort((a, b) => a - b)).toEqual([50, 100, 100]);
  });

  test("never with another token", async () => {
    const tokens = ["ada", "bob", "ada", "bob"];
    const { wallets } = client({ token: () => tokens.shift() ?? "" });
    await Promise.all(["ada", "bob", "ada", "bob"].map((walletId) => wallets.debit(debit(walletId))));
    for (const { headers, inputs } of server.seen) {
      for (const input of inputs) expect(headers.authorization).toBe(`Bearer ${input["walletId"]}`);
    }
    expect(server.seen.flatMap(({ paths }) => paths)).toHaveLength(4);
  });

  test("not with a large input, a deadline or a signal of its own", async () => {
    const { wallets } = client();
    const commands = Array.from({ length: 200 }, () => ({ kind: "debit" as const, ...debit("a") }));
    await Promise.all([
      wallets.debit(debit("a")),
      wallets.debit(debit("b")),
      wallets.batch({ atomic: true, commands }),
      wallets.debit(debit("c"), { deadlineMs: 5_000 }),
      wallets.debit(debit("d"), { signal: new AbortController().signal }),
    ]);
    expect(server.seen.map(({ paths }) => paths.length).sort()).toEqual([1, 1, 1, 2]);
    const batch = server.seen.find(({ paths }) => paths[0] === "wallets.batch");
    expect(batch?.inputs[0]?.["commands"]).toContainEqual({ kind: "debit", walletId: "a", amount: "1" });
  });

  test("not on a retry: what failed together comes back apart", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    server.script(drop);
    const { wallets } = client();
    await Promise.all([wallets.debit(debit("a")), wallets.debit(debit("b"))]);
    vi.restoreAllMocks();
    expect(server.seen.map(({ paths }) => paths.length)).toEqual([2, 1, 1]);
  });

  test("one refusal in it is nobody else's", async () => {
    server.script((response) => {
      const error = { code: "SAME_WALLET", retry: "never", details: {}, httpStatus: 422, replayed: false };
      const items = [{ result: { data: boosted } }, { error: { code: -32_000, message: "no", data: error } }];
      response.writeHead(207).end(JSON.stringify(items));
    });
    const { wallets } = client();
    const [first, second] = await Promise.all([wallets.boost.safe(boost), wallets.boost.safe(boost)]);
    expect(first).toEqual({ ok: true, data: boosted });
    expect(second).toMatchObject({ ok: false, error: { code: "SAME_WALLET", status: 422 } });
  });
});

test("an input that JSON can't carry is refused before anything is sent", async () => {
  const loop: Record<string, unknown> = {};
  loop["self"] = loop;
  const result = await client().wallets.boost.safe({ ...boost, ...loop });
  expect(result).toMatchObject({
    ok: false,
    error: { code: "ABORTED", details: { outcome: "not_started" } },
  });
  expect(server.seen).toEqual([]);
});

test("in a browser, the url may be a path of the page's own server", async () => {
  vi.stubGlobal("location", { href: `${server.url}/wallets/7` });
  try {
    await client({ url: "" }).wallets.boost(boost);
    expect(server.seen).toMatchObject([{ paths: ["wallets.boost"] }]);
  } finally {
    vi.unstubAllGlobals();
  }
});

test("a url that is none is refused at once", () => {
  expect(() => createHoldfast({ url: "localhost 4000", token: "t" })).toThrow(TypeError);
});
