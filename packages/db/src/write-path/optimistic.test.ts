import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { holdfastFeatures } from "../features.ts";
import { connect, type Db, execute, type Feature, type Principal, type TransactionSeen } from "../index.ts";
import { watchCommits } from "../testing/commits.ts";
import { ada, bob, holdings, newKey, openWallet, root, settle, shop } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase, throughPort } from "../testing/index.ts";
import { startProxy } from "../testing/proxy.ts";
import { verify } from "../verify.ts";

/** Two servers. The first knows the wallets from its own calls; what happens at the second it isn't told. */
let database: TestDatabase;
let sql: postgres.Sql;
let knowing: Db;
let other: Db;
let from: string;
let to: string;
const seen: TransactionSeen[] = [];
/** Whether the test changed what is recorded behind Holdfast's back. */
let tampered: boolean;
const tokenSecret = "a secret of this test";

beforeEach(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1, onnotice: () => {} });
  knowing = connect({ url: database.url, tokenSecret, observe: { transaction: (one) => seen.push(one) } });
  other = connect({ url: database.url, tokenSecret });
  from = await openWallet(knowing, 100n);
  to = await openWallet(knowing, 0n, { ownerId: "bob" });
  await transfer(knowing, 1n);
  seen.length = 0;
  tampered = false;
});
afterEach(async () => {
  vi.restoreAllMocks();
  await knowing.close();
  await other.close();
  if (!tampered) expect(await verify({ url: database.url })).toEqual([]);
  await sql.end();
  await database.close();
});

const command = (amount: bigint, idempotencyKey = newKey()) =>
  ({ kind: "wallets.transfer", idempotencyKey, fromWalletId: from, toWalletId: to, amount }) as const;
const transfer = (db: Db, amount: bigint, idempotencyKey?: string, by: Principal = shop) =>
  db.execute(by, command(amount, idempotencyKey));
const results = () => seen.map(({ result }) => result);
const together = (count: number, db: Db) => Array.from({ length: count }, () => transfer(db, 1n));

/** Keeps what Postgres answers until it has been sent what commits. */
async function startHolder(port: number) {
  const held: (() => void)[] = [];
  let isHolding = false;
  const letGo = (): void => {
    isHolding = false;
    for (const pass of held.splice(0)) pass();
  };
  const proxy = await startProxy(port, () => {
    const nextCommit = watchCommits();
    return {
      sent(data, pass) {
        pass();
        if (nextCommit(data) >= 0 && isHolding) letGo();
      },
      answered(_data, pass) {
        if (isHolding) held.push(pass);
        else pass();
      },
    };
  });
  const hold = (): void => {
    isHolding = true;
  };
  return { ...proxy, hold, letGo };
}

