import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, type Db } from "./connect.ts";
import { isSqlstate, SessionLost } from "./postgres-error.ts";
import { TransactionEnded } from "./running-transaction.ts";
import { textOf } from "./statements.ts";
import {
  createTestDatabase,
  type FaultyProxy,
  startFaultyProxy,
  type TestDatabase,
  throughPort,
} from "./testing/index.ts";
import { createMarks, INSERT_MARK, type Marks } from "./testing/marks.ts";
import { DeadlinePassed, OutcomeUnknown, type Tx } from "./transaction.ts";

let database: TestDatabase;
let marks: Marks;
let db: Db;
const once = { tenantId: 1, retries: 0 };

beforeAll(async () => {
  database = await createTestDatabase();
  marks = await createMarks(database.url);
  db = connect({ url: database.url });
});
afterAll(async () => {
  await db.close();
  await marks.close();
  await database.close();
});

async function pidOf(tx: Tx): Promise<string> {
  const [row] = await tx.run("select pg_backend_pid()::text as pid");
  return row === undefined ? "" : textOf(row, "pid");
}

describe("a transaction whose backend dies", () => {
  test("while its work waits for something else: the next statement does not run anywhere", async () => {
    for (let round = 0; round < 10; round++) {
      const failure = await db
        .withTransaction(once, async (tx) => {
          await tx.run(INSERT_MARK, [`before-${round}`]);
          await marks.kill(await pidOf(tx));
          await tx.run(INSERT_MARK, [`stray-${round}`]);
        })
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(SessionLost);
    }
    expect([...(await marks.all())].filter((name) => /^(before|stray)-/.test(name))).toEqual([]);
  });

  test("does not disturb the transactions that come after it", async () => {
    const one = connect({ url: database.url, sessions: 1 });
    for (let round = 0; round < 10; round++) {
      let zombie: Promise<unknown> = Promise.resolve();
      let proceed = (): void => {};
      const later = new Promise<void>((resolve) => {
        proceed = resolve;
      });
      await one
        .withTransaction(once, async (tx) => {
          await marks.kill(await pidOf(tx));
          // Kept beyond its transaction, as a promise that nobody awaited would be.
          zombie = later
            .then(() => tx.run(INSERT_MARK, [`zombie-${round}`]))
            .catch((error: unknown) => error);
          await tx.run("select 1 as one");
        })
        .catch(() => {});
      await one.withTransaction(once, async (tx) => {
        await tx.run(INSERT_MARK, [`after-${round}`]);
        proceed();
        expect(await zombie).toBeInstanceOf(TransactionEnded);
      });
    }
    await one.close();
    const names = await marks.all();
    expect([...names].filter((name) => name.startsWith("after-"))).toHaveLength(10);
    expect([...names].filter((name) => name.startsWith("zombie-"))).toEqual([]);
  });

  test("in the middle of a statement: rejects, and nothing is thrown past it", async () => {
    for (let round = 0; round < 20; round++) {
      const failure = await db
        .withTransaction(once, async (tx) => {
          const pid = await pidOf(tx);
          const sleeping = tx.run("select pg_sleep(20)::text as slept");
          await marks.kill(pid);
          await sleeping;
        })
        .catch((error: unknown) => error);
      expect(isSqlstate(failure, "57P01") || failure instanceof SessionLost).toBe(true);
    }
  });

  test("is run again when that is allowed, and takes effect once", async () => {
    let runs = 0;
    await db.withTransaction({ tenantId: 1 }, async (tx) => {
      runs++;
      await tx.run(INSERT_MARK, ["retried"]);
      if (runs < 3) await marks.kill(await pidOf(tx));
      await tx.run("select 1 as one");
    });
    expect(runs).toBe(3);
    expect((await marks.all()).has("retried")).toBe(true);
  });
});

test("a stray statement on a fresh session is refused by Postgres itself", async () => {
  const sql = postgres(database.url, { max: 1, connection: { role: "holdfast_login" } });
  for (const statement of [
    "insert into public.marks (name) values ('stray')",
    "select * from holdfast.wallets",
    "insert into holdfast.tenants (tenant_id, name) values (9, 'nine')",
  ]) {
    expect(isSqlstate(await sql.unsafe(statement).catch((error: unknown) => error), "42501")).toBe(true);
  }
  await sql.end();
});

