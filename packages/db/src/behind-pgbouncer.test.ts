import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type Db, type Principal, type TransactionSeen } from "./index.ts";
import { holdings, newKey, openWallet } from "./testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "./testing/index.ts";
import {
  HOW_TO_INSTALL_PGBOUNCER,
  type OwnPgbouncer,
  pgbouncerIsInstalled,
  startPgbouncer,
} from "./testing/pgbouncer.ts";
import { verify } from "./verify.ts";

test("says whether PgBouncer was tried", () => {
  if (pgbouncerIsInstalled()) return;
  process.stderr.write(
    `\nNothing was tried behind PgBouncer: there is none. ${HOW_TO_INSTALL_PGBOUNCER}\n\n`,
  );
  expect(process.env["CI"], `CI must have it. ${HOW_TO_INSTALL_PGBOUNCER}`).toBeUndefined();
});

describe.skipIf(!pgbouncerIsInstalled())("behind PgBouncer in transaction mode", () => {
  /** Fewer connections than there are sessions, so that they are lent on after every COMMIT. */
  const CONNECTIONS = 2;
  const tenants = [1, 2, 3].map((tenantId): Principal => ({ tenantId, subject: "shop", role: "service" }));
  const CALLERS = 200;
  const ROUNDS = 5;
  let database: TestDatabase;
  let pgbouncer: OwnPgbouncer;
  let replicas: Db[];
  const seen: { beganMs: number; endedMs: number; replica: number }[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    pgbouncer = await startPgbouncer(database.url, CONNECTIONS);
    replicas = [0, 1].map((replica) => {
      const transaction = ({ totalMs }: TransactionSeen) => {
        const endedMs = performance.now();
        seen.push({ beganMs: endedMs - totalMs, endedMs, replica });
      };
      // Debian's PgBouncer is older than 1.21.
      return connect({ url: pgbouncer.url, prepare: false, observe: { transaction } });
    });
  });
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.close()));
    await pgbouncer.close();
    await database.close();
  });

  test("two replicas and three tenants on two connections: each call once, each answer its own", async () => {
    const [first] = replicas as [Db, Db];
    const wallets = await Promise.all(tenants.map((tenant) => openWallet(first, 0n, { by: tenant })));
    const callers = Array.from({ length: CALLERS }, async (_, caller) => {
      const replica = replicas[caller % 2] as Db;
      const tenant = caller % tenants.length;
      for (let round = 0; round < ROUNDS; round++) {
        const credit = {
          kind: "wallets.credit",
          idempotencyKey: newKey(),
          walletId: wallets[tenant] ?? "",
          amount: 1n,
        } as const;
        const answer = await replica.execute(tenants[tenant] as Principal, credit);
        expect(answer).toMatchObject({ walletId: wallets[tenant], replayed: false });
        expect(await replica.execute(tenants[tenant] as Principal, credit)).toEqual({
          ...answer,
          replayed: true,
        });
      }
    });
    await Promise.all(callers);
    const { wallet } = await holdings(database.url);
    const expected = tenants.map((_, tenant) => {
      const of = callers.filter((__, caller) => caller % tenants.length === tenant).length;
      return BigInt(of * ROUNDS);
    });
    expect(wallets.map((id) => wallet(id).balance)).toEqual(expected);
    expect(await verify({ url: database.url })).toEqual([]);
  });

  test("a COMMIT and the BEGIN that follows it", async () => {
    const [first] = replicas as [Db, Db];
    const [shop] = tenants as [Principal];
    const walletId = await openWallet(first, 0n);
    seen.length = 0;
    const callers = Array.from({ length: 2 * CALLERS }, async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const credit = { kind: "wallets.credit", idempotencyKey: newKey(), walletId, amount: 1n } as const;
        await first.execute(shop, credit);
      }
    });
    await Promise.all(callers);
    expect((await holdings(database.url)).wallet(walletId).balance).toBe(BigInt(2 * CALLERS * ROUNDS));
    // It was tried at all: one had begun before the one before it was answered.
    const inOrder = seen.toSorted((a, b) => a.beganMs - b.beganMs);
    const followed = inOrder.filter(({ beganMs }, at) => at > 0 && beganMs < (inOrder[at - 1]?.endedMs ?? 0));
    expect(followed.length).toBeGreaterThan(0);
    expect(await verify({ url: database.url })).toEqual([]);
  });
});