describe("on rows that are known", () => {
  test("a transfer is sent whole before anything of it is answered; on others it waits for its locks", async () => {
    const holder = await startHolder(Number(new URL(database.url).port));
    const db = connect({ url: throughPort(database.url, holder.port), sessions: 1 });
    // The driver asks once what the statement's parameters are.
    for (let n = 0; n < 2; n++) await transfer(db, 1n);
    holder.hold();
    expect(await transfer(db, 1n)).toMatchObject({ balance: "96" });

    const strange = await openWallet(other, 50n);
    holder.hold();
    const answer = db.execute(shop, { ...command(1n), fromWalletId: strange });
    const waited = new Promise((resolve) => setTimeout(resolve, 200, "waited"));
    expect(await Promise.race([answer, waited])).toBe("waited");
    holder.letGo();
    expect(await answer).toMatchObject({ balance: "49" });
    await db.close();
    await holder.close();
  });

  test.each([
    ["the isolation is another", "alter database NAME set default_transaction_isolation = 'repeatable read'"],
    ["the session may not call it", "revoke usage on schema holdfast from holdfast_login"],
  ])("where %s, a transfer begins by itself", async (_, statement) => {
    await sql.unsafe(statement.replace("NAME", new URL(database.url).pathname.slice(1)));
    const fresh = connect({ url: database.url, observe: { transaction: (one) => seen.push(one) } });
    for (let n = 0; n < 4; n++) await transfer(fresh, 1n);
    // Tried once, and then not again for a while.
    expect(results()).toEqual([
      "committed",
      "rolled-back",
      "committed",
      "committed",
      "rolled-back",
      "committed",
    ]);
    expect((await holdings(database.url)).wallet(to)).toMatchObject({ balance: 5n, version: 5n });
    await fresh.close();
  });

  test("batches are decided one behind the other, and each wallet's history has no gap", async () => {
    await transfer(other, 1n);
    await knowing.execute(shop, {
      kind: "wallets.credit",
      idempotencyKey: newKey(),
      walletId: from,
      amount: 400n,
    });
    for (let round = 0; round < 5; round++) await Promise.all(together(80, knowing));
    expect((await holdings(database.url)).wallet(to)).toMatchObject({ balance: 402n, version: 402n });
  });

  test("what Postgres' clock says under the locks is the time of an operation, in the order of the versions", async () => {
    await Promise.all(together(40, knowing));
    const rows = await sql`select operation.created_at from holdfast.entries as entry
      join holdfast.operations as operation on operation.id = entry.operation_id
      where entry.wallet_id = ${to} order by entry.version`;
    const times = rows.map((row) => (row["created_at"] as Date).getTime());
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const [now] = await sql`select extract(epoch from clock_timestamp()) * 1000 as ms`;
    expect(Number(now?.["ms"]) - (times.at(-1) ?? 0)).toBeLessThan(60_000);
  });

  test("a replay is looked up, and not tried in vain", async () => {
    const idempotencyKey = newKey();
    const first = await transfer(knowing, 1n, idempotencyKey);
    expect(await transfer(knowing, 1n, idempotencyKey)).toEqual({ ...first, replayed: true });
    expect(results()).toEqual(["committed", "committed"]);
  });

  test("row-level security refuses a user what is somebody else's, though decide forgot to ask", async () => {
    const blind = holdfastFeatures.map(
      (feature): Feature => ({
        ...feature,
        decide: (all, command, context) =>
          feature.decide(all, command, { ...context, principal: { ...context.principal, role: "admin" } }),
      }),
    );
    const db = connect({ url: database.url, features: blind, onError: () => {} });
    await transfer(db, 1n);
    expect(await transfer(db, 1n, newKey(), ada)).toMatchObject({ balance: "97" });
    expect(await settle(transfer(db, 1n, newKey(), bob))).toMatchObject({ code: "NOT_FOUND" });
    // Aboard with a service, too, when what is remembered is trusted again.
    for (let again = 0; again < 9; again++) await transfer(db, 1n);
    const [, refused] = await Promise.all([transfer(db, 1n), settle(transfer(db, 1n, newKey(), bob))]);
    expect(refused).toMatchObject({ code: "NOT_FOUND" });
    expect(await transfer(knowing, 1n)).toMatchObject({ balance: "86" });
    await db.close();
  });

  test("a feature that follows what is changed, and is not looked for, is refused from the start", () => {
    const follows = { wanted: "true", follow: () => {} };
    const stranger = {
      ...(holdfastFeatures[0] as Feature),
      name: "stranger",
      inputs: {},
      errors: {},
      follows,
    };
    expect(() => connect({ url: database.url, features: [...holdfastFeatures, stranger] })).toThrow(
      `doesn't look for the followers of "stranger"`,
    );
  });

  test("wallets that are only looked at, batch behind batch, are found where the batch before left them", async () => {
    const [poor, anybody] = [await openWallet(knowing, 5n), await openWallet(knowing, 5n)];
    const refused = () => knowing.execute(shop, { ...command(6n), fromWalletId: poor, toWalletId: anybody });
    await knowing.execute(shop, { ...command(1n), fromWalletId: poor, toWalletId: anybody });
    seen.length = 0;
    for (let round = 0; round < 3; round++) {
      const calls = Array.from({ length: 20 }, () => [settle(refused()), settle(transfer(knowing, 1n))]);
      await Promise.all(calls.flat());
    }
    expect(new Set(results())).toEqual(new Set(["committed"]));
    expect(seen.length).toBeGreaterThan(3);
  });

  test("a refusal is verified like a success, and moves nothing", async () => {
    const told = await settle(transfer(knowing, 500n));
    expect(told).toMatchObject({ code: "INSUFFICIENT_FUNDS", details: { available: "99" } });
    expect(results()).toEqual(["committed"]);
    expect((await holdings(database.url)).wallet(from)).toMatchObject({ balance: 99n, version: 2n });
  });
});

