import { type Principal, verify } from "@holdfast/db";
import { createTestDatabase, startFaultyProxy, type TestDatabase, throughPort } from "@holdfast/db/testing";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLogger } from "../log.ts";
import { dataOf, spawnHoldfast, startTestServer, TEST_SECRET, type TestServer } from "../testing/index.ts";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };

let database: TestDatabase;
let sql: postgres.Sql;
/** Places holds; it has no sweeper, so that nothing but the servers under test settles them. */
let local: TestServer;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1, onnotice: () => {} });
  local = await startTestServer({ databaseUrl: database.url });
});
afterAll(async () => {
  expect(await verify({ url: database.url })).toEqual([]);
  await local.close();
  await sql.end();
  await database.close();
});

let keys = 0;

/** A hold of a second on a wallet that nobody touches from then on. */
async function placeHold(): Promise<string> {
  const walletId = await local.wallet("ada", "100");
  const hold = { idempotencyKey: `sweeper-${keys++}`, walletId, amount: "60", expiresInSeconds: 1 } as const;
  return dataOf(await (await local.as(ada)).mutate("hold", hold)).holdId;
}

const statusOf = async (holdId: string): Promise<unknown> =>
  (await sql`select status from holdfast.holds where id = ${holdId}`)[0]?.["status"];

/** That sweeps go on is seen by a new hold that expires. */
async function expectSweeps(timeout = 20_000): Promise<void> {
  const holdId = await placeHold();
  await expect.poll(() => statusOf(holdId), { timeout, interval: 100 }).toBe("expired");
}

/** A server in this process that sweeps every second, and what it logs. */
async function startSweeping(databaseUrl = database.url): Promise<{ server: TestServer; log: string[] }> {
  const log: string[] = [];
  const logger = createLogger("info", { write: (line) => log.push(line) });
  const server = await startTestServer({ databaseUrl, log: logger, config: { sweepSeconds: 1 } });
  return { server, log };
}

const aboutSweeping = (log: readonly string[]): string[] => log.filter((line) => /sweep/.test(line));

test("sweeps, in turns with the other replicas, and leaves one job for the next turn", async () => {
  const servers = await Promise.all([startSweeping(), startSweeping()]);
  await expectSweeps();
  await expectSweeps();
  const jobs = await sql`select key, locked_at, attempts, last_error from holdfast_jobs._private_jobs`;
  expect([...jobs]).toEqual([{ key: "sweep", locked_at: null, attempts: 0, last_error: null }]);
  for (const { server, log } of servers) {
    await server.close();
    expect(aboutSweeping(log)).toEqual([]);
  }
}, 60_000);

