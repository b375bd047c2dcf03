import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import {
  type Command,
  connect,
  type Db,
  type Feature,
  holdfastFeatures,
  type Principal,
  type TransactionSeen,
} from "./index.ts";
import { watchCommits } from "./testing/commits.ts";
import { holdings, newKey, openWallet, shop } from "./testing/factories.ts";
import { createTestDatabase, startFaultyProxy, type TestDatabase, throughPort } from "./testing/index.ts";
import { startProxy } from "./testing/proxy.ts";
import { verify } from "./verify.ts";

/** A command that the database refuses, with everything that travels with it. */
const refused: Feature<Command, { asked: boolean }, true> = {
  name: "refused",
  inputs: { "refused.always": z.strictObject({ idempotencyKey: z.string() }) },
  needs: () => [],
  lock: () => Promise.resolve({ rows: { asked: false }, stuck: new Set(), absent: false }),
  decide: () => ({ ok: true, data: {}, changes: { refused: [true] } }),
  apply(rows) {
    rows.asked = true;
  },
  write(tx, _tenantId, { asked }) {
    if (asked) void tx.run("select 1 / 0");
  },
};

/** As many as go in several batches. */
const MANY = 300;
let database: TestDatabase;
let db: Db;
let walletId: string;
const seen: TransactionSeen[] = [];

async function open(port: number, sessions?: number): Promise<void> {
  const url = throughPort(database.url, port);
  const features = [...holdfastFeatures, refused as Feature];
  db = connect({
    url,
    features,
    observe: { transaction: (one) => seen.push(one) },
    ...(sessions && { sessions }),
  });
  // The driver asks what a statement's parameters are when it is new to a session, and sends nothing behind it meanwhile.
  await credit(shop, await openWallet(db, 0n));
  walletId = await openWallet(db, 0n);
  seen.length = 0;
}
const credit = (by: Principal = shop, to = walletId, deadlineMs = 10_000) => {
  const command = { kind: "wallets.credit", idempotencyKey: newKey(), walletId: to, amount: 1n } as const;
  return db.execute(by, command, { deadlineMs });
};
const credits = (count: number) => Array.from({ length: count }, () => credit());
const balance = async () => (await holdings(database.url)).wallet(walletId).balance;
const direct = () => Number(new URL(database.url).port);

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await db.close();
  expect(await verify({ url: database.url })).toEqual([]);
});
afterAll(() => database.close());

/** Keeps what Postgres answers to the next COMMIT, and all that it answers after it, until it is let go. */
async function startKeeper(port: number) {
  const kept: (() => void)[] = [];
  let state: "off" | "armed" | "keeping" = "off";
  let onFollowed = (): void => {};
  const proxy = await startProxy(port, () => {
    const nextCommit = watchCommits();
    return {
      sent(data, pass) {
        pass();
        const commit = nextCommit(data);
        const keeps = state === "armed" && commit >= 0;
        if (keeps) state = "keeping";
        else if (state !== "keeping") return;
        const behind = keeps ? commit + 1 : 0;
        if (data.indexOf("begin isolation", behind) >= 0 || nextCommit(data, behind) >= 0) onFollowed();
      },
      answered(_data, pass) {
        if (state === "keeping") kept.push(pass);
        else pass();
      },
    };
  });
  return {
    ...proxy,
    letGo() {
      state = "off";
      for (const pass of kept.splice(0)) pass();
    },
    get isKeeping() {
      return state === "keeping";
    },
    /** Resolves when another transaction follows the COMMIT that is not answered. */
    arm: () => {
      state = "armed";
      return new Promise<void>((resolve) => {
        onFollowed = resolve;
      });
    },
  };
}

test("many who wait follow a COMMIT before it is answered", async () => {
  const keeper = await startKeeper(direct());
  await open(keeper.port);
  const followed = keeper.arm();
  const answers = Promise.all(credits(MANY));
  await Promise.race([followed, answers]);
  expect(keeper.isKeeping).toBe(true);
  keeper.letGo();
  await answers;
  expect(await balance()).toBe(BigInt(MANY));
  await db.close();
  await keeper.close();
});

test("few wait for the answer, and go together with those who had it", async () => {
  const keeper = await startKeeper(direct());
  await open(keeper.port);
  let isFollowed = false;
  void keeper.arm().then(() => {
    isFollowed = true;
  });
  const first = Promise.all(credits(20));
  while (!keeper.isKeeping) await new Promise((resolve) => setTimeout(resolve, 1));
  const second = credits(10);
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(isFollowed).toBe(false);
  keeper.letGo();
  const third = first.then(() => credits(5));
  await Promise.all([...second, ...(await third)]);
  expect(seen.map(({ calls }) => calls)).toEqual([20, 15]);
  await db.close();
  await keeper.close();
});

test("a batch that the database refuses takes nobody down with it, also not the one behind that was decided on it", async () => {
  await open(direct());
  const trap = db.execute(shop, { kind: "refused.always", idempotencyKey: newKey() }).catch((error) => error);
  await Promise.all(credits(MANY));
  expect(await trap).toMatchObject({ code: "INTERNAL" });
  expect(await balance()).toBe(BigInt(MANY));
  expect(seen.filter(({ result }) => result !== "committed").length).toBeGreaterThan(0);
});

test.each(["before", "after"] as const)(
  "a connection that is cut %s a COMMIT which others follow: each has one effect and one answer",
  async (when) => {
    const proxy = await startFaultyProxy(direct());
    await open(proxy.port);
    proxy.cutCommits(when, 2);
    const answers = await Promise.all(credits(MANY));
    expect(new Set(answers.map(({ balance }) => balance)).size).toBe(MANY);
    expect(await balance()).toBe(BigInt(MANY));
    await db.close();
    await proxy.close();
  },
);

test("whoever waits for the session has it, however many would follow", async () => {
  await open(direct(), 1);
  const other: Principal = { tenantId: 2, subject: "shop", role: "service" };
  const { walletId: theirs } = await db.execute(other, {
    kind: "wallets.open",
    idempotencyKey: newKey(),
    ownerId: "eve",
    currency: "sat",
  });
  let done = false;
  const crowd = Array.from({ length: MANY }, async () => {
    while (!done) await credit();
  });
  await credit();
  await credit(other, theirs, 2_000).finally(() => {
    done = true;
  });
  await Promise.all(crowd);
});