describe("what another server did meanwhile counts", () => {
  test("a transfer: the call is decided again on the rows as they are", async () => {
    await transfer(other, 50n);
    expect(await transfer(knowing, 1n)).toMatchObject({ balance: "48", replayed: false });
    expect(results()).toEqual(["rolled-back", "committed"]);
  });

  test("a credit: nobody is refused for what is long there", async () => {
    await other.execute(shop, {
      kind: "wallets.credit",
      idempotencyKey: newKey(),
      walletId: from,
      amount: 900n,
    });
    expect(await settle(transfer(knowing, 500n))).toMatchObject({ ok: true });
  });

  test("a debit: nobody spends what is gone", async () => {
    await transfer(other, 99n);
    expect(await settle(transfer(knowing, 50n))).toMatchObject({ code: "INSUFFICIENT_FUNDS" });
  });

  test("a credit and a debit of as much: the balance is the same, and the versions are theirs", async () => {
    const both = ["wallets.credit", "wallets.debit"] as const;
    for (const kind of both)
      await other.execute(shop, { kind, idempotencyKey: newKey(), walletId: from, amount: 7n });
    expect(await transfer(knowing, 1n)).toMatchObject({ balance: "98", version: "5" });
  });

  test.each([
    ["goes to the place that it remembers, and finds nobody there", 0.99, ["rolled-back", "committed"]],
    ["looks the place up, and finds it", 0, ["committed"]],
  ])("a row that was written again as it was is somewhere else: who %s", async (_, drawn, expected) => {
    await transfer(knowing, 1n);
    seen.length = 0;
    await sql`update holdfast.wallets set version = version where id = ${from}`;
    vi.spyOn(Math, "random").mockReturnValue(drawn);
    expect(await transfer(knowing, 1n)).toMatchObject({ balance: "97" });
    expect(results()).toEqual(expected);
  });

  test("a hold, and the time at which it ends", async () => {
    const hold = { walletId: from, amount: 90n, expiresInSeconds: 1 };
    await other.execute(shop, { kind: "wallets.hold", idempotencyKey: newKey(), ...hold });
    expect(await settle(transfer(knowing, 50n))).toMatchObject({ code: "INSUFFICIENT_FUNDS" });
    await expect.poll(() => settle(transfer(knowing, 50n)), { timeout: 5_000 }).toMatchObject({ ok: true });
  });

  test("the same key: its one outcome is replayed", async () => {
    const idempotencyKey = newKey();
    const first = await transfer(other, 10n, idempotencyKey);
    // So that the wallets are known as they are, and the key alone tells.
    await transfer(knowing, 1n);
    await transfer(knowing, 1n);
    expect(await transfer(knowing, 10n, idempotencyKey)).toEqual({ ...first, replayed: true });
    expect((await holdings(database.url)).wallet(to).balance).toBe(13n);
  });

  test("a key that is used again for something else", async () => {
    const idempotencyKey = newKey();
    await transfer(knowing, 1n, idempotencyKey);
    expect(await settle(transfer(knowing, 2n, idempotencyKey))).toMatchObject({
      code: "IDEMPOTENCY_KEY_REUSED",
    });
  });

  test("a webhook that was created: it learns of the very next change", async () => {
    const create = { idempotencyKey: newKey(), url: "https://example.com/hooks", topics: ["wallet"] };
    await other.execute(root, { kind: "webhooks.create", ...create });
    await transfer(knowing, 1n);
    const rows = await sql`select topic_id from holdfast.webhook_topics where topic_id in ${sql([from, to])}`;
    expect(rows).toHaveLength(2);
  });

  test.each([
    ["another balance", "credit_balance = credit_balance - 30"],
    ["credit set aside", "held = 30"],
  ])("a backup of the same versions that has %s", async (_, change) => {
    tampered = true;
    await sql.unsafe(`update holdfast.wallets set ${change} where id = '${from}'`);
    expect(await settle(transfer(knowing, 80n))).toMatchObject({ details: { available: "69" } });
    expect(results()).toEqual(["rolled-back", "committed"]);
  });

  test("somebody's own transaction, whether it commits or not", async () => {
    for (const fails of [false, true]) {
      const joined = other.withTransaction({ tenantId: 1 }, async (tx) => {
        await execute(tx, shop, [command(5n)], { registry: other.registry });
        if (fails) throw new Error("the caller's own work failed");
      });
      await joined.catch(() => {});
      await transfer(knowing, 1n);
    }
    expect((await holdings(database.url)).wallet(to).balance).toBe(8n);
  });
});

describe("calls on rows that are known and calls on others", () => {
  let strange: readonly string[];
  beforeEach(async () => {
    await knowing.execute(shop, {
      kind: "wallets.credit",
      idempotencyKey: newKey(),
      walletId: from,
      amount: 400n,
    });
    strange = await Promise.all(Array.from({ length: 5 }, () => openWallet(other, 0n)));
    seen.length = 0;
  });
  const credits = () =>
    strange.map((walletId) =>
      knowing.execute(shop, { kind: "wallets.credit", idempotencyKey: newKey(), walletId, amount: 1n }),
    );
  const sizes = () => seen.map(({ calls }) => calls);

  test("don't go together when there are many of the first, and the others are next", async () => {
    await Promise.all([...together(40, knowing), ...credits()]);
    expect(sizes()).toEqual([20, 20, 5]);
    expect(results()).toEqual(["committed", "committed", "committed"]);
  });

  test("go together when it is the others' turn", async () => {
    await Promise.all([...credits(), ...together(40, knowing)]);
    expect(sizes()).toEqual([45]);
  });

  test("go together when there are few of the first", async () => {
    await Promise.all([...together(10, knowing), ...credits()]);
    expect(sizes()).toEqual([15]);
  });
});

test("two servers on one pair of wallets, each as busy as the other: every call counts once", async () => {
  await knowing.execute(shop, {
    kind: "wallets.credit",
    idempotencyKey: newKey(),
    walletId: from,
    amount: 9_000n,
  });
  const each = async (db: Db) => {
    for (let turn = 0; turn < 25; turn++) await Promise.all(together(40, db));
  };
  await Promise.all([each(knowing), each(other)]);
  expect((await holdings(database.url)).wallet(to)).toMatchObject({ balance: 2_001n, version: 2_001n });
  // Most of what is tried is not in vain, for what is often in vain is seldom tried.
  const inVain = seen.filter(({ result }) => result === "rolled-back").length;
  expect(inVain).toBeLessThan(seen.length / 3);
});
