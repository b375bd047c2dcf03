import { drizzle as drizzleOnPg } from "drizzle-orm/node-postgres";
import { drizzle } from "drizzle-orm/postgres-js";
import pg from "pg";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import {
  type Command,
  connect,
  type Db,
  execute,
  type Feature,
  holdfastFeatures,
  type Joinable,
} from "./index.ts";
import { withBlocker } from "./testing/blocker.ts";
import { ada, bob, holdings, newKey, openWallet, settle } from "./testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "./testing/index.ts";
import { verify } from "./verify.ts";

/** A transaction that is open: for `execute`, and for statements of one's own. */
interface Open {
  readonly tx: Joinable;
  query(text: string): Promise<Record<string, unknown>[]>;
}
/** One way in which callers open transactions of their own. */
interface Way {
  readonly name: string;
  transact<T>(work: (open: Open) => Promise<T>): Promise<T>;
}

let database: TestDatabase;
let sql: postgres.Sql;
let drizzled: ReturnType<typeof drizzle>;
let drizzleClient: postgres.Sql;
let pool: pg.Pool;
let db: Db;

const ways: Way[] = [
  {
    name: "drizzle-orm/postgres-js",
    transact: (work) =>
      drizzled.transaction((tx) =>
        work({ tx, query: async (text) => [...(await tx.execute(text))] as Record<string, unknown>[] }),
      ),
  },
  {
    name: "postgres.js",
    transact: async (work) => {
      const outcome = await sql.begin(async (tx) => ({
        value: await work({ tx, query: async (text) => [...(await tx.unsafe(text))] }),
      }));
      return outcome.value as never;
    },
  },
  {
    name: "drizzle-orm/node-postgres",
    transact: (work) =>
      drizzleOnPg({ client: pool }).transaction((tx) =>
        work({ tx, query: async (text) => ((await tx.execute(text)) as pg.QueryResult).rows }),
      ),
  },
  {
    name: "withTransaction",
    transact: (work) =>
      db.withTransaction({ tenantId: 1 }, (tx) => {
        return work({ tx, query: async (text) => [...(await tx.run(text))] });
      }),
  },
];

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 6 });
  drizzleClient = postgres(database.url, { max: 6 });
  drizzled = drizzle({ client: drizzleClient });
  pool = new pg.Pool({ connectionString: database.url, max: 6 });
  db = connect({ url: database.url, sessions: 6 });
  await sql.unsafe(`create table public.orders (id text primary key, state text not null default 'paid');
    grant select, insert on public.orders to holdfast_app`);
});
afterAll(async () => {
  expect(await verify({ url: database.url })).toEqual([]);
  await db.close();
  await sql.end();
  await drizzleClient.end();
  await endOf(pool);
  await database.close();
});

/** `pool.end()` settles before its connections are closed; dropping the database would then end them with an error. */
async function endOf(pool: pg.Pool): Promise<void> {
  let open = pool.totalCount;
  const closed = new Promise<void>((resolve) => {
    if (open === 0) resolve();
    pool.on("remove", () => --open === 0 && resolve());
  });
  await pool.end();
  await closed;
}

function debit(walletId: string, amount: bigint, idempotencyKey = newKey()) {
  return { kind: "wallets.debit", idempotencyKey, walletId, amount } as const;
}
async function ordersLike(prefix: string): Promise<string[]> {
  const rows = await sql`select id from public.orders where id like ${`${prefix}%`}`;
  return rows.map((row) => String(row["id"])).sort();
}
const range = (length: number) => Array.from({ length }, (_, at) => at);

