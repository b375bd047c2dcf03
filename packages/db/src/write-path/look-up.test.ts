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
  type LockedTable,
  lockRows,
  pgArray,
  type Statements,
} from "../index.ts";
import { withBlocker } from "../testing/blocker.ts";
import { ada, countOutcomes, holdings, newKey, openWallet, settle } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";

/**
 * Lock first, look up second. A look-up before the lock would still meet the unique key in the end, and be retried, so
 * these tests take away what hides it: a transaction that can't be retried, and a command whose second run would refuse.
 */

/** A voucher is redeemed by deleting it: who comes second finds nothing, which is a refusal that is not recorded. */
type Redeem = Command & { readonly code: string };
interface VoucherRows {
  readonly locked: LockedTable;
  readonly redeemed: string[];
}
const table = { table: "public.vouchers", key: "code", keyType: "text", columns: [] } as const;
/** What happens between the locking statement and the one that asks which of the skipped rows are there at all. */
let beforeTheSecondLook = (): Promise<void> => Promise.resolve();
function gated(tx: Statements): Statements {
  const run: Statements["run"] = async (text, parameters) => {
    if (!text.includes("for no key update")) await beforeTheSecondLook();
    return tx.run(text, parameters);
  };
  return { run };
}

const vouchers: Feature<Redeem, VoucherRows, string> = {
  name: "vouchers",
  inputs: { "vouchers.redeem": z.strictObject({ idempotencyKey: z.string(), code: z.string() }) },
  needs: ({ code }) => [{ feature: "vouchers", key: code }],
  async lock(tx, tenantId, keys, wait) {
    const locked = await lockRows(gated(tx), tenantId, table, keys, wait);
    return { rows: { locked, redeemed: [] }, stuck: locked.stuck, absent: locked.absent };
  },
  decide(all, { code }) {
    const { locked, redeemed } = all["vouchers"] as VoucherRows;
    const there = locked.rows.has(code) && !redeemed.includes(code);
    if (!there) return { ok: false, code: "NOT_FOUND", details: { what: "code" } };
    return { ok: true, data: { code }, changes: { vouchers: [code] } };
  },
  apply: (rows, changes) => rows.redeemed.push(...changes),
  write(tx, tenantId, { redeemed }) {
    if (redeemed.length === 0) return;
    void tx.run("delete from public.vouchers where tenant_id = $1::int and code = any($2::text[])", [
      String(tenantId),
      pgArray(redeemed),
    ]);
  },
};

let database: TestDatabase;
let sql: postgres.Sql;
let servers: readonly [Db, Db];
const range = (length: number) => Array.from({ length }, (_, at) => at);

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 4 });
  await sql.unsafe(`create table public.vouchers (tenant_id int, code text, primary key (tenant_id, code));
    grant select, update, delete on public.vouchers to holdfast_app`);
  const options = { url: database.url, features: [...holdfastFeatures, vouchers as Feature] };
  servers = [connect(options), connect(options)];
});
afterAll(async () => {
  for (const db of servers) await db.close();
  await sql.end();
  await database.close();
});

describe("a call whose key is used while it waits for the lock", () => {
  test("is a replay, not a second look at what the first one left", async () => {
    await sql`insert into public.vouchers values (1, 'held')`;
    const command = { kind: "vouchers.redeem", idempotencyKey: newKey(), code: "held" } as const;
    const settled = await withBlocker(database.url, async (blocker) => {
      const first = await execute(blocker.sql, ada, [command], { registry: servers[0].registry });
      expect(first).toMatchObject([{ ok: true, replayed: false }]);
      const waiting = Promise.all(servers.map((db) => settle(db.execute(ada, command))));
      await blocker.untilWaiting(2);
      await blocker.release();
      return waiting;
    });
    const replayed = { ok: true, answer: { code: "held", replayed: true } };
    expect(settled).toMatchObject([replayed, replayed]);
  });

  test("is a replay although the row was seen locked, and then gone", async () => {
    await sql`insert into public.vouchers values (1, 'gone')`;
    const command = { kind: "vouchers.redeem", idempotencyKey: newKey(), code: "gone" } as const;
    let looks = 0;
    const settled = await withBlocker(database.url, async (blocker) => {
      await execute(blocker.sql, ada, [command], { registry: servers[0].registry });
      beforeTheSecondLook = async () => {
        looks++;
        await blocker.release();
      };
      return settle(servers[0].execute(ada, command));
    });
    beforeTheSecondLook = () => Promise.resolve();
    expect(looks).toBeGreaterThan(0);
    expect(settled).toMatchObject({ ok: true, answer: { code: "gone", replayed: true } });
  });

  test("is a replay whenever the first one commits", async () => {
    for (const round of range(30)) {
      const code = `voucher-${round}`;
      await sql`insert into public.vouchers values (1, ${code})`;
      const command = { kind: "vouchers.redeem", idempotencyKey: newKey(), code } as const;
      const settled = await Promise.all(
        range(8).map((at) => settle(servers[at % 2 === 0 ? 0 : 1].execute(ada, command))),
      );
      expect(countOutcomes(settled)).toEqual({ ok: 8 });
      expect(settled.filter((one) => one.ok && !one.answer.replayed)).toHaveLength(1);
    }
  });

  test("is a replay in a transaction that nobody retries", async () => {
    const walletId = await openWallet(servers[0], 100n);
    const debit = { kind: "wallets.debit", idempotencyKey: newKey(), walletId, amount: 30n } as const;
    await withBlocker(database.url, async (blocker) => {
      const [first] = await execute(blocker.sql, ada, [debit]);
      expect(first).toMatchObject({ ok: true, replayed: false });
      const second = sql.begin((tx) => execute(tx, ada, [debit]));
      await blocker.untilWaiting(1);
      await blocker.release();
      expect(await second).toEqual([{ ...first, replayed: true }]);
    });
    expect((await holdings(database.url)).amounts(walletId)).toEqual([100n, -30n]);
  });
});
