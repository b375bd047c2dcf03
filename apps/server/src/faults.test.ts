import type { Principal } from "@holdfast/db";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLogger } from "./log.ts";
import { createCaller, startTestServer, type TestServer } from "./testing/index.ts";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
const MEMO = "a memo that nobody else may read";

let server: TestServer;
let sql: postgres.Sql;
const log: string[] = [];

beforeAll(async () => {
  server = await startTestServer({ log: createLogger("trace", { write: (line) => log.push(line) }) });
  sql = postgres(server.databaseUrl, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await sql.end();
  await server.close();
});

test("an unknown fault is told by an id alone; the log has the id and the place, and no value or SQL", async () => {
  const walletId = await server.wallet("ada", "100");
  const input = { idempotencyKey: "after-the-fault", walletId, amount: "1", memo: MEMO } as const;
  const asAda = await server.as(ada);

  await sql`alter table holdfast.entries rename to entries_gone`;
  log.length = 0;
  const replies = [await asAda.mutate("debit", input), await asAda.query("history", { walletId })];
  for (const reply of replies) {
    const id = reply.ok ? "" : (reply.error.data.details as { id: string }).id;
    expect(reply).toEqual({
      ok: false,
      status: 500,
      error: {
        message:
          "Something went wrong on our side. Retry with the same key; if it persists, report `details.id`.",
        code: -32603,
        data: {
          code: "INTERNAL",
          httpStatus: 500,
          retry: "same-key",
          retryable: true,
          details: { id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
          replayed: false,
          path: expect.stringMatching(/^wallets\.(debit|history)$/),
        },
      },
    });
    const lines = log.filter((line) => line.includes(id));
    // The fault, and after it the call that was told of it.
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({
      level: 30,
      faultId: id,
      code: "INTERNAL",
      msg: "call",
    });
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: 50, id, msg: "unknown fault" });
    expect(lines[0]).toContain('"code":"42P01"');
  }
  expect(log.join("")).not.toMatch(/select |insert |update |entries_gone|relation/i);
  for (const secret of [MEMO, walletId, input.idempotencyKey, "Bearer"])
    expect(log.join("")).not.toContain(secret);

  // The fault is mended: the same key executes, once.
  await sql`alter table holdfast.entries_gone rename to entries`;
  // Once, whether by the call that timed out (it was told "unknown", and may have got through at the last moment) or now.
  expect(await asAda.mutate("debit", input)).toMatchObject({ ok: true, data: { balance: "99" } });
});

test("a database that is gone is UNAVAILABLE, not ready, and well again without a restart", async () => {
  const database = new URL(server.databaseUrl).pathname.slice(1);
  const admin = postgres(new URL("/postgres", server.databaseUrl).href, { max: 1, onnotice: () => {} });
  const walletId = await server.wallet("ada", "100");
  const asAda = await server.as(ada);
  const input = { idempotencyKey: "while-away", walletId, amount: "1" } as const;
  const ready = () => fetch(`${server.url}/readyz`).then((response) => response.status);
  try {
    await admin.unsafe(`alter database ${database} allow_connections false`);
    await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${database}`;
    expect(await ready()).toBe(503);
    const response = await createCaller(server.url, await server.token(ada)).send("wallets.debit", {
      method: "POST",
      headers: { "content-type": "application/json", "holdfast-deadline-ms": "1000" },
      body: JSON.stringify(input),
    });
    const body = (await response.json()) as { error: { data: { code: string; retry: string } } };
    expect([503, 504]).toContain(response.status);
    expect(body.error.data).toMatchObject({
      code: expect.stringMatching(/^(UNAVAILABLE|TIMEOUT)$/),
      retry: "same-key",
    });
  } finally {
    await admin.unsafe(`alter database ${database} allow_connections true`);
    await admin.end();
  }
  await expect.poll(ready, { timeout: 10_000 }).toBe(200);
  // Once, whether by the call that timed out (it was told "unknown", and may have got through at the last moment) or now.
  expect(await asAda.mutate("debit", input)).toMatchObject({ ok: true, data: { balance: "99" } });
});
