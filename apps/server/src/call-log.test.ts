import type { Principal } from "@holdfast/db";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createCallLog } from "./call-log.ts";
import type { LogLevel } from "./config.ts";
import { createLogger } from "./log.ts";
import { dataOf, startTestServer, type TestServer } from "./testing/index.ts";

// Words that no id or duration can hold by chance: "ada" is hexadecimal, and was in an id for one minute of November 2026.
const ada: Principal = { tenantId: 1, subject: "ada lovelace", role: "user" };
const MEMO = "a memo that nobody else may read";
const TOO_MUCH = "987654321012";
const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

let server: TestServer;
let walletId: string;
const lines: string[] = [];
const loggerAt = (level: LogLevel) => createLogger(level, { write: (line) => lines.push(line) });
const told = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

beforeAll(async () => {
  server = await startTestServer({ log: loggerAt("debug") });
  walletId = await server.wallet(ada.subject, "100");
});
afterAll(() => server.close());
beforeEach(() => {
  lines.length = 0;
});

async function debit(amount: `${bigint}`, idempotencyKey: string, headers: Record<string, string> = {}) {
  return (await server.as(ada)).send("wallets.debit", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ idempotencyKey, walletId, amount, memo: MEMO }),
  });
}

test("a call is one line: which request, who by tenant and role, what came of it; nothing of what was asked", async () => {
  const headers = { "x-request-id": "proxy-0a1b2c3d" };
  await debit("1", "first", headers);
  await debit("1", "first", headers);
  await debit(TOO_MUCH, "second", headers);
  const common = {
    requestId: "proxy-0a1b2c3d",
    procedure: "wallets.debit",
    tenantId: 1,
    role: "user",
    msg: "call",
  };
  const operationId = expect.stringMatching(UUID);
  expect(told()).toMatchObject([
    { level: 20, ...common, code: "OK", replayed: false, operationId },
    { level: 20, ...common, code: "OK", replayed: true, operationId },
    { level: 30, ...common, code: "INSUFFICIENT_FUNDS", replayed: false, operationId },
  ]);
  const [first, again, refused] = told();
  expect(first?.["operationId"]).toBe(again?.["operationId"]);
  expect(first?.["operationId"]).not.toBe(refused?.["operationId"]);
  for (const secret of [MEMO, walletId, "first", "second", ada.subject, TOO_MUCH, "Bearer"]) {
    expect(lines.join("")).not.toContain(secret);
  }
});

test("the operation of a line is the one that explain tells of", async () => {
  await debit("1", "explained");
  const [line] = told();
  const input = encodeURIComponent(JSON.stringify({ operationId: line?.["operationId"] }));
  const response = await (await server.as(ada)).send(`operations.explain?input=${input}`);
  expect(await response.json()).toMatchObject({ result: { data: { idempotencyKey: "explained" } } });
});

test.each([
  ["a caller's own", { "x-request-id": "0af76519-16cd" }, "0af76519-16cd"],
  [
    "a trace's, when there is no other",
    { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
    "0af7651916cd43dd8448eb211c80319c",
  ],
  ["ours, when there is none", {}, UUID],
  ["ours instead of one that is too short", { "x-request-id": "ab" }, UUID],
  ["ours instead of one that is too long", { "x-request-id": "a".repeat(129) }, UUID],
  ["ours instead of one that would forge a line", { "x-request-id": 'a","level":60,"b":"' }, UUID],
  ["ours instead of no trace", { traceparent: "00-nothing-b7ad6b7169203331-01" }, UUID],
])("the name of a request is %s, and is told to whoever sent it", async (_what, headers, id) => {
  const response = await debit("1", "named", headers);
  const given = response.headers.get("x-request-id");
  expect(given).toMatch(id);
  expect(told().at(-1)).toMatchObject({ requestId: given });
});

test("a call of nobody, and one that is not valid, are told as well", async () => {
  await (await server.as()).query("mine", {});
  await debit("0", "not-valid");
  expect(told()).toMatchObject([
    { level: 30, procedure: "wallets.mine", code: "UNAUTHENTICATED" },
    { level: 30, procedure: "wallets.debit", code: "BAD_REQUEST", tenantId: 1 },
  ]);
  expect(told()[0]).not.toHaveProperty("tenantId");
});

test("at info only what was refused, failed or slow; above, nothing at all", () => {
  const ended = {
    ...{ procedure: "wallets.get", principal: ada, code: undefined, faultId: undefined },
    ...{ operationId: undefined, replayed: false, durationMs: 999 },
  };
  const log = createCallLog(loggerAt("info"));
  log?.(ended, "r");
  expect(lines).toEqual([]);
  log?.({ ...ended, durationMs: 1_000 }, "slow");
  log?.({ ...ended, code: "TIMEOUT" }, "failed");
  expect(told()).toMatchObject([
    { level: 30, requestId: "slow", code: "OK", durationMs: 1_000 },
    { level: 30, requestId: "failed", code: "TIMEOUT" },
  ]);
  for (const level of ["warn", "error", "silent"] as const)
    expect(createCallLog(loggerAt(level))).toBeUndefined();
});

test("a server that logs warnings writes nothing for a call", async () => {
  const quiet = await startTestServer({ databaseUrl: server.databaseUrl, log: loggerAt("warn") });
  try {
    dataOf(await (await quiet.as(ada)).query("get", { walletId }));
    await expect((await quiet.as()).query("mine", {})).resolves.toMatchObject({ status: 401 });
    expect(lines).toEqual([]);
  } finally {
    await quiet.close();
  }
});