describe.each(ways)("in a transaction of $name", ({ transact }) => {
  test("an order and its debit commit together", async () => {
    const walletId = await openWallet(db, 100n);
    const order = newKey("order");
    const [paid] = await transact(async ({ tx, query }) => {
      await query(`insert into public.orders (id) values ('${order}')`);
      return execute(tx, ada, [debit(walletId, 30n)]);
    });
    expect(paid).toMatchObject({ ok: true, data: { walletId, balance: "70" }, replayed: false });
    expect(await ordersLike(order)).toEqual([order]);
    expect((await holdings(database.url)).amounts(walletId)).toEqual([100n, -30n]);
  });

  test("they roll back together, and the key is free again", async () => {
    const walletId = await openWallet(db, 100n);
    const order = newKey("order");
    const payment = debit(walletId, 30n);
    for (const spoil of [`insert into public.orders (id) values ('${order}')`, undefined]) {
      const failed = transact(async ({ tx, query }) => {
        await query(`insert into public.orders (id) values ('${order}')`);
        expect(await execute(tx, ada, [payment])).toMatchObject([{ ok: true }]);
        if (spoil === undefined) throw new Error("changed my mind");
        await query(spoil);
      });
      await expect(failed).rejects.toThrow();
      expect(await ordersLike(order)).toEqual([]);
      const after = await holdings(database.url);
      expect(after.amounts(walletId)).toEqual([100n]);
      expect(after.kindsUnder(payment.idempotencyKey)).toEqual([]);
    }
    expect(await db.execute(ada, payment)).toMatchObject({ balance: "70", replayed: false });
  });

  test("role, tenant and caller are given back as they were", async () => {
    const walletId = await openWallet(db, 100n);
    const who = `select current_user::text, session_user::text, current_setting('role') as role,
      coalesce(current_setting('holdfast.tenant', true), '') as tenant,
      coalesce(current_setting('holdfast.caller', true), '') as caller`;
    await transact(async ({ tx, query }) => {
      const before = await query(who);
      await execute(tx, ada, [debit(walletId, 1n), debit(walletId, 1_000n)]);
      expect(await query(who)).toEqual(before);
      await execute(tx, ada, []);
      expect(await query(who)).toEqual(before);
    });
  });

  test("a refusal is an answer: whoever opened the transaction decides what it means", async () => {
    const walletId = await openWallet(db, 10n);
    const order = newKey("order");
    const payment = debit(walletId, 30n);
    const [refused] = await transact(async ({ tx, query }) => {
      const joined = await execute(tx, ada, [payment]);
      await query(`insert into public.orders (id, state) values ('${order}', 'unpaid')`);
      return joined;
    });
    expect(refused).toMatchObject({ ok: false, error: { code: "INSUFFICIENT_FUNDS", replayed: false } });
    expect(await ordersLike(order)).toEqual([order]);
    expect(await settle(db.execute(ada, payment))).toMatchObject({
      code: "INSUFFICIENT_FUNDS",
      replayed: true,
    });
  });

  test("a later transaction replays, and so does a coalesced call; another caller learns nothing", async () => {
    const walletId = await openWallet(db, 100n);
    const payment = debit(walletId, 30n);
    const pay = (by = ada) => transact(({ tx }) => execute(tx, by, [payment]));
    const [first] = await pay();
    expect(first).toMatchObject({ ok: true, replayed: false });
    expect(await pay()).toEqual([{ ...first, replayed: true }]);
    expect(await db.execute(ada, payment)).toMatchObject({ balance: "70", replayed: true });
    expect(await pay(bob)).toMatchObject([
      { ok: false, error: { code: "IDEMPOTENCY_KEY_REUSED", details: { fields: ["idempotencyKey"] } } },
    ]);
    expect((await holdings(database.url)).amounts(walletId)).toEqual([100n, -30n]);
  });

  test("several commands, in one call and in several, see one another", async () => {
    const walletId = await openWallet(db, 100n);
    const answers = await transact(async ({ tx }) => [
      ...(await execute(tx, ada, [debit(walletId, 30n), debit(walletId, 80n), debit(walletId, 30n)])),
      ...(await execute(tx, ada, [debit(walletId, 41n), debit(walletId, 40n)])),
    ]);
    expect(answers.map((one) => (one.ok ? "ok" : one.error.code))).toEqual([
      ...["ok", "INSUFFICIENT_FUNDS", "ok", "INSUFFICIENT_FUNDS", "ok"],
    ]);
    expect((await holdings(database.url)).amounts(walletId)).toEqual([100n, -30n, -30n, -40n]);
  });

  test("bad input is thrown before anything is sent, and the transaction can go on", async () => {
    const order = newKey("order");
    await transact(async ({ tx, query }) => {
      const bad = execute(tx, ada, [debit("no uuid", 1n)]);
      await expect(bad).rejects.toMatchObject({ code: "BAD_REQUEST" });
      await query(`insert into public.orders (id) values ('${order}')`);
    });
    expect(await ordersLike(order)).toEqual([order]);
  });

  test("joined and coalesced debits race and never overdraw", async () => {
    const walletId = await openWallet(db, 100n);
    const prefix = newKey("race");
    const joined = range(15).map((at) =>
      transact(async ({ tx, query }) => {
        const [paid] = await execute(tx, ada, [debit(walletId, 10n)]);
        if (paid?.ok !== true) throw paid?.error ?? new Error("no answer");
        await query(`insert into public.orders (id) values ('${prefix}-${at}')`);
      }),
    );
    const coalesced = range(15).map(() => db.execute(ada, debit(walletId, 10n)));
    const [ours, theirs] = await Promise.all([
      Promise.all(joined.map(settle)),
      Promise.all(coalesced.map((call) => settle<unknown>(call))),
    ]);
    const passed = [...ours, ...theirs].filter(({ ok }) => ok);
    expect(passed).toHaveLength(10);
    expect([...ours, ...theirs].every((one) => one.ok || one.code === "INSUFFICIENT_FUNDS")).toBe(true);
    expect(await ordersLike(prefix)).toHaveLength(ours.filter(({ ok }) => ok).length);
    const after = await holdings(database.url);
    expect(after.wallet(walletId)).toEqual({ balance: 0n, held: 0n, version: 11n });
  });
});

