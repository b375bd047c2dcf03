import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dataOf, startTestServer, type TestServer } from "../../testing/index.ts";

let server: TestServer;
let token: string;
let walletId: string;

beforeAll(async () => {
  server = await startTestServer();
  token = await server.token({ tenantId: 1, subject: "ada", role: "user" });
  walletId = await server.wallet("ada", "1000");
});
afterAll(() => server.close());

let keys = 0;
const freshKey = () => `strict-${keys++}`;

const send = (path: string, init: RequestInit = {}, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/v1${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>), ...headers },
  });
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  send(
    path,
    { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) },
    {
      "content-type": "application/json",
      ...headers,
    },
  );
const debit = (body: unknown, headers: Record<string, string> = {}) =>
  post(`/wallets/${walletId}/debit`, body, headers);

async function told(reply: Promise<Response>) {
  const response = await reply;
  // biome-ignore lint/suspicious/noExplicitAny: the test reads what it expects.
  const body = (await response.json()) as any;
  if (!response.ok) expect(response.headers.get("content-type")).toBe("application/problem+json");
  return { status: response.status, headers: response.headers, body };
}

describe("requests that are not valid are a clear 4xx, as a problem, and change nothing", () => {
  test.each<[string, () => Promise<Response>, string, RegExp]>([
    ["an unknown parameter", () => send("/wallets?colour=red"), "BAD_REQUEST", /colour/],
    ["a parameter twice", () => send("/wallets?ownerId=ada&ownerId=ada"), "BAD_REQUEST", /occurs twice/],
    [
      "a parameter twice, encoded",
      () => send("/wallets?ownerId=ada&owner%49d=bob"),
      "BAD_REQUEST",
      /occurs twice/,
    ],
    ["a broken encoding", () => send("/wallets?ownerId=%zz"), "BAD_REQUEST", /percent sign/],
    ["an encoding that is no UTF-8", () => send("/wallets?ownerId=%ff"), "BAD_REQUEST", /percent sign/],
    ["a broken encoding in the path", () => send("/wallets/%zz"), "BAD_REQUEST", /not valid/],
    ["__proto__", () => send("/wallets?__proto__=x"), "BAD_REQUEST", /__proto__/],
    ["NUL", () => send("/wallets?ownerId=a%00b"), "BAD_REQUEST", /NUL/],
    [
      "a limit that is no number",
      () => send(`/wallets/${walletId}/entries?limit=ten`),
      "BAD_REQUEST",
      /limit/,
    ],
    ["a limit of 1e2", () => send(`/wallets/${walletId}/entries?limit=1e2`), "BAD_REQUEST", /limit/],
    [
      "a limit that is too high",
      () => send(`/wallets/${walletId}/entries?limit=201`),
      "BAD_REQUEST",
      /limit/,
    ],
    ["an id that is none", () => send("/wallets/ada"), "BAD_REQUEST", /walletId/],
    ["an empty id", () => send("/wallets//entries"), "BAD_REQUEST", /walletId/],
    [
      "a path field in the search",
      () => send(`/wallets/${walletId}?walletId=${walletId}`),
      "BAD_REQUEST",
      /walletId/,
    ],
    [
      "a search on a call with a body",
      () => post(`/wallets/${walletId}/debit?amount=1`, { idempotencyKey: freshKey() }),
      "BAD_REQUEST",
      /in the body/,
    ],
    [
      "a path field in the body",
      () => debit({ walletId, amount: "1" }, { "idempotency-key": freshKey() }),
      "BAD_REQUEST",
      /leave it out/,
    ],
    [
      "a field that the command doesn't have",
      () => debit({ amount: "1", amout: "2" }, { "idempotency-key": freshKey() }),
      "BAD_REQUEST",
      /amout/,
    ],
    [
      "a kind",
      () => debit({ amount: "1", kind: "wallets.credit" }, { "idempotency-key": freshKey() }),
      "BAD_REQUEST",
      /kind/,
    ],
    [
      "a number for an amount",
      () => debit({ amount: 1 }, { "idempotency-key": freshKey() }),
      "BAD_REQUEST",
      /amount/,
    ],
    ["a list", () => debit([], { "idempotency-key": freshKey() }), "BAD_REQUEST", /must be a JSON object/],
    [
      "no body",
      () => send("/transfers", { method: "POST" }, { "idempotency-key": freshKey() }),
      "BAD_REQUEST",
      /amount/,
    ],
    ["broken JSON", () => debit("{", { "idempotency-key": freshKey() }), "BAD_REQUEST", /valid JSON/],
    [
      "a key of JSON twice",
      () => debit('{"amount":"1","amount":"2"}', { "idempotency-key": freshKey() }),
      "BAD_REQUEST",
      /occurs twice/,
    ],
    [
      "a form",
      () => debit("amount=1", { "content-type": "application/x-www-form-urlencoded" }),
      "BAD_REQUEST",
      /application\/json/,
    ],
    ["text", () => debit("{}", { "content-type": "text/plain" }), "BAD_REQUEST", /application\/json/],
    ["no key", () => debit({ amount: "1" }), "IDEMPOTENCY_KEY_REQUIRED", /./],
    [
      "an empty key",
      () => debit({ amount: "1" }, { "idempotency-key": "" }),
      "IDEMPOTENCY_KEY_REQUIRED",
      /./,
    ],
    [
      "an empty quoted key",
      () => debit({ amount: "1" }, { "idempotency-key": '""' }),
      "IDEMPOTENCY_KEY_REQUIRED",
      /./,
    ],
    [
      "a long key",
      () => debit({ amount: "1" }, { "idempotency-key": "k".repeat(256) }),
      "BAD_REQUEST",
      /idempotencyKey/,
    ],
    [
      "a reserved key",
      () => debit({ amount: "1" }, { "idempotency-key": "holdfast:x" }),
      "BAD_REQUEST",
      /holdfast:/,
    ],
    [
      "a key of another alphabet",
      () => debit({ amount: "1" }, { "idempotency-key": "é" }),
      "BAD_REQUEST",
      /ASCII/,
    ],
    [
      "two keys that differ",
      () => debit({ amount: "1", idempotencyKey: "a" }, { "idempotency-key": "b" }),
      "BAD_REQUEST",
      /one of the two/,
    ],
    [
      "a key where it derives",
      () => post("/streams", {}, { "idempotency-key": "a" }),
      "BAD_REQUEST",
      /derives/,
    ],
    [
      "PUT",
      () => send("/wallets", { method: "PUT" }),
      "BAD_REQUEST",
      /takes POST and GET|takes GET and POST/,
    ],
    ["DELETE", () => send(`/wallets/${walletId}`, { method: "DELETE" }), "BAD_REQUEST", /takes GET/],
    [
      "a deadline that is none",
      () => send("/wallets", {}, { "holdfast-deadline-ms": "soon" }),
      "BAD_REQUEST",
      /milliseconds/,
    ],
    ["no such address", () => send("/purses"), "NOT_FOUND", /route/],
    ["a procedure's name", () => send("/wallets.mine"), "NOT_FOUND", /route/],
    ["no topics", () => send("/changes"), "BAD_REQUEST", /topics/],
    ["topics that are none", () => send("/changes?topics=wallet"), "BAD_REQUEST", /wallet\/ID/],
    [
      "an event id of other topics",
      () => send(`/changes?topics=wallet/${walletId}`, {}, { "last-event-id": "1.2" }),
      "BAD_REQUEST",
      /lastEventId/,
    ],
    [
      "another parameter of a watch",
      () => send(`/changes?topics=wallet/${walletId}&x=1`),
      "BAD_REQUEST",
      /x/,
    ],
  ])("%s", async (_name, request, code, words) => {
    const before = dataOf(
      await (await server.as({ tenantId: 1, subject: "ada", role: "user" })).query("get", { walletId }),
    );
    const { status, body } = await told(request());
    expect(body).toMatchObject({ code, status });
    expect(JSON.stringify(body.details)).toMatch(words);
    const after = dataOf(
      await (await server.as({ tenantId: 1, subject: "ada", role: "user" })).query("get", { walletId }),
    );
    expect(after).toEqual(before);
  });

  test("a key that is sent in two headers", async () => {
    const { hostname, port } = new URL(server.url);
    const body = JSON.stringify({ amount: "1" });
    const answer = await new Promise<string>((resolve, reject) => {
      let text = "";
      const socket = connect(Number(port), hostname, () =>
        socket.end(
          `POST /v1/wallets/${walletId}/debit HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\nidempotency-key: a\r\nidempotency-key: b\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
        ),
      );
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("error", reject).on("close", () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*occurs twice/);
  });
});

test("who may not call learns nothing of what the call takes", async () => {
  const headers = { authorization: "Bearer nobody" };
  expect((await told(send("/wallets?colour=red", {}, headers))).body.code).toBe("UNAUTHENTICATED");
  expect((await told(debit({ amout: 1 }, headers))).body.code).toBe("UNAUTHENTICATED");
});

describe("the key", () => {
  const amount = "1";

  test("is the same in the header, quoted as the IETF's draft has it, in the body, in both, and by tRPC", async () => {
    const key = freshKey();
    const first = await told(debit({ amount }, { "idempotency-key": key }));
    expect([first.status, first.headers.get("idempotent-replayed"), first.body.replayed]).toEqual([
      200,
      null,
      false,
    ]);
    const asUser = await server.as({ tenantId: 1, subject: "ada", role: "user" });
    for (const again of [
      await told(debit({ amount }, { "idempotency-key": `"${key}"` })),
      await told(debit({ amount, idempotencyKey: key })),
      await told(debit({ amount, idempotencyKey: key }, { "idempotency-key": key })),
    ]) {
      expect(again.body).toEqual({ ...first.body, replayed: true });
      expect(again.headers.get("idempotent-replayed")).toBe("true");
    }
    const byTrpc = await asUser.mutate("debit", { idempotencyKey: key, walletId, amount });
    expect(dataOf(byTrpc)).toEqual({ ...first.body, replayed: true });
  });

  test("may have a comma, and quotes inside", async () => {
    const first = await told(debit({ amount }, { "idempotency-key": 'a, "b"' }));
    const again = await told(debit({ amount, idempotencyKey: 'a, "b"' }));
    const quoted = await told(debit({ amount }, { "idempotency-key": '"a, \\"b\\""' }));
    expect([first, again, quoted].map(({ body }) => body.replayed)).toEqual([false, true, true]);
  });

  test("of another content is refused, and the fields are named", async () => {
    const key = { "idempotency-key": freshKey() };
    await debit({ amount }, key);
    const { status, body } = await told(debit({ amount: "2" }, key));
    expect([status, body.details]).toEqual([422, { fields: ["amount"] }]);
  });
});

test("what was made is 201 with its address, and so is its replay", async () => {
  const key = { "idempotency-key": freshKey() };
  for (const replayed of [null, "true"]) {
    const { status, headers, body } = await told(post("/wallets", { currency: "sat" }, key));
    expect([status, headers.get("idempotent-replayed")]).toEqual([201, replayed]);
    expect(headers.get("location")).toBe(`/v1/wallets/${body.walletId}`);
  }
});

test("an address tells which methods it takes", async () => {
  expect((await send("/wallets", { method: "PATCH" })).headers.get("allow")).toBe("POST, GET");
});
