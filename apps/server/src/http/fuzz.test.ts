import { errorTable, listWallets, type Principal, verify } from "@holdfast/db";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AnyCall, spoil, validCalls } from "../testing/arbitrary-calls.ts";
import {
  type Caller,
  dataOf,
  type Reply,
  readReply,
  startTestServer,
  type TestServer,
} from "../testing/index.ts";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
const service: Principal = { tenantId: 1, subject: "studio", role: "service" };

let server: TestServer;
let callers: Caller[];
let walletIds: string[];
let calls: fc.Arbitrary<AnyCall>;

beforeAll(async () => {
  server = await startTestServer();
  callers = await Promise.all([server.as(ada), server.as(service)]);
  walletIds = [
    await server.wallet("ada", "1000000"),
    await server.wallet("ada", "60"),
    await server.wallet("bob", "1000"),
    await server.wallet("eve", "1000", 2),
  ];
  const hold = { walletId: walletIds[0] ?? "", amount: "500", expiresInSeconds: 3600 } as const;
  const holds = await Promise.all(
    ["a", "b"].map(async (idempotencyKey) =>
      (await server.as(ada)).mutate("hold", { idempotencyKey, ...hold }),
    ),
  );
  calls = validCalls(
    walletIds,
    holds.map((reply) => dataOf(reply).holdId),
  );
});
afterAll(() => server.close());

/** Every balance there is, in both tenants. Holds are left out: they may expire meanwhile. */
async function balances(): Promise<string> {
  const lists = [1, 2].flatMap((tenantId) =>
    ["ada", "bob", "eve", "studio"].map((ownerId) =>
      listWallets(server.db, { ...service, tenantId }, { ownerId }),
    ),
  );
  return JSON.stringify(
    (await Promise.all(lists)).flat().map(({ walletId, balance }) => [walletId, balance]),
  );
}

function send(
  caller: Caller,
  { procedure, method, input }: AnyCall,
  body = JSON.stringify(input),
): Promise<Response> {
  if (method === "GET") return caller.send(`${procedure}?input=${encodeURIComponent(wellFormed(body))}`);
  return caller.send(procedure, { method, headers: { "content-type": "application/json" }, body });
}

/** Half a surrogate pair can't be put into a URL. */
const wellFormed = (text: string) => text.replaceAll(/\p{Surrogate}/gu, "?");

/** Refused with a row of the table below 500 and as that row says, or accepted. */
async function expectClearAnswer(response: Response): Promise<Reply> {
  const reply = await readReply(response);
  expect(response.status).toBeLessThan(500);
  if (reply.ok) return reply;
  const { code, httpStatus, retry, retryable } = reply.error.data;
  const row = errorTable[code];
  expect({ httpStatus, retry, message: reply.error.message }).toEqual({
    httpStatus: row.status,
    retry: row.retry,
    message: row.message,
  });
  expect([response.status, retryable]).toEqual([row.status, row.retry === "same-key"]);
  expect(JSON.stringify(reply)).not.toMatch(/select |insert |node_modules|\bat .*:\d+:\d+/);
  return reply;
}

async function expectNothingChanged(before: string): Promise<void> {
  expect(await balances()).toBe(before);
}

test("valid calls are answered by the table, and refusals change nothing", async () => {
  let before = await balances();
  await fc.assert(
    fc.asyncProperty(calls, fc.constantFrom(0, 1), async (call, who) => {
      const reply = await expectClearAnswer(await send(callers[who] as Caller, call));
      if (!reply.ok) expect(reply.error.data.code).not.toBe("BAD_REQUEST");
      if (!reply.ok || call.method === "GET") await expectNothingChanged(before);
      else before = await balances();
    }),
    { numRuns: 300 },
  );
}, 60_000);

test("spoilt calls are answered by the table, and refusals change nothing", async () => {
  let before = await balances();
  const refusals = new Map<string, number>();
  const spoilt = calls.chain((call) => spoil(call.input).map((input) => ({ ...call, input })));
  await fc.assert(
    fc.asyncProperty(spoilt, fc.constantFrom(0, 1), async (call, who) => {
      const body = JSON.stringify(call.input) ?? "";
      const reply = await expectClearAnswer(await send(callers[who] as Caller, call, body));
      const code = reply.ok ? "accepted" : reply.error.data.code;
      refusals.set(code, (refusals.get(code) ?? 0) + 1);
      if (!reply.ok || call.method === "GET") await expectNothingChanged(before);
      else before = await balances();
    }),
    { numRuns: 600 },
  );
  // The generator must not have missed: most of what is spoilt is really refused.
  expect(refusals.get("BAD_REQUEST")).toBeGreaterThan(300);
}, 60_000);

test("requests with changed bytes are answered by the table, and refusals change nothing", async () => {
  let before = await balances();
  const edit = fc.record({ at: fc.nat(), to: fc.nat(255), kind: fc.constantFrom("set", "insert", "cut") });
  await fc.assert(
    fc.asyncProperty(calls, fc.array(edit, { minLength: 1, maxLength: 4 }), async (call, edits) => {
      let bytes = Buffer.from(JSON.stringify(call.input));
      for (const { at, to, kind } of edits) {
        const place = at % (bytes.length + 1);
        const rest = bytes.subarray(place + (kind === "insert" ? 0 : 1));
        bytes = Buffer.concat([bytes.subarray(0, place), Buffer.from(kind === "cut" ? [] : [to]), rest]);
      }
      const init = { method: "POST", headers: { "content-type": "application/json" }, body: bytes };
      const reply = await expectClearAnswer(await (callers[1] as Caller).send(call.procedure, init));
      if (!reply.ok) await expectNothingChanged(before);
      else before = await balances();
    }),
    { numRuns: 300 },
  );
}, 60_000);

test("after all of it, every invariant holds", async () => {
  expect(await verify({ url: server.databaseUrl })).toEqual([]);
});
