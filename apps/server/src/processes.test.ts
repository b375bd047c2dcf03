import { connect, type Db, type Principal } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signToken } from "./auth/tokens.ts";
import {
  type Caller,
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
/** Callers of two processes on the one database. */
let pair: Caller[];
const running: Spawned[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  local = await startTestServer({ databaseUrl: database.url });
  token = await signToken({ secret: TEST_SECRET }, ada, 3600);
  const urls = await Promise.all([serve(), serve()].map((spawned) => spawned.ready));
  pair = urls.map((url) => createCaller(url, token));
});
afterAll(async () => {
  for (const spawned of running) {
    spawned.child.kill("SIGKILL");
    await spawned.ended;
  }
  await local.close();
  await database.close();
});

function serve(): Spawned {
  const spawned = spawnHoldfast(["serve"], {
    DATABASE_URL: database.url,
    HOLDFAST_JWT_SECRET: TEST_SECRET,
    // Not what is tested here, and a busy machine may need longer than the default.
    HOLDFAST_CALL_DEADLINE_MS: "60000",
    PORT: "0",
  });
  running.push(spawned);
  return spawned;
}

test("1,000 concurrent calls with one key through two processes: one effect, 1,000 equal answers, 999 replayed", async () => {
  const walletId = await local.wallet("ada", "1000");
  const input = { idempotencyKey: `thousand-${walletId}`, walletId, amount: "7" } as const;

  const answers = await Promise.all(
    Array.from({ length: 500 }, () => pair.map((caller) => caller.mutate("debit", input))).flat(),
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
  const toWalletId = await local.wallet("bob", "0");
  for (let round = 0; round < 50; round += 1) {
    const fromWalletId = await local.wallet("ada", "75");
    const replies = await Promise.all(
      pair.map((caller, index) =>
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
  const walletIds = await Promise.all(Array.from({ length: 5 }, () => local.wallet("ada", "1000")));

  // Somebody else's transaction holds the wallets, so that the calls are certainly under way when the signal comes.
  const db = connect({ url: database.url });
  const held = deferred();
  const release = deferred();
  const holding = db.withTransaction({ tenantId: 1 }, async (tx) => {
    const lock =
      "select id::text from holdfast.wallets where tenant_id = 1 and id = any($1::uuid[]) for update";
    await tx.run(lock, [`{${walletIds.join(",")}}`]);
    held.resolve();
    await release.promise;
  });
  await held.promise;
  // Ten calls a request: when one of them waits for its wallet, the other nine have arrived, too.
  const answered = Promise.all(walletIds.map((walletId) => tenDebits(caller, walletId)));
  // Awaited at the end; should the test fail before, its own failure is the one to tell.
  answered.catch(() => {});
  await expect.poll(() => waitersFor(db), { timeout: 10_000 }).toBe(walletIds.length);

  spawned.child.kill("SIGTERM");
  const isUp = () =>
    fetch(`${url}/healthz`).then(
      () => true,
      () => false,
    );
  await expect.poll(isUp, { timeout: 10_000 }).toBe(false);
  release.resolve();
  await holding;

  for (const replies of await answered) {
    const balances = replies.map((reply) => Number(reply.result.data.balance)).sort((a, b) => b - a);
    expect(balances).toEqual(Array.from({ length: 10 }, (_, index) => 999 - index));
  }
  expect(await spawned.ended).toMatchObject({ code: 0, stderr: "" });
  await db.close();
}, 60_000);

async function tenDebits(
  caller: Caller,
  walletId: string,
): Promise<{ result: { data: { balance: string } } }[]> {
  const inputs = Array.from({ length: 10 }, (_, index) => ({
    idempotencyKey: `drain-${walletId}-${index}`,
    walletId,
    amount: "1",
  }));
  const response = await caller.send(`${inputs.map(() => "wallets.debit").join(",")}?batch=1`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...inputs }),
  });
  return (await response.json()) as { result: { data: { balance: string } } }[];
}

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
