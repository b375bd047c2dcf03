import { connect, type Db, type Principal } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { signToken } from "./auth/tokens.ts";
import {
  createCaller,
  dataOf,
  deferred,
  type Reply,
  type Spawned,
  spawnHoldfast,
  startTestServer,
  TEST_SECRET,
  type TestServer,
} from "./testing/index.ts";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };

let database: TestDatabase;
let local: TestServer;
let token: string;
const running: Spawned[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  local = await startTestServer({ databaseUrl: database.url });
  token = await signToken({ secret: TEST_SECRET }, ada, 3600);
});
afterEach(async () => {
  for (const spawned of running.splice(0)) {
    spawned.child.kill("SIGKILL");
    await spawned.ended;
  }
});
afterAll(async () => {
  await local.close();
  await database.close();
});

function serve(): Spawned {
  const spawned = spawnHoldfast(["serve"], {
    DATABASE_URL: database.url,
    HOLDFAST_JWT_SECRET: TEST_SECRET,
    PORT: "0",
  });
  running.push(spawned);
  return spawned;
}

test("1,000 concurrent calls with one key through two processes: one effect, 1,000 equal answers, 999 replayed", async () => {
  const urls = await Promise.all([serve(), serve()].map((spawned) => spawned.ready));
  const callers = urls.map((url) => createCaller(url, token));
  const walletId = await local.wallet("ada", "1000");
  const input = { idempotencyKey: `thousand-${walletId}`, walletId, amount: "7" } as const;

  const answers = await Promise.all(
    Array.from({ length: 500 }, () => callers.map((caller) => caller.mutate("debit", input))).flat(),
  );
  const data = answers.map(dataOf);
  expect(data).toHaveLength(1000);
  expect(data.filter(({ replayed }) => replayed)).toHaveLength(999);
  const told = new Set(data.map(({ replayed: _, ...answer }) => JSON.stringify(answer)));
  expect([...told].map((answer) => JSON.parse(answer))).toMatchObject([
    { walletId, balance: "993", version: "2" },
  ]);

  const asAda = await local.as(ada);
  const { entries } = dataOf(await asAda.query("history", { walletId }));
  expect(entries.filter((entry) => entry.kind === "wallets.debit")).toMatchObject([{ amount: "-7" }]);
}, 60_000);

test("two boosts of 50 on 75 through two processes: one passes, one is refused; 50 times", async () => {
  const urls = await Promise.all([serve(), serve()].map((spawned) => spawned.ready));
  const callers = urls.map((url) => createCaller(url, token));
  const toWalletId = await local.wallet("bob", "0");
  for (let round = 0; round < 50; round += 1) {
    const fromWalletId = await local.wallet("ada", "75");
    const replies = await Promise.all(
      callers.map((caller, index) =>
        caller.mutate("boost", {
          idempotencyKey: `${fromWalletId}-${index}`,
          fromWalletId,
          toWalletId,
          amount: "50",
        }),
      ),
    );
    expect(replies.map((reply) => reply.status).sort()).toEqual([200, 402]);
    expect(dataOf(await (await local.as(ada)).query("get", { walletId: fromWalletId })).balance).toBe("25");
  }
}, 60_000);

test("SIGTERM while calls are under way: each is answered, new ones are not accepted, exit code 0", async () => {
  const spawned = serve();
  const url = await spawned.ready;
  const caller = createCaller(url, token);
  const walletId = await local.wallet("ada", "1000");

  // Somebody else's transaction holds the wallet, so that the calls are certainly under way when the signal comes.
  const db = connect({ url: database.url });
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
  const answered = Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      caller.mutate("debit", { idempotencyKey: `drain-${walletId}-${index}`, walletId, amount: "1" }),
    ),
  );
  // Awaited at the end; should the test fail before, its own failure is the one to tell.
  answered.catch(() => {});
  await expect.poll(() => waitersFor(db), { timeout: 10_000 }).toBeGreaterThan(0);

  spawned.child.kill("SIGTERM");
  await expect
    .poll(() =>
      fetch(`${url}/readyz`).then(
        (response) => response.status,
        () => "refused",
      ),
    )
    .toBe("refused");
  release.resolve();
  await holding;

  const replies = await answered;
  expect(replies.filter((reply) => reply.ok)).toHaveLength(50);
  const balances = replies.map((reply) => Number(dataOf(reply).balance)).sort((a, b) => b - a);
  expect(balances).toEqual(Array.from({ length: 50 }, (_, index) => 999 - index));
  expect(await spawned.ended).toMatchObject({ code: 0, stderr: "" });
  await db.close();
}, 60_000);

/** How many sessions of this database wait for a lock: `pg_locks` tells every role, `pg_stat_activity` doesn't. */
async function waitersFor(db: Db): Promise<number> {
  const rows = await db.read({ tenantId: 1, subject: "tester", role: "service" }, (tx) =>
    tx.run(
      `select distinct pid::text from pg_locks join pg_stat_activity using (pid)
      where not granted and datname = current_database()`,
    ),
  );
  return rows.length;
}

test("SIGTERM under load loses nothing that was acknowledged and leaves nothing half done", async () => {
  const spawned = serve();
  const caller = createCaller(await spawned.ready, token);
  const walletId = await local.wallet("ada", "1000000");
  const input = (key: string) => ({ idempotencyKey: key, walletId, amount: "1" }) as const;

  const sent: string[] = [];
  const acknowledged = new Map<string, Reply>();
  const worker = async (name: string): Promise<void> => {
    for (let at = 0; ; at += 1) {
      const key = `load-${walletId}-${name}-${at}`;
      sent.push(key);
      const reply = await caller.mutate("debit", input(key)).catch(() => undefined);
      if (reply === undefined) return;
      acknowledged.set(key, reply);
      if (acknowledged.size === 500) spawned.child.kill("SIGTERM");
    }
  };
  await Promise.all(Array.from({ length: 16 }, (_, index) => worker(`${index}`)));
  expect(await spawned.ended).toMatchObject({ code: 0, stderr: "" });
  expect(acknowledged.size).toBeGreaterThanOrEqual(500);

  // The same keys again, elsewhere: what was acknowledged is told as before; what was not takes effect once, now.
  const asAda = await local.as(ada);
  const again = await Promise.all(
    sent.map(async (key) => [key, dataOf(await asAda.mutate("debit", input(key)))] as const),
  );
  for (const [key, data] of again) {
    const reply = acknowledged.get(key);
    if (reply) expect(data).toEqual({ ...(dataOf(reply) as object), replayed: true });
  }
  expect(dataOf(await asAda.query("get", { walletId })).balance).toBe(`${1_000_000 - sent.length}`);
}, 60_000);
