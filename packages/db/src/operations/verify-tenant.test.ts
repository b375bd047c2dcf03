import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, type Db } from "../connect.ts";
import type { Principal } from "../principal.ts";
import { createTenant } from "../tenants.ts";
import { ada, newKey, settle, shop } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { useEverything } from "../testing/used-database.ts";
import { VERIFY_LOCK, verifyTenant } from "./verify-tenant.ts";

const admin: Principal = { tenantId: 1, subject: "root", role: "admin" };
const otherAdmin: Principal = { tenantId: 2, subject: "root", role: "admin" };
const LIMIT_MS = 20_000;

let database: TestDatabase;
let db: Db;
let sql: postgres.Sql;

beforeAll(async () => {
  database = await createTestDatabase();
  db = connect({ url: database.url, tokenSecret: "of this test" });
  await useEverything(db, database.url);
  await createTenant({ url: database.url, tenantId: 2, name: "two" });
  const open = { kind: "wallets.open", currency: "sat", idempotencyKey: newKey() } as const;
  await db.execute({ tenantId: 2, subject: "eve", role: "user" }, open);
  sql = postgres(database.url, { max: 1, fetch_types: false });
});
afterAll(async () => {
  await sql.end();
  await db.close();
  await database.close();
});

/** Changes a row by hand while `work` runs, as a superuser might. */
async function withBrokenWallets(tenantId: number, work: () => Promise<void>): Promise<void> {
  await sql`update holdfast.wallets set credit_balance = credit_balance + 1 where tenant_id = ${tenantId}`;
  try {
    await work();
  } finally {
    await sql`update holdfast.wallets set credit_balance = credit_balance - 1 where tenant_id = ${tenantId}`;
  }
}

test("a sound tenant: every check was made, and holds", async () => {
  const told = await verifyTenant(db, admin, LIMIT_MS);
  expect(told).toMatchObject({ complete: true, findings: [], at: expect.stringMatching(/^\d{4}-.*Z$/) });
  expect(new Set(told.checks.map(({ state }) => state))).toEqual(new Set(["holds"]));
  expect(told.checks.length).toBeGreaterThan(20);
});

test("an admin is told what is wrong in their tenant, and nothing of another's", async () => {
  await withBrokenWallets(2, async () => {
    expect(await verifyTenant(db, admin, LIMIT_MS)).toMatchObject({ complete: true, findings: [] });
    const { findings, checks } = await verifyTenant(db, otherAdmin, LIMIT_MS);
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings) {
      expect(finding).toEqual({
        invariant: "I5",
        table: "wallets",
        row: expect.stringMatching(/^2\//),
        message: "balance 1, held 0, version 0; its last entry says 0, 0, 0",
      });
    }
    expect(checks.filter(({ state }) => state === "broken")).toHaveLength(1);
  });
});

test.each([ada, shop])("$role is refused", async (principal) => {
  expect(await settle(verifyTenant(db, principal, LIMIT_MS))).toMatchObject({
    code: "FORBIDDEN",
    details: { needs: "admin" },
  });
});

test("one runs at a time, in whatever process and of whatever tenant", async () => {
  // As another replica does while it verifies.
  await sql.unsafe(`begin; select pg_advisory_xact_lock(${VERIFY_LOCK})`);
  expect(await settle(verifyTenant(db, admin, LIMIT_MS))).toMatchObject({ code: "OVERLOADED" });
  await sql.unsafe("rollback");
  expect(await settle(verifyTenant(db, otherAdmin, LIMIT_MS))).toMatchObject({ ok: true });
  expect(await settle(verifyTenant(db, admin, LIMIT_MS))).toMatchObject({ ok: true });
});

test("those of one process wait for each other, and one that has no time to wait is told so", async () => {
  const all = await Promise.all(
    [admin, otherAdmin, admin].map((by) => settle(verifyTenant(db, by, LIMIT_MS))),
  );
  for (const one of all) expect(one).toMatchObject({ ok: true });

  await sql.unsafe("begin; lock table holdfast.messages in access exclusive mode");
  const first = verifyTenant(db, admin, LIMIT_MS);
  expect(await settle(verifyTenant(db, admin, 10))).toMatchObject({ code: "OVERLOADED" });
  await sql.unsafe("rollback");
  expect(await settle(first)).toMatchObject({ ok: true });
  expect(await settle(verifyTenant(db, admin, LIMIT_MS))).toMatchObject({ ok: true });
});

test("what it has no time for is told as unchecked, and not as sound", async () => {
  await sql.unsafe("begin; lock table holdfast.messages in access exclusive mode");
  const told = await verifyTenant(db, admin, 6_000);
  await sql.unsafe("rollback");
  expect(told.complete).toBe(false);
  const states = new Map(told.checks.map(({ table, state }) => [table, state]));
  expect(states.get("operations")).toBe("unchecked");
  expect(told.checks.find(({ table }) => table === "wallets")?.state).toBe("holds");
  expect(states.get("messages")).toBe("unchecked");
});