describe("whoever joins", () => {
  test("in a role that they took on get that role back", async () => {
    const walletId = await openWallet(db, 100n);
    await sql.unsafe(
      "create role clerk; grant holdfast_app to clerk; grant insert on public.orders to clerk",
    );
    await sql.begin(async (tx) => {
      await tx.unsafe("set local role holdfast_owner");
      await execute(tx, ada, [debit(walletId, 1n)]);
      expect(await tx`select current_user::text as name`).toEqual([{ name: "holdfast_owner" }]);
    });
  });

  test("get role and tenant back also when a feature's decision throws", async () => {
    const thrower: Feature = {
      name: "thrower",
      inputs: { "thrower.throw": z.strictObject({ idempotencyKey: z.string() }) },
      needs: () => [],
      lock: () => Promise.resolve({ rows: {}, stuck: new Set(), absent: false }),
      decide: (_all, _command: Command) => {
        throw new Error("no decision");
      },
      apply: () => {},
      write: () => {},
    };
    const { registry, ...own } = connect({ url: database.url, features: [...holdfastFeatures, thrower] });
    await own.close();
    await sql.begin(async (tx) => {
      const [before] = await tx`select current_user::text as name`;
      const thrown = execute(tx, ada, [{ kind: "thrower.throw", idempotencyKey: newKey() }], { registry });
      await expect(thrown).rejects.toThrow();
      expect(await tx`select current_user::text as name`).toEqual([before]);
    });
  });

  test("in a savepoint can take it back and go on", async () => {
    const walletId = await openWallet(db, 100n);
    const payment = debit(walletId, 30n);
    await sql.begin(async (tx) => {
      const undone = tx.savepoint(async (inner) => {
        await execute(inner, ada, [payment]);
        throw new Error("changed my mind");
      });
      await expect(undone).rejects.toThrow("changed my mind");
      expect(await execute(tx, ada, [payment])).toMatchObject([{ ok: true, replayed: false }]);
    });
    expect((await holdings(database.url)).amounts(walletId)).toEqual([100n, -30n]);
  });

  test("may not use a transaction of another tenant", async () => {
    const crossing = db.withTransaction({ tenantId: 2 }, (tx) => {
      return execute(tx, ada, [{ kind: "wallets.open", idempotencyKey: newKey(), currency: "sat" }]);
    });
    await expect(crossing).rejects.toThrow(/another tenant/);
  });

  test("and deadlock over two calls are told TRANSACTION_CONFLICT, and may run it all again", async () => {
    const [a, b] = await Promise.all([openWallet(db, 100n), openWallet(db, 100n)]);
    const [first, second] = [debit(a, 1n), debit(b, 1n)];
    const pay = () =>
      sql.begin(async (tx) => [...(await execute(tx, ada, [first])), ...(await execute(tx, ada, [second]))]);
    const codes = await withBlocker(database.url, async (blocker) => {
      await execute(blocker.sql, ada, [debit(b, 5n)]);
      // Holds a, waits for b; the blocker, which holds b, then asks for a.
      const meeting = settle(pay());
      await blocker.untilWaiting(1);
      const other = await settle(execute(blocker.sql, ada, [debit(a, 5n)]));
      await blocker.release(other.ok ? "commit" : "rollback");
      return [await meeting, other].map((one) => (one.ok ? "ok" : one.code));
    });
    expect(codes.toSorted()).toEqual(["TRANSACTION_CONFLICT", "ok"]);
    expect(await pay()).toMatchObject([{ ok: true }, { ok: true }]);
    const after = await holdings(database.url);
    expect(after.amounts(a).filter((amount) => amount === -1n)).toHaveLength(1);
    expect(after.amounts(b).filter((amount) => amount === -1n)).toHaveLength(1);
  });
});
