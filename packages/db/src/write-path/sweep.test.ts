import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { ChangeEvent } from "../changes/watcher.ts";
import { connect, type Db } from "../connect.ts";
import { isSqlstate } from "../postgres-error.ts";
import { withBlocker } from "../testing/blocker.ts";
import { ada, holdings, newKey, openWallet } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { verify } from "../verify.ts";

let database: TestDatabase;
let sql: postgres.Sql;
let db: Db;
let other: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1 });
  [db, other] = [connect({ url: database.url }), connect({ url: database.url })];
});
beforeEach(async () => {
  await db.sweep();
});
afterAll(async () => {
  expect(await verify({ url: database.url })).toEqual([]);
  await Promise.all([db.close(), other.close()]);
  await sql.end();
  await database.close();
});

const range = (length: number) => Array.from({ length }, (_, at) => at);
const elsewhere = { ...ada, tenantId: 2 };

async function place(walletId: string, amount: bigint, expiresInSeconds = 1): Promise<string> {
  const hold = { idempotencyKey: newKey(), walletId, amount, expiresInSeconds };
  return (await db.execute(ada, { kind: "wallets.hold", ...hold })).holdId;
}

/** As many wallets of 100, each with a hold of 60 whose time will soon have come. */
async function walletsWithHolds(count: number): Promise<{ walletIds: string[]; holdIds: string[] }> {
  const walletIds = await Promise.all(range(count).map(() => openWallet(db, 100n)));
  return { walletIds, holdIds: await Promise.all(walletIds.map((id) => place(id, 60n))) };
}

/** Waits on the database's clock until the time of every hold has come that was not meant to last. */
async function untilDue(): Promise<void> {
  await sql`select pg_sleep(greatest(0, extract(epoch from max(expires_at) - clock_timestamp())) + 0.005)
    from holdfast.holds where status = 'open' and expires_at < now() + interval '10 seconds'`;
}

async function expectEachOnce(holdIds: readonly string[]): Promise<void> {
  const after = await holdings(database.url);
  for (const holdId of holdIds) {
    expect(after.holds.get(holdId)?.status).toBe("expired");
    expect(after.kindsUnder(`holdfast:expire:${holdId}`)).toEqual(["wallets.expire"]);
  }
}

test("settles what is overdue and nothing else, in as many batches as it takes", async () => {
  const { walletIds, holdIds } = await walletsWithHolds(230);
  const lasting = await place(walletIds[0] ?? "", 10n, 600);
  const second = await place(walletIds[1] ?? "", 5n);
  await untilDue();
  expect(await db.sweep()).toEqual({ settled: 231 });
  await expectEachOnce([...holdIds, second]);
  const after = await holdings(database.url);
  expect(after.holds.get(lasting)?.status).toBe("open");
  expect(walletIds.map((id) => after.wallet(id).held)).toEqual([10n, ...range(229).map(() => 0n)]);
  const expiries = after.operations.filter(({ kind }) => kind === "wallets.expire");
  expect(new Set(expiries.map(({ caller }) => caller))).toEqual(new Set(["system:holdfast"]));
});

test("tells who watches, at the replica that sweeps and at the other, though nobody touches the wallet", async () => {
  const { walletIds, holdIds } = await walletsWithHolds(1);
  const topic = { kind: "wallet", id: walletIds[0] ?? "", since: 2n } as const;
  const leave = new AbortController();
  const streams = await Promise.all([db, other].map((each) => each.watch(ada, [topic], leave.signal)));
  const firsts = streams.map((stream) => stream.next());
  await untilDue();
  await db.sweep();
  for (const { value } of await Promise.all(firsts)) {
    const data = { held: "0", available: "100", amount: "0", heldChange: "-60" };
    expect(value as ChangeEvent[]).toMatchObject([{ type: "change", version: "3", data }]);
  }
  leave.abort();
  await expectEachOnce(holdIds);
});

