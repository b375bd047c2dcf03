import { readFileSync } from "node:fs";
import { eq } from "drizzle-orm";
import { drizzle as drizzleOnPg } from "drizzle-orm/node-postgres";
import { bigint as big, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/postgres-js";
import { transform } from "esbuild";
import pg from "pg";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import * as holdfast from "./index.ts";
import { newKey } from "./testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "./testing/index.ts";

const page = readFileSync(new URL("../../../docs/embedding.md", import.meta.url), "utf8");
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map((match) => match[1] ?? "");
const examples = blocks("ts");

const orders = pgTable("orders", {
  id: text().primaryKey(),
  walletId: uuid("wallet_id").notNull(),
  price: big({ mode: "bigint" }).notNull(),
});
const ada: holdfast.Principal = { tenantId: 7, subject: "ada", role: "user" };

let database: TestDatabase;
let sql: postgres.Sql;
let drizzleClient: postgres.Sql;
let pool: pg.Pool;
let db: holdfast.Db;
/** Those that examples connected. */
const connected: holdfast.Db[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 2, onnotice: () => {} });
  drizzleClient = postgres(database.url, { max: 2 });
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
  db = holdfast.connect({ url: database.url, sessions: 2 });
  await sql.unsafe(`create table orders (id text primary key, wallet_id uuid not null, price bigint not null);
    grant select, insert on orders to holdfast_app`);
});
afterAll(async () => {
  expect(await holdfast.verify({ url: database.url })).toEqual([]);
  await Promise.all([db, ...connected].map((one) => one.close()));
  await Promise.all([sql.end(), drizzleClient.end(), pool.end()]);
  await database.close();
});

/** Runs an example as it is printed, its imports and free names given as parameters; tells what it logged. */
async function run(example: string, given: Record<string, unknown> = {}): Promise<unknown[]> {
  const logged: unknown[] = [];
  const names: Record<string, unknown> = {
    ...holdfast,
    connect: (options: holdfast.ConnectOptions) => {
      const own = holdfast.connect({ ...options, sessions: 2 });
      connected.push(own);
      return own;
    },
    url: database.url,
    ada,
    sql,
    pool,
    orders,
    z,
    drizzle: drizzleOnPg,
    orm: drizzle({ client: drizzleClient }),
    console: { log: (...values: unknown[]) => logged.push(...values) },
    ...(example.includes("const db =") ? {} : { db }),
    ...given,
  };
  const body = example.replaceAll(/^import .*$/gm, "").replaceAll(/\bconst ada = .*$/gm, "");
  const { code } = await transform(`return (async () => { ${body} })()`, { loader: "ts" });
  await new Function(...Object.keys(names), code)(...Object.values(names));
  return logged;
}

async function walletOfAda(): Promise<string> {
  const billing = { tenantId: 7, subject: "billing", role: "service" } as const;
  await holdfast.createTenant({ url: database.url, tenantId: 7, name: "acme" });
  const open = { kind: "wallets.open", idempotencyKey: newKey(), ownerId: "ada", currency: "sat" } as const;
  const { walletId } = await db.execute(billing, open);
  const credit = { kind: "wallets.credit", idempotencyKey: newKey(), walletId, amount: 70n } as const;
  await db.execute(billing, credit);
  return walletId;
}

test("the page has its examples", () => {
  expect(examples).toHaveLength(8);
});

test("connects, opens, credits, debits", async () => {
  expect(await run(examples[0] ?? "")).toEqual(["70"]);
});

test("tells a refusal by its code", async () => {
  expect(await run(examples[1] ?? "", { walletId: await walletOfAda() })).toEqual([
    "new-key",
    { available: "70", required: "5000", shortfall: "4930" },
  ]);
});

test.each([
  ["Drizzle", 2, "order-1"],
  ["postgres.js", 3, "order-2"],
  ["node-postgres", 4, "order-3"],
  ["withTransaction", 5, "order-4"],
])("in a transaction of %s, an order and its payment are there together, or neither", async (_, at, id) => {
  const example = examples[at] ?? "";
  const [walletId, poor] = [await walletOfAda(), await walletOfAda()];
  const spend = { kind: "wallets.debit", idempotencyKey: newKey(), walletId: poor, amount: 60n } as const;
  await db.execute(ada, spend);
  // Another key, because the first is of another wallet.
  const unpaid = example.replaceAll(id, `${id}-unpaid`);
  await expect(run(unpaid, { walletId: poor })).rejects.toMatchObject({ code: "INSUFFICIENT_FUNDS" });
  await run(example, { walletId });
  const written = await drizzle({ client: drizzleClient }).select().from(orders).where(eq(orders.id, id));
  expect(written).toEqual([{ id, walletId, price: 30n }]);
  expect(await sql`select id from orders where id = ${`${id}-unpaid`}`).toEqual([]);
  expect(await holdfast.getWallet(db, ada, { walletId })).toMatchObject({ balance: "40" });
});

test("reads and watches", async () => {
  const walletId = await walletOfAda();
  const spend = { kind: "wallets.debit", idempotencyKey: newKey(), walletId, amount: 1n } as const;
  await db.execute(ada, spend);
  expect(await run(examples[6] ?? "", { walletId })).toEqual(["69", ["-1", "70"], ["1", "2"]]);
});

test("runs a feature of its own, which refuses what is too much", async () => {
  const [table = ""] = blocks("sql");
  await sql.unsafe(table);
  await sql`insert into quotas values (7, 'film', 5)`;
  const [answer] = await run(examples[7] ?? "");
  expect(answer).toMatchObject({ project: "film", remaining: 2, replayed: false });
  const own = connected.at(-1);
  const more = { kind: "quotas.use", idempotencyKey: newKey(), project: "film", amount: 1 } as const;
  const settled = await Promise.allSettled(
    Array.from({ length: 6 }, () => own?.execute(ada, { ...more, idempotencyKey: newKey() })),
  );
  expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
  expect(settled.find(({ status }) => status === "rejected")).toMatchObject({
    reason: { code: "QUOTA_EXCEEDED", details: { remaining: 0, asked: 1 } },
  });
  expect(await sql`select remaining from quotas`).toEqual([{ remaining: "0" }]);
});
