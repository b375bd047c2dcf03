import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { errorTable } from "@holdfast/db";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Caller,
  dataOf,
  type Reply,
  readReply,
  startTestServer,
  type TestServer,
} from "../testing/index.ts";

let server: TestServer;
let asAda: Caller;
let walletId: string;

beforeAll(async () => {
  server = await startTestServer();
  asAda = await server.as({ tenantId: 1, subject: "ada", role: "user" });
  walletId = await server.wallet("ada", "1000");
});
afterAll(() => server.close());

const json = { "content-type": "application/json" };
let keys = 0;
const freshKey = () => `bad-${keys++}`;

async function refusal(reply: Promise<Reply> | Promise<Response>): Promise<string> {
  const got = await reply;
  const read = got instanceof Response ? await readReply(got) : got;
  if (read.ok) return "accepted";
  const { code, httpStatus } = read.error.data;
  expect(read.error.message).toBe(errorTable[code].message);
  expect([read.status, httpStatus]).toEqual([errorTable[code].status, errorTable[code].status]);
  return code;
}

const debit = (input: unknown, init: RequestInit = {}) =>
  asAda.send("wallets.debit", { method: "POST", headers: json, body: JSON.stringify(input), ...init });

describe("inputs that are not valid are a clear 4xx and change nothing", () => {
  const valid = () => ({ idempotencyKey: freshKey(), walletId, amount: "1" });

  test.each<[string, (input: Record<string, unknown>) => unknown, string]>([
    ["an unknown key", (input) => ({ ...input, amout: "1" }), "BAD_REQUEST"],
    ["a kind of its own", (input) => ({ ...input, kind: "wallets.credit" }), "BAD_REQUEST"],
    ["an array", (input) => [input], "BAD_REQUEST"],
    ["an empty array", () => [], "BAD_REQUEST"],
    ["null", () => null, "BAD_REQUEST"],
    ["a string", () => "debit", "BAD_REQUEST"],
    ["a number", () => 7, "BAD_REQUEST"],
    ["no key", ({ walletId, amount }) => ({ walletId, amount }), "IDEMPOTENCY_KEY_REQUIRED"],
    ["an empty key", (input) => ({ ...input, idempotencyKey: "" }), "IDEMPOTENCY_KEY_REQUIRED"],
    ["a null key", (input) => ({ ...input, idempotencyKey: null }), "IDEMPOTENCY_KEY_REQUIRED"],
    ["a long key", (input) => ({ ...input, idempotencyKey: "k".repeat(256) }), "BAD_REQUEST"],
    ["a reserved key", (input) => ({ ...input, idempotencyKey: "holdfast:x" }), "BAD_REQUEST"],
    ["a key that is a number", (input) => ({ ...input, idempotencyKey: 5 }), "IDEMPOTENCY_KEY_REQUIRED"],
    ["NUL in the key", (input) => ({ ...input, idempotencyKey: "a\0b" }), "BAD_REQUEST"],
    ["NUL in the memo", (input) => ({ ...input, memo: "a\0b" }), "BAD_REQUEST"],
    ["half a surrogate pair", (input) => ({ ...input, memo: "\ud800" }), "BAD_REQUEST"],
    ["a number for an amount", (input) => ({ ...input, amount: 1 }), "BAD_REQUEST"],
    ["a fraction", (input) => ({ ...input, amount: "1.5" }), "BAD_REQUEST"],
    ["an exponent", (input) => ({ ...input, amount: "1e3" }), "BAD_REQUEST"],
    ["a sign", (input) => ({ ...input, amount: "+1" }), "BAD_REQUEST"],
    ["a negative amount", (input) => ({ ...input, amount: "-1" }), "BAD_REQUEST"],
    ["zero", (input) => ({ ...input, amount: "0" }), "BAD_REQUEST"],
    ["spaces", (input) => ({ ...input, amount: " 1 " }), "BAD_REQUEST"],
    ["hexadecimal", (input) => ({ ...input, amount: "0x10" }), "BAD_REQUEST"],
    ["other digits", (input) => ({ ...input, amount: "١" }), "BAD_REQUEST"],
    ["a huge amount", (input) => ({ ...input, amount: "9".repeat(19) }), "BAD_REQUEST"],
    ["an endless amount", (input) => ({ ...input, amount: "9".repeat(500_000) }), "BAD_REQUEST"],
    ["a list of amounts", (input) => ({ ...input, amount: ["1"] }), "BAD_REQUEST"],
    ["an object for an id", (input) => ({ ...input, walletId: { toString: "x" } }), "BAD_REQUEST"],
    ["an id that is none", (input) => ({ ...input, walletId: "ada's" }), "BAD_REQUEST"],
    ["SQL in an id", (input) => ({ ...input, walletId: "' or 1=1 --" }), "BAD_REQUEST"],
    ["a version beyond bigint", (input) => ({ ...input, ifVersion: "9".repeat(19) }), "BAD_REQUEST"],
  ])("%s", async (_name, spoil, code) => {
    expect(await refusal(debit(spoil(valid())))).toBe(code);
    expect(dataOf(await asAda.query("get", { walletId }))).toMatchObject({ balance: "1000", version: "1" });
  });

  test("an answer does not grow with the fault", async () => {
    const junk = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, index) => [`unknown-key-${index}`, 1]),
    );
    const response = await debit({ ...valid(), ...junk });
    expect(response.status).toBe(400);
    expect((await response.text()).length).toBeLessThan(8_000);
  });
});