test("leaves out a wallet that somebody else has locked, and settles it later", async () => {
  const { walletIds, holdIds } = await walletsWithHolds(3);
  await untilDue();
  await withBlocker(database.url, async (blocker) => {
    await blocker.run("select id from holdfast.wallets where id = $1::uuid for update", [walletIds[1] ?? ""]);
    expect(await db.sweep()).toEqual({ settled: 2 });
    expect(await db.sweep()).toEqual({ settled: 0 });
    expect((await holdings(database.url)).holds.get(holdIds[1] ?? "")?.status).toBe("open");
  });
  expect(await db.sweep()).toEqual({ settled: 1 });
  await expectEachOnce(holdIds);
});

test("several at once, with callers at the same wallets, settle each expiry once", async () => {
  const { walletIds, holdIds } = await walletsWithHolds(150);
  const more = await Promise.all(walletIds.map((id) => place(id, 30n)));
  await untilDue();
  const debits = walletIds.map((walletId, at) =>
    (at % 2 === 0 ? db : other).execute(ada, {
      kind: "wallets.debit",
      idempotencyKey: newKey(),
      walletId,
      amount: 100n,
    }),
  );
  await Promise.all([db.sweep(), other.sweep(), ...debits, db.sweep(), other.sweep()]);
  await expectEachOnce([...holdIds, ...more]);
  const after = await holdings(database.url);
  expect(new Set(walletIds.map((id) => after.wallet(id).balance))).toEqual(new Set([0n]));
});

test("writes nothing and locks nothing when nothing is due", async () => {
  await place(await openWallet(db, 100n), 10n, 600);
  const trace = () => sql`select md5(string_agg(concat(id, ctid, xmin, xmax), ',' order by id)) as wallets,
    (select count(*) from holdfast.operations) as operations from holdfast.wallets`;
  const before = await trace();
  expect(await db.sweep()).toEqual({ settled: 0 });
  expect(await trace()).toEqual(before);
});

test("settles the others of a batch when one wallet can't be written, and says so", async () => {
  const { walletIds, holdIds } = await walletsWithHolds(20);
  await untilDue();
  await sql.unsafe(`create function public.refuse() returns trigger language plpgsql as $$ begin
      if new.wallet_id = '${walletIds[7]}' then raise exception 'refused' using errcode = 'HF999'; end if; return new; end $$;
    create trigger refuse before insert on holdfast.entries for each row execute function public.refuse()`);
  const failure = await db.sweep().catch((error: unknown) => error);
  expect(isSqlstate(failure, "HF999")).toBe(true);
  await sql.unsafe("drop trigger refuse on holdfast.entries");
  await expectEachOnce(holdIds.filter((_, at) => at !== 7));
  expect(await db.sweep()).toEqual({ settled: 1 });
});

test("goes through all tenants, each in transactions of its own; of another one a transaction learns its number", async () => {
  const open = { kind: "wallets.open", idempotencyKey: newKey(), currency: "sat" } as const;
  const { walletId } = await db.execute(elsewhere, open);
  const shop = { ...elsewhere, role: "service" } as const;
  const credit = { kind: "wallets.credit", idempotencyKey: newKey(), walletId, amount: 9n } as const;
  await db.execute(shop, credit);
  const hold = { idempotencyKey: newKey(), walletId, amount: 9n, expiresInSeconds: 1 };
  const { holdId } = await db.execute(elsewhere, { kind: "wallets.hold", ...hold });
  const { holdIds } = await walletsWithHolds(1);
  await untilDue();

  const [wallets] = db.registry.features;
  const seen = await db.withTransaction({ tenantId: 1 }, async (tx) => ({
    tenants: await tx.run("select t::text from holdfast.overdue_tenants() as overdue (t) order by t"),
    here: await wallets?.overdue?.(tx, 1, 10, undefined),
    there: await wallets?.overdue?.(tx, 2, 10, undefined),
    lock: await tx.run("select id from holdfast.wallets where id = $1::uuid for update", [walletId]),
  }));
  expect(seen).toMatchObject({ tenants: [{ t: "1" }, { t: "2" }], there: [], lock: [] });
  expect(seen.here).toHaveLength(1);
  const login = sql.begin(async (tx) => {
    await tx`set local role holdfast_login`;
    await tx`select holdfast.overdue_tenants()`;
  });
  expect(isSqlstate(await login.catch((error: unknown) => error), "42501")).toBe(true);

  expect(await db.sweep()).toEqual({ settled: 2 });
  await expectEachOnce([holdId, ...holdIds]);
});