describe("goes on", () => {
  test("when its connections are killed again and again", async () => {
    const { server, log } = await startSweeping();
    let kills = 0;
    const storm = setInterval(() => {
      void sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'holdfast jobs'`.then((killed) => {
        kills += killed.length;
      });
    }, 20);
    for (let round = 0; round < 3; round++) await expectSweeps();
    clearInterval(storm);
    await expectSweeps();
    await server.close();
    expect(kills).toBeGreaterThan(3);
    expect(aboutSweeping(log)).toEqual([]);
  }, 60_000);

  test("after the database was away, and tells of it once", async () => {
    const name = new URL(database.url).pathname.slice(1);
    const admin = postgres(new URL("/postgres", database.url).href, { max: 1, onnotice: () => {} });
    const { server, log } = await startSweeping();
    await expectSweeps();
    await admin.unsafe(`alter database ${name} allow_connections false`);
    await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`;
    await expect.poll(() => aboutSweeping(log).length, { timeout: 20_000 }).toBe(1);
    await admin`select pg_sleep(2)`;
    await admin.unsafe(`alter database ${name} allow_connections true`);
    await admin.end();
    await expectSweeps();
    await server.close();
    expect(aboutSweeping(log)).toHaveLength(1);
  }, 60_000);

  test("after a black hole, and isn't held up by it when it closes", async () => {
    const proxy = await startFaultyProxy(Number(new URL(database.url).port));
    const { server, log } = await startSweeping(throughPort(database.url, proxy.port));
    await expectSweeps();
    proxy.blackHole(true);
    await expect.poll(() => aboutSweeping(log).length, { timeout: 30_000 }).toBe(1);
    proxy.blackHole(false);
    await expectSweeps();
    proxy.blackHole(true);
    const beganAt = performance.now();
    await server.close();
    expect(performance.now() - beganAt).toBeLessThan(8_000);
    await proxy.close();
  }, 90_000);
});

test("as a role that may not have a queue: says so once, and sweeps by itself", async () => {
  const role = `serving_${process.pid}`;
  await sql.unsafe(
    `create role ${role} login password 'secret'; grant holdfast_login, holdfast_app to ${role}`,
  );
  // Here the queue's schema exists by now and belongs to somebody else; there it would have to be created.
  const there = await createTestDatabase();
  try {
    for (const url of [database.url, there.url]) {
      const asRole = new URL(url);
      [asRole.username, asRole.password] = [role, "secret"];
      const { server, log } = await startSweeping(asRole.href);
      if (url === database.url) await expectSweeps();
      await expect.poll(() => aboutSweeping(log).length, { timeout: 10_000 }).toBe(1);
      await server.close();
      expect(aboutSweeping(log)).toEqual([expect.stringContaining("every replica sweeps by itself")]);
      expect(aboutSweeping(log)[0]).toContain('"code":"42501"');
    }
  } finally {
    await there.close();
    await sql.unsafe(`drop role ${role}`);
  }
}, 60_000);

describe("serve", () => {
  const env = (url = database.url) => ({
    DATABASE_URL: url,
    HOLDFAST_JWT_SECRET: TEST_SECRET,
    HOLDFAST_SWEEP_SECONDS: "1",
    // Would tell of a database that is away, too.
    HOLDFAST_WEBHOOK_POLL_MS: "0",
    PORT: "0",
  });

  test("two processes sweep while clients use the same wallets: all adds up, each expiry is recorded once", async () => {
    const spawned = [spawnHoldfast(["serve"], env()), spawnHoldfast(["serve"], env())];
    const asAda = await local.as(ada);
    await Promise.all(spawned.map(({ ready }) => ready));
    const walletIds = await Promise.all(Array.from({ length: 5 }, () => local.wallet("ada", "1000000")));
    const placed: string[] = [];
    const until = Date.now() + 4_000;
    await Promise.all(
      Array.from({ length: 20 }, async (_, worker) => {
        const walletId = walletIds[worker % 5] ?? "";
        const toWalletId = walletIds[(worker + 1) % 5] ?? "";
        for (let at = 0; Date.now() < until; at++) {
          const key = { idempotencyKey: `busy-${worker}-${at}` };
          const hold = { ...key, walletId, amount: "3", expiresInSeconds: 1 } as const;
          if (at % 5 === 0) placed.push(dataOf(await asAda.mutate("hold", hold)).holdId);
          else
            dataOf(await asAda.mutate("boost", { ...key, fromWalletId: walletId, toWalletId, amount: "7" }));
        }
      }),
    );
    const open = () => sql`select count(*)::int as open from holdfast.holds where status = 'open'`;
    await expect.poll(async () => (await open())[0]?.["open"], { timeout: 20_000 }).toBe(0);
    const [sums] = await sql`select
        (select sum(credit_balance)::text from holdfast.wallets where id = any(${walletIds})) as credit,
        (select sum(held)::text from holdfast.wallets where id = any(${walletIds})) as held,
        (select count(*)::int from holdfast.operations where idempotency_key = any(${placed.map((id) => `holdfast:expire:${id}`)})) as expiries`;
    expect(sums).toEqual({ credit: "5000000", held: "0", expiries: placed.length });
    expect(placed.length).toBeGreaterThan(20);
    for (const { child, ended } of spawned) {
      child.kill("SIGTERM");
      expect(await ended).toMatchObject({ code: 0, stderr: "" });
    }
  }, 60_000);

  test("ends within its time at SIGTERM, also while the database is a black hole", async () => {
    const proxy = await startFaultyProxy(Number(new URL(database.url).port));
    const spawned = spawnHoldfast(["serve"], env(throughPort(database.url, proxy.port)));
    await spawned.ready;
    await expectSweeps();
    proxy.blackHole(true);
    await expect.poll(() => spawned.stderr, { timeout: 30_000 }).toContain("sweeping failed");
    const beganAt = performance.now();
    spawned.child.kill("SIGTERM");
    expect(await spawned.ended).toMatchObject({ code: 0 });
    expect(performance.now() - beganAt).toBeLessThan(9_000);
    expect(spawned.stderr.trim().split("\n")).toHaveLength(1);
    await proxy.close();
  }, 60_000);
});
