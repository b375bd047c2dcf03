import { connect, type Principal } from "@holdfast/db";
import { startFaultyProxy } from "@holdfast/db/testing";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deferred, readReply, startTestServer, type TestServer } from "../testing/index.ts";
import { remainingMs } from "./deadline.ts";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test("the header shortens and lengthens, 60 s at most; what has passed and the reply's time are taken off", () => {
  expect(remainingMs(undefined, 10_000, 0)).toBe(9_950);
  expect(remainingMs("500", 10_000, 100)).toBe(375);
  expect(remainingMs("30000", 10_000, 0)).toBe(29_950);
  expect(remainingMs("999999999", 10_000, 0)).toBe(59_950);
  expect(remainingMs("5", 10_000, 50)).toBe(1);
  for (const wrong of ["", "0", "-1", "1.5", "1e3", "soon", "9999999999", ["1", "2"]]) {
    expect(() => remainingMs(wrong, 10_000, 0)).toThrow();
  }
});

test("a call whose wallet somebody else holds is answered TIMEOUT by its deadline, and the same key tells later", async () => {
  const walletId = await server.wallet("ada", "100");
  const asAda = await server.as(ada);
  const db = connect({ url: server.databaseUrl });
  const held = deferred();
  const release = deferred();
  const holding = db.withTransaction({ tenantId: 1 }, async (tx) => {
    await tx.run("select 1 as one from holdfast.wallets where tenant_id = 1 and id = $1::uuid for update", [
      walletId,
    ]);
    held.resolve();
    await release.promise;
  });
  await held.promise;

  const input = { idempotencyKey: `late-${walletId}`, walletId, amount: "1" } as const;
  const start = performance.now();
  const reply = await readReply(
    await asAda.send("wallets.debit", {
      method: "POST",
      headers: { "content-type": "application/json", "holdfast-deadline-ms": "300" },
      body: JSON.stringify(input),
    }),
  );
  const tookMs = performance.now() - start;
  expect(reply).toMatchObject({
    status: 504,
    error: { data: { code: "TIMEOUT", retry: "same-key", retryable: true } },
  });
  expect(tookMs).toBeGreaterThan(150);
  // By its deadline + 100 ms, and as much again for a machine that runs other tests.
  expect(tookMs).toBeLessThan(2_000);

  release.resolve();
  await holding;
  await db.close();
  expect(await asAda.mutate("debit", input)).toMatchObject({ ok: true, data: { balance: "99" } });
});

test("a query gives its session back at its deadline", async () => {
  const proxy = await startFaultyProxy(Number(new URL(server.databaseUrl).port));
  const through = new URL(server.databaseUrl);
  through.port = String(proxy.port);
  const narrow = await startTestServer({ databaseUrl: through.href, config: { sessions: 1 } });
  const asAda = await narrow.as(ada);
  const mine = async (deadlineMs: number) =>
    readReply(await asAda.send("wallets.mine", { headers: { "holdfast-deadline-ms": String(deadlineMs) } }));
  expect(await mine(10_000)).toMatchObject({ status: 200 });
  proxy.blackHole(true);
  expect(await mine(300)).toMatchObject({ status: 504, error: { data: { code: "TIMEOUT" } } });
  proxy.blackHole(false);
  // There is one session: it must not wait for an answer that nobody wants any more.
  expect(await mine(3_000)).toMatchObject({ status: 200 });
  await narrow.close();
  await proxy.close();
});

test("a caller whose key can't be looked up in time is told TIMEOUT by the deadline", async () => {
  const admin: Principal = { tenantId: 1, subject: "root", role: "admin" };
  const create = { kind: "keys.create", idempotencyKey: "slow", subject: "jobs", role: "service" } as const;
  const { apiKey } = await server.db.execute(admin, create);
  const sql = postgres(server.databaseUrl, { max: 1, onnotice: () => {} });
  const release = deferred();
  const held = deferred();
  const holding = sql.begin(async (tx) => {
    await tx`lock table holdfast.api_keys in access exclusive mode`;
    held.resolve();
    await release.promise;
  });
  await held.promise;
  const asked = fetch(`${server.url}/trpc/wallets.debit`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${apiKey}`,
      "content-type": "application/json",
      "holdfast-deadline-ms": "300",
    },
    body: "{}",
    // The look-up itself would go on for seconds.
    signal: AbortSignal.timeout(3_000),
  });
  const reply = await readReply(await asked.finally(() => release.resolve()));
  await holding;
  await sql.end();
  expect(reply).toMatchObject({ status: 504, error: { data: { code: "TIMEOUT" } } });
});