describe("requests that are not valid", () => {
  const text = (body: string | Buffer, path = "wallets.debit") =>
    asAda.send(path, { method: "POST", headers: json, body });

  test.each<[string, () => Promise<Response>, string]>([
    ["broken JSON", () => text('{"amount":'), "BAD_REQUEST"],
    ["an empty body", () => text(""), "BAD_REQUEST"],
    ["a key twice", () => text('{"amount":"1","amount":"100"}'), "BAD_REQUEST"],
    ["__proto__", () => text('{"__proto__":{"role":"admin"}}'), "BAD_REQUEST"],
    ["constructor", () => text('{"constructor":{"prototype":{"x":1}}}'), "BAD_REQUEST"],
    ["deep JSON", () => text("[".repeat(100_000) + "]".repeat(100_000)), "BAD_REQUEST"],
    ["bytes that are not UTF-8", () => text(Buffer.from([0x22, 0xff, 0xfe, 0x22])), "BAD_REQUEST"],
    ["2 MiB", () => text(JSON.stringify("x".repeat(2 * 1024 * 1024))), "PAYLOAD_TOO_LARGE"],
    ["GET for a mutation", () => asAda.send("wallets.debit?input=%7B%7D"), "BAD_REQUEST"],
    ["POST for a query", () => text("{}", "wallets.mine"), "BAD_REQUEST"],
    ["PUT", () => asAda.send("wallets.debit", { method: "PUT", headers: json, body: "{}" }), "BAD_REQUEST"],
    ["DELETE", () => asAda.send("wallets.debit", { method: "DELETE" }), "BAD_REQUEST"],
    ["a form", () => asAda.send("wallets.debit", { method: "POST", body: new FormData() }), "BAD_REQUEST"],
    ["text", () => asAda.send("wallets.debit", { method: "POST", body: "{}" }), "BAD_REQUEST"],
    ["no body", () => asAda.send("wallets.debit", { method: "POST" }), "BAD_REQUEST"],
    ["an unknown procedure", () => text("{}", "wallets.steal"), "NOT_FOUND"],
    ["a prototype's procedure", () => text("{}", "constructor"), "NOT_FOUND"],
    ["a deeper path", () => text("{}", "wallets/debit"), "NOT_FOUND"],
    ["no procedure", () => text("{}", ""), "NOT_FOUND"],
    ["broken URL encoding", () => text("{}", "%E0%A4%A"), "BAD_REQUEST"],
    ["a broken query input", () => asAda.send("wallets.get?input=%7B"), "BAD_REQUEST"],
    ["two query inputs", () => asAda.send("wallets.mine?input=%7B%7D&input=%7B%7D"), "BAD_REQUEST"],
    ["an instant that no calendar has", () => balanceAt("0000-01-01T00:00:00Z"), "BAD_REQUEST"],
    ["a deadline that is none", () => mine({ "holdfast-deadline-ms": "soon" }), "BAD_REQUEST"],
    ["a deadline of zero", () => mine({ "holdfast-deadline-ms": "0" }), "BAD_REQUEST"],
    [
      "a batch that is too wide",
      () => text("{}", `${"wallets.debit,".repeat(100)}wallets.debit?batch=1`),
      "PAYLOAD_TOO_LARGE",
    ],
    ["a path that is too long", () => text("{}", "a".repeat(15_000)), "NOT_FOUND"],
  ])("%s", async (_name, send, code) => {
    expect(await refusal(send())).toBe(code);
  });

  const balanceAt = (at: string) =>
    asAda.send(`wallets.balanceAt?input=${encodeURIComponent(JSON.stringify({ walletId, at }))}`);
  const mine = (headers: Record<string, string>) => asAda.send("wallets.mine", { headers });

  test("methods that no procedure takes, such as TRACE, which fetch does not even send", async () => {
    for (const method of ["TRACE", "PATCH", "OPTIONS"]) {
      const sent = request(`${server.url}/trpc/wallets.mine`, { method }).end();
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      expect([method, response.statusCode]).toEqual([method, 400]);
      response.resume();
    }
  });

  test("a stream of one call, which there is not, is refused in JSON that says so", async () => {
    const response = await asAda.send("wallets.mine", { headers: { accept: "application/jsonl" } });
    expect(response.headers.get("content-type")).toMatch("application/json");
    expect(await refusal(Promise.resolve(response))).toBe("BAD_REQUEST");
  });

  test("a batch of requests has an answer for each, and 207 when they differ", async () => {
    const input = (amount: string) => ({ idempotencyKey: freshKey(), walletId, amount });
    const response = await asAda.send("wallets.debit,wallets.debit,wallets.nothing?batch=1", {
      method: "POST",
      headers: json,
      body: JSON.stringify({ 0: input("1"), 1: input("1000000"), 2: {} }),
    });
    expect(response.status).toBe(207);
    expect(await response.json()).toMatchObject([
      { result: { data: { balance: "999" } } },
      { error: { data: { code: "INSUFFICIENT_FUNDS", path: "wallets.debit" } } },
      { error: { data: { code: "NOT_FOUND", path: "wallets.nothing" } } },
    ]);
  });

  test("a streamed batch tells its refusals in the same form", async () => {
    const response = await asAda.send("wallets.debit,wallets.debit?batch=1", {
      method: "POST",
      headers: { ...json, "trpc-accept": "application/jsonl" },
      body: JSON.stringify({
        0: { walletId },
        1: { idempotencyKey: freshKey(), walletId, amount: "1000000" },
      }),
    });
    const text = await response.text();
    expect(text).toContain('"code":"IDEMPOTENCY_KEY_REQUIRED"');
    expect(text).toContain('"code":"INSUFFICIENT_FUNDS"');
    expect(text).not.toMatch(/stack/);
  });

  test("a batch of 1,000 boosts with long messages fits into one request", async () => {
    const toWalletId = await server.wallet("bob", "0");
    const fromWalletId = await server.wallet("ada", "5000");
    const step = {
      kind: "boost",
      fromWalletId,
      toWalletId,
      amount: "5",
      message: "m".repeat(500),
      episodeTitle: "e".repeat(200),
    } as const;
    const commands = Array.from({ length: 1000 }, () => step);
    const reply = await asAda.mutate("batch", { idempotencyKey: freshKey(), atomic: true, commands });
    expect(dataOf(reply).results).toHaveLength(1000);
    expect(dataOf(await asAda.query("get", { walletId: fromWalletId })).balance).toBe("0");
  });
});

test("an answer has no stack, no SQL and no header that tells the framework", async () => {
  const response = await debit({ walletId });
  const text = await response.text();
  expect(text).not.toMatch(/stack|node_modules|\.ts|select |insert /i);
  expect(response.headers.get("x-powered-by")).toBeNull();
});
