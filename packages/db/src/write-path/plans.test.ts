import postgres from "postgres";
import { expect, test } from "vitest";
import { connect } from "../index.ts";
import { newKey, openWallet, shop } from "../testing/factories.ts";
import { createTestDatabase } from "../testing/index.ts";

test("no statement of the write path scans a table, not even while it is tiny and Postgres knows it", async () => {
  const database = await createTestDatabase();
  const sql = postgres(database.url, { max: 1 });
  try {
    const before = connect({ url: database.url });
    const [from, to] = [await openWallet(before, 100n), await openWallet(before, 100n)];
    const hold = { walletId: from, amount: 5n, expiresInSeconds: 600 };
    await before.execute(shop, { kind: "wallets.hold", idempotencyKey: newKey(), ...hold });
    await before.close();
    await sql`analyze holdfast.wallets, holdfast.operations, holdfast.entries, holdfast.holds`;
    const scansThen = await scans(sql);

    // Fresh sessions plan their statements now, with statistics that say "a handful of rows".
    const db = connect({ url: database.url });
    const transfer = { fromWalletId: from, toWalletId: to, amount: 1n };
    await db.execute(shop, { kind: "wallets.transfer", idempotencyKey: newKey(), ...transfer });
    const { holdId } = await db.execute(shop, { kind: "wallets.hold", idempotencyKey: newKey(), ...hold });
    await db.execute(shop, {
      kind: "wallets.capture",
      idempotencyKey: newKey(),
      holdId,
      amount: 2n,
      toWalletId: to,
      final: false,
    });
    await db.execute(shop, { kind: "wallets.release", idempotencyKey: newKey(), holdId });
    await openWallet(db, 10n);
    // Sessions report what they did when they end.
    await db.close();
    expect(await scans(sql)).toEqual(scansThen);
  } finally {
    await sql.end();
    await database.close();
  }
});

test("nor does one read its tenant's rows by an index, after the table grew under its plan", async () => {
  const database = await createTestDatabase();
  const sql = postgres(database.url, { max: 1 });
  const db = connect({ url: database.url, sessions: 1 });
  try {
    const [from, to] = [await openWallet(db, 100n), await openWallet(db, 100n)];
    const transfer = () =>
      db.execute(shop, {
        kind: "wallets.transfer",
        idempotencyKey: newKey(),
        fromWalletId: from,
        toWalletId: to,
        amount: 1n,
      });
    await transfer();
    const other = connect({ url: database.url, sessions: 1 });
    for (let many = 0; many < 4; many++) {
      await other.execute(shop, {
        kind: "wallets.batch",
        idempotencyKey: newKey(),
        atomic: true,
        commands: Array.from({ length: 500 }, () => ({ kind: "open" as const, currency: "sat" })),
      });
    }
    await other.close();
    // Its session, and the connection for its doorbells.
    const before = await rowsByIndex(sql, 2);
    for (let again = 0; again < 10; again++) await transfer();
    await db.close();
    expect((await rowsByIndex(sql, 0)) - before).toBeLessThan(1_000);
  } finally {
    await sql.end();
    await database.close();
  }
});

/** Rows that were read by any index, once no more than so many others are connected: sessions report when they end. */
async function rowsByIndex(sql: postgres.Sql, others: number): Promise<number> {
  await untilAlone(sql, others);
  const [row] = await sql<{ rows: number }[]>`
    select sum(idx_tup_read)::int as rows from pg_stat_user_indexes where schemaname = 'holdfast'`;
  return row?.rows ?? Number.NaN;
}

async function untilAlone(sql: postgres.Sql, others = 0): Promise<void> {
  for (;;) {
    const [row] = await sql<{ others: number }[]>`
      select count(*)::int as others from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
    if ((row?.others ?? 0) <= others) return;
  }
}

/** Sequential scans by table, once nobody but us is connected. */
async function scans(sql: postgres.Sql): Promise<Record<string, number>> {
  await untilAlone(sql);
  const rows = await sql<{ name: string; scans: number }[]>`
    select relname as name, seq_scan::int as scans from pg_stat_user_tables
    where schemaname = 'holdfast' and relname in ('wallets', 'operations', 'entries', 'holds') order by relname`;
  return Object.fromEntries(rows.map(({ name, scans }) => [name, scans]));
}
