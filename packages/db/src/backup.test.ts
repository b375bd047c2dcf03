import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import postgres from "postgres";
import { describe, expect, test } from "vitest";
import { connect } from "./connect.ts";
import { migrate } from "./migrate.ts";
import { createTenant } from "./tenants.ts";
import { findPostgresTools, HOW_TO_INSTALL, startCluster } from "./testing/debian-postgres.ts";
import { ada, newKey, openWallet } from "./testing/factories.ts";
import { useEverything } from "./testing/used-database.ts";
import { verify } from "./verify.ts";

const execute = promisify(execFile);
const bin = await findPostgresTools();

test("says whether backup and restore were tried", () => {
  if (bin !== undefined) return;
  process.stderr.write(`\nBackup and restore were NOT tried: there is no pg_dump. ${HOW_TO_INSTALL}\n\n`);
  expect(process.env["CI"], `CI must have it. ${HOW_TO_INSTALL}`).toBeUndefined();
});

/** The commands of docs/operations.md, on two servers that have nothing in common. */
describe.skipIf(bin === undefined)("backup and restore", () => tryRestore(bin ?? ""));

function tryRestore(tools: string) {
  const tokenSecret = "of this test, the same on both";
  const run = (program: string, ...args: string[]) => execute(join(tools, program), args);

  test("a dump restored elsewhere is whole, answers old keys as before, and knows nothing of what came after", async () => {
    const directory = await mkdtemp(join(tmpdir(), "holdfast-backup-"));
    const [roles, dump] = [join(directory, "roles.sql"), join(directory, "holdfast.dump")];
    const [here, there] = await Promise.all([startCluster(tools), startCluster(tools)]);
    try {
      const admin = postgres(here.url("postgres"), { max: 1, onnotice: () => {} });
      await admin.unsafe("create database used");
      await admin.end();
      const url = here.url("used");
      await migrate({ url });
      for (const tenantId of [1, 2]) await createTenant({ url, tenantId, name: `tenant ${tenantId}` });
      const before = connect({ url, tokenSecret });
      await useEverything(before, url);
      const walletId = await openWallet(before, 100n);
      const debit = (idempotencyKey: string) =>
        ({ kind: "wallets.debit", idempotencyKey, walletId, amount: "10", memo: "é 😀" }) as const;
      const [kept, lost] = [newKey("kept"), newKey("lost")];
      const told = await before.execute(ada, debit(kept));

      await run("pg_dumpall", "--roles-only", "--no-role-passwords", "-d", here.url("postgres"), "-f", roles);
      await run("pg_dump", "--format=custom", "--file", dump, url);
      await before.execute(ada, debit(lost));
      await before.close();

      // `postgres` is there already; that the file makes it again is the one error.
      await run("psql", "-q", "-d", there.url("postgres"), "-f", roles);
      await run("psql", "-q", "-d", there.url("postgres"), "-c", "create database restored");
      const restored = there.url("restored");
      await run("pg_restore", "--exit-on-error", "-d", restored, dump);
      await migrate({ url: restored });
      expect(await verify({ url: restored })).toEqual([]);

      const after = connect({ url: restored, tokenSecret });
      expect(await after.execute(ada, debit(kept))).toEqual({ ...told, replayed: true });
      // What the restore lost never happened here: its key executes, once more in the eyes of whoever was answered.
      expect(await after.execute(ada, debit(lost))).toMatchObject({ balance: "80", replayed: false });
      await after.close();
      expect(await openTables(restored)).toEqual(await openTables(url));
    } finally {
      await Promise.all([here.close(), there.close()]);
      await rm(directory, { recursive: true });
    }
  }, 120_000);

  test("a role that row-level security binds gets an error from pg_dump, and not half a dump", async () => {
    const cluster = await startCluster(tools);
    try {
      const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
      await migrate({ url: cluster.url("postgres") });
      await sql.unsafe("create role backup login; grant pg_read_all_data to backup");
      const url = cluster.url("postgres").replace("postgres@", "backup@");
      await expect(run("pg_dump", "--schema=holdfast", "--file=/dev/null", url)).rejects.toThrow(
        /row-level security/,
      );
      await sql.unsafe("alter role backup bypassrls");
      await run("pg_dump", "--schema=holdfast", "--file=/dev/null", url);
      await sql.end();
    } finally {
      await cluster.close();
    }
  }, 60_000);
}

/** The tables without forced row-level security. */
async function openTables(url: string): Promise<string[]> {
  const sql = postgres(url, { max: 1 });
  try {
    const rows = await sql`select relname from pg_class where relnamespace = 'holdfast'::regnamespace
      and relkind = 'r' and not (relrowsecurity and relforcerowsecurity) order by relname`;
    return rows.map(({ relname }) => String(relname));
  } finally {
    await sql.end();
  }
}
