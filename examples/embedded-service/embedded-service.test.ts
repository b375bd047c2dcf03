import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { connect, type Db, getWallet, type Principal, verify } from "@holdfast/db";
import { createTestDatabase, type TestDatabase, withBlocker } from "@holdfast/db/testing";
import type { FastifyInstance } from "fastify";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createService } from "./service.ts";

const shop: Principal = { tenantId: 1, subject: "shop", role: "service" };
const SERVICE = "the service";
const KILLED = "the killed one";
let database: TestDatabase;
let holdfast: Db;
let service: FastifyInstance;
let sql: postgres.Sql;
let walletId: string;
let order: string;
let orders = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  holdfast = connect({ url: database.url });
  service = await createService(named(SERVICE));
  sql = postgres(database.url, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  expect(await verify({ url: database.url })).toEqual([]);
  await service.close();
  await holdfast.close();
  // The pool has ended before its connections have.
  await vi.waitFor(async () => expect(await sessionsOf(SERVICE)()).toBe(0));
  await sql.end();
  await database.close();
});
beforeEach(async () => {
  order = `order-${orders++}`;
  const key = `the wallet of ${order}`;
  const opened = { kind: "wallets.open", idempotencyKey: key, currency: "sat", ownerId: "ada" } as const;
  ({ walletId } = await holdfast.execute(shop, opened));
  await credit(100n);
});

/** Postgres' name for a session of this service, so that a test sees when it is gone. */
function named(name: string): string {
  const url = new URL(database.url);
  url.searchParams.set("application_name", name);
  return url.href;
}
const sessionsOf = (name: string) => async () =>
  (
    await sql`select 1 from pg_stat_activity where datname = current_database() and application_name = ${name}`
  ).length;

async function credit(amount: bigint): Promise<void> {
  const idempotencyKey = `${order} gets ${amount}`;
  await holdfast.execute(shop, { kind: "wallets.credit", idempotencyKey, walletId, amount });
}

async function put(id: string, item: string, customer = "ada") {
  const reply = await service.inject({
    method: "PUT",
    url: `/orders/${id}`,
    headers: { "x-customer": customer },
    payload: { item, walletId },
  });
  return { status: reply.statusCode, body: reply.json() };
}

/** What the database has of this order, whatever a reply said. */
async function truth(item: string) {
  const placed = await sql`select 1 from orders where id = ${order}`;
  const [stock] = await sql`select "left" from items where name = ${item}`;
  const { balance } = await getWallet(holdfast, shop, { walletId });
  return { placed: placed.length, left: Number(stock?.["left"]), balance };
}
const stockOf = async (item: string) => (await truth(item)).left;

describe("an order", () => {
  test("is placed and paid", async () => {
    const left = await stockOf("coffee");
    expect(await put(order, "coffee")).toMatchObject({
      status: 201,
      body: { id: order, customer: "ada", price: "30" },
    });
    expect(await truth("coffee")).toEqual({ placed: 1, left: left - 1, balance: "70" });
  });

  test("that is sent ten times at once is placed and paid once", async () => {
    const left = await stockOf("coffee");
    const replies = await Promise.all(Array.from({ length: 10 }, () => put(order, "coffee")));
    expect(replies.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201]);
    expect(await truth("coffee")).toEqual({ placed: 1, left: left - 1, balance: "70" });
  });

  test("that can't be paid leaves nothing, and can be placed when there is credit", async () => {
    const before = await truth("machine");
    expect(await put(order, "machine")).toMatchObject({
      status: 402,
      body: { code: "INSUFFICIENT_FUNDS", details: { shortfall: "400" } },
    });
    expect(await truth("machine")).toEqual(before);
    await credit(400n);
    expect(await put(order, "machine")).toMatchObject({ status: 201 });
    expect(await truth("machine")).toEqual({ placed: 1, left: before.left - 1, balance: "0" });
  });

  test("of a wallet that is somebody else's leaves nothing", async () => {
    const before = await truth("coffee");
    expect(await put(order, "coffee", "mallory")).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
    expect(await truth("coffee")).toEqual(before);
  });

  test("under the id of another one is refused", async () => {
    await put(order, "coffee");
    const before = await truth("coffee");
    expect(await put(order, "machine")).toMatchObject({ status: 409, body: { code: "ANOTHER_ORDER" } });
    expect(await truth("coffee")).toEqual(before);
  });

  test("of the last one that two want goes to one of them, and the other pays nothing", async () => {
    await sql`update items set "left" = 1 where name = 'coffee'`;
    const replies = await Promise.all([put(order, "coffee"), put(`${order}-too`, "coffee")]);
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(await truth("coffee")).toMatchObject({ left: 0, balance: "70" });
    await sql`update items set "left" = 10 where name = 'coffee'`;
  });
});

describe("a process that is killed", () => {
  /** The service in a process of its own; `send` sends an order that nobody will answer. */
  async function startProcess() {
    const child = spawn(process.execPath, ["--import", "tsx", "main.ts"], {
      cwd: fileURLToPath(new URL(".", import.meta.url)),
      env: { ...process.env, DATABASE_URL: named(KILLED), PORT: "0" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "exit");
    const kill = async () => {
      child.kill("SIGKILL");
      await ended;
    };
    onTestFinished(kill);
    for await (const line of createInterface({ input: child.stdout })) {
      const address = /http:\S+(?=\/orders)/.exec(line)?.[0];
      if (address === undefined) continue;
      const headers = { "x-customer": "ada", "content-type": "application/json" };
      const body = JSON.stringify({ item: "coffee", walletId });
      const send = () => {
        fetch(`${address}/orders/${order}`, { method: "PUT", headers, body }).catch(() => {});
      };
      return { send, kill };
    }
    throw new Error("the service ended before it was open");
  }

  test("between the order and its payment leaves nothing; the same order is placed by the next one", async () => {
    const before = await truth("coffee");
    const { send, kill } = await startProcess();
    await withBlocker(database.url, async (blocker) => {
      await blocker.run("select 1 from holdfast.wallets where id = $1 for update", [walletId]);
      send();
      // The order is written, one is taken from the stock, and the payment waits.
      await blocker.untilWaiting(1);
      await kill();
    });
    await expect.poll(sessionsOf(KILLED)).toBe(0);
    expect(await truth("coffee")).toEqual(before);
    expect(await put(order, "coffee")).toMatchObject({ status: 201 });
    expect(await truth("coffee")).toEqual({ placed: 1, left: before.left - 1, balance: "70" });
  });

  test("while Postgres commits leaves all of it; the same order again tells so and pays nothing", async () => {
    const before = await truth("coffee");
    await sql.unsafe(`create function wait_for_the_test() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock(8); return new; end $$;
      create constraint trigger slow_commit after insert on orders deferrable initially deferred
      for each row execute function wait_for_the_test()`);
    const { send, kill } = await startProcess();
    await withBlocker(database.url, async (blocker) => {
      await blocker.run("select pg_advisory_xact_lock(8)");
      send();
      await blocker.untilWaiting(1);
      await kill();
    });
    await expect.poll(sessionsOf(KILLED)).toBe(0);
    await sql`drop trigger slow_commit on orders`;
    expect(await truth("coffee")).toEqual({ placed: 1, left: before.left - 1, balance: "70" });
    expect(await put(order, "coffee")).toMatchObject({ status: 200, body: { id: order } });
    expect(await truth("coffee")).toEqual({ placed: 1, left: before.left - 1, balance: "70" });
  });
});
