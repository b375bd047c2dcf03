import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, type Db } from "../connect.ts";
import { HoldfastError } from "../errors.ts";
import {
  createTestDatabase,
  type FaultyProxy,
  startFaultyProxy,
  type TestDatabase,
  throughPort,
} from "../testing/index.ts";
import { verify } from "../verify.ts";
import { getWallet } from "../wallets/queries.ts";

const service = { tenantId: 1, subject: "studio", role: "service" } as const;
let database: TestDatabase;
let proxy: FaultyProxy;
let db: Db;
let walletId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startFaultyProxy(Number(new URL(database.url).port));
  db = connect({ url: throughPort(database.url, proxy.port), sessions: 2 });
  const open = { kind: "wallets.open", idempotencyKey: "open", currency: "sat", ownerId: "ada" } as const;
  ({ walletId } = await db.execute(service, open));
});
afterAll(async () => {
  await db.close();
  await proxy.close();
  await database.close();
});

const credit = (idempotencyKey: string, deadlineMs?: number) =>
  db.execute(
    service,
    { kind: "wallets.credit", idempotencyKey, walletId, amount: 10n },
    deadlineMs === undefined ? {} : { deadlineMs },
  );
const balance = async (): Promise<string> => (await getWallet(db, service, { walletId })).balance;

test.each(["before", "after"] as const)(
  "a connection that is cut %s COMMIT: one effect, one answer",
  async (when) => {
    const before = BigInt(await balance());
    const touched = proxy.touched;
    proxy.cutCommits(when, 1);
    const answer = await credit(`cut-${when}`);
    expect(proxy.touched).toBeGreaterThan(touched);
    expect(answer.balance).toBe(`${before + 10n}`);
    expect(await credit(`cut-${when}`)).toEqual({ ...answer, replayed: true });
    expect(await balance()).toBe(`${before + 10n}`);
  },
);

test("a caller who times out in a black hole, and asks again with the key, gets the one true outcome", async () => {
  for (let round = 0; round < 10; round++) {
    const before = BigInt(await balance());
    // The hole opens at another moment each round: while BEGIN, the locks, the writes or COMMIT are on their way.
    const first = credit(`hole-${round}`, 250).catch((error: unknown) => error);
    for (let turn = 0; turn < round; turn++) await new Promise((resolve) => setImmediate(resolve));
    proxy.blackHole(true);
    const told = await first;
    proxy.blackHole(false);
    if (told instanceof HoldfastError) expect(told.code).toBe("TIMEOUT");
    const again = await credit(`hole-${round}`);
    expect(again.balance).toBe(`${before + 10n}`);
    expect(await credit(`hole-${round}`)).toEqual({ ...again, replayed: true });
    expect(await balance()).toBe(`${before + 10n}`);
  }
  expect(await verify({ url: database.url })).toEqual([]);
});