describe("a transaction on a broken connection", () => {
  let proxy: FaultyProxy;
  let far: Db;
  beforeAll(async () => {
    proxy = await startFaultyProxy(Number(new URL(database.url).port));
    far = connect({ url: throughPort(database.url, proxy.port), sessions: 2 });
  });
  afterAll(async () => {
    await far.close();
    await proxy.close();
  });

  test("is given up at its deadline when nothing comes back, and the next one works", async () => {
    await far.withTransaction(once, (tx) => tx.run(INSERT_MARK, ["near"]));
    const touchedBefore = proxy.touched;
    proxy.blackHole(true);
    const started = Date.now();
    const failure = await far
      .withTransaction({ ...once, deadline: started + 300 }, (tx) => tx.run(INSERT_MARK, ["lost"]))
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DeadlinePassed);
    // Without a deadline of our own it would be minutes; how exactly it is kept, the torture run measures.
    expect(Date.now() - started).toBeLessThan(2_000);
    expect(proxy.touched).toBeGreaterThan(touchedBefore);
    proxy.blackHole(false);
    await far.withTransaction(once, (tx) => tx.run(INSERT_MARK, ["healed"]));
    const names = await marks.all();
    expect([names.has("near"), names.has("lost"), names.has("healed")]).toEqual([true, false, true]);
  });

  test("is not unknown when COMMIT never left, and unknown when its answer was lost", async () => {
    for (const [when, name, there] of [
      ["before", "cut-before", false],
      ["after", "cut-after", true],
    ] as const) {
      const touchedBefore = proxy.touched;
      proxy.cutCommits(when, 1);
      const failure = await far
        .withTransaction(once, (tx) => tx.run(INSERT_MARK, [name]))
        .catch((error: unknown) => error);
      // We can't tell the two apart: both are told as unknown, and a look at the rows tells which it was.
      expect(failure).toBeInstanceOf(OutcomeUnknown);
      expect(proxy.touched).toBeGreaterThan(touchedBefore);
      expect((await marks.all()).has(name)).toBe(there);
    }
  });

  test("closing the pool settles although a session was cut", async () => {
    const cut = connect({ url: throughPort(database.url, proxy.port), sessions: 2 });
    await cut.withTransaction(once, (tx) => tx.run("select 1 as one"));
    await marks.killSessions("all");
    await cut.close();
  });
});

describe("the handle", () => {
  test("is dead after the end", async () => {
    let kept: Tx | undefined;
    await db.withTransaction({ tenantId: 1 }, async (tx) => {
      kept = tx;
      await tx.run("select 1 as one");
    });
    await expect(kept?.run(INSERT_MARK, ["late"])).rejects.toBeInstanceOf(TransactionEnded);
  });

  test("refuses to nest, in either way", async () => {
    const nested = db.withTransaction(once, () =>
      db.withTransaction(once, (tx) => tx.run("select 1 as one")),
    );
    await expect(nested).rejects.toThrow(/can't be called inside one/);
    const caller = { tenantId: 1, subject: "ada", role: "user" } as const;
    const executed = db.withTransaction(once, () =>
      db.execute(caller, { kind: "wallets.open", idempotencyKey: "nested", currency: "sat" }),
    );
    await expect(executed).rejects.toThrow(/can't be called inside one/);
  });

  test("commits what was not awaited, and fails when that fails", async () => {
    await db.withTransaction(once, async (tx) => {
      void tx.run(INSERT_MARK, ["not-awaited"]);
    });
    expect((await marks.all()).has("not-awaited")).toBe(true);
    const failure = await db
      .withTransaction(once, async (tx) => {
        void tx.run(INSERT_MARK, ["swallowed"]);
        void tx.run(INSERT_MARK, ["not-awaited"]);
      })
      .catch((error: unknown) => error);
    expect(isSqlstate(failure, "23505")).toBe(true);
    expect((await marks.all()).has("swallowed")).toBe(false);
  });

  test("does not report success when a caught failure has aborted the transaction", async () => {
    const failure = await db
      .withTransaction(once, async (tx) => {
        await tx.run(INSERT_MARK, ["caught"]);
        await tx.run(INSERT_MARK, ["caught"]).catch(() => {});
      })
      .catch((error: unknown) => error);
    expect(isSqlstate(failure, "23505")).toBe(true);
    expect((await marks.all()).has("caught")).toBe(false);
  });

  test("runs hooks after COMMIT only", async () => {
    const heard: string[] = [];
    await db.withTransaction(once, async (tx) => {
      tx.afterCommit(() => heard.push("committed"));
      tx.afterCommit(() => {
        throw new Error("a hook that fails");
      });
      await tx.run("select 1 as one");
    });
    const aborted = db.withTransaction(once, async (tx) => {
      tx.afterCommit(() => heard.push("aborted"));
      throw new Error("no");
    });
    await expect(aborted).rejects.toThrow("no");
    expect(heard).toEqual(["committed"]);
  });

  test("lends Drizzle, which sees the transaction's own rows and ends with it", async () => {
    let kept: Tx["drizzle"] | undefined;
    await db.withTransaction(once, async (tx) => {
      await tx.run(INSERT_MARK, ["drizzle"]);
      kept = tx.drizzle;
      const rows = await tx.drizzle.execute("select name from public.marks where name = 'drizzle'");
      expect(rows).toHaveLength(1);
    });
    await expect((async () => kept?.execute("select 1"))()).rejects.toThrow();
  });
});
