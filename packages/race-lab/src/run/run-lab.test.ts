import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Order, readOrder } from "../order.ts";
import type { LabEvent } from "../stories.ts";
import { runLab } from "./run-lab.ts";

let database: TestDatabase;
let admin: postgres.Sql;
/** Databases of runs that this file has seen alive. */
let seen: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  admin = postgres(database.url, { max: 1, fetch_types: false, onnotice: () => {} });
});
beforeEach(() => {
  seen = [];
});
afterAll(async () => {
  await admin.end();
  await database.close();
});

function order(strategy: string, settings: object = {}): Order {
  const read = readOrder({ story: "two-boosts", strategy, ...settings });
  if ("issues" in read) throw new Error(JSON.stringify(read.issues));
  return read.order;
}

const LONG = { calls: 5_000, latencyMs: 200, seconds: 20 };

/** Notes the databases of runs that go on for this test's database; other tests have theirs on the same server. */
async function look(): Promise<string[]> {
  const rows = await admin<{ name: string }[]>`
    select scratch.datname as name
    from pg_locks join pg_database as home on home.oid = pg_locks.database and home.datname = current_database()
    join pg_database as scratch on scratch.datname = 'holdfast_lab_' || pg_locks.objid
    where pg_locks.locktype = 'advisory'`;
  const names = rows.map(({ name }) => name);
  seen.push(...names);
  return names;
}

async function left(names = seen): Promise<string[]> {
  expect(names.length).toBeGreaterThan(0);
  const rows = await admin<{ name: string }[]>`
    select datname as name from pg_database where datname in ${admin([...new Set(names)])}`;
  return rows.map(({ name }) => name);
}

async function begin(strategy: string, signal?: AbortSignal): Promise<AsyncGenerator<LabEvent>> {
  const run = runLab({ ...order(strategy, LONG), url: database.url, signal });
  expect((await run.next()).value).toMatchObject({ type: "started" });
  expect(await look()).toHaveLength(1);
  return run;
}

async function drain(run: AsyncIterable<LabEvent>): Promise<void> {
  for await (const _event of run);
}

test.each(["naive", "holdfast"])("%s: the database is gone after the verdict", async (strategy) => {
  const run = runLab({ ...order(strategy, { calls: 4 }), url: database.url });
  for await (const event of run) if (event.type === "started") await look();
  expect(await left()).toEqual([]);
});

test.each(["naive", "for-update", "holdfast"])(
  "%s: the database is gone after an abort",
  async (strategy) => {
    const stop = new AbortController();
    const run = await begin(strategy, stop.signal);
    stop.abort();
    await expect(drain(run)).rejects.toMatchObject({ name: "AbortError" });
    expect(await left()).toEqual([]);
  },
);

test("the database is gone when nobody listens any more", async () => {
  const run = await begin("naive");
  await run.return(undefined);
  expect(await left()).toEqual([]);
});

test("the database is gone after a failure, which is told", async () => {
  const run = await begin("for-update");
  const own = new URL(database.url);
  own.pathname = `/${seen[0]}`;
  const sql = postgres(own.href, { max: 1, onnotice: () => {} });
  // It waits for whoever has the table in use, and those who come later wait for it.
  await sql`drop table wallets`;
  await sql.end();
  await expect(drain(run)).rejects.toMatchObject({ code: "42P01" });
  expect(await left()).toEqual([]);
});

test("the database is gone after connections were lost, and the process lives", async () => {
  const run = await begin("for-update");
  await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${seen[0] ?? ""}`;
  await expect(drain(run)).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  expect(await left()).toEqual([]);
});

test("a run removes what a killed process has left, and nothing of a run that goes on", async () => {
  const abandoned = "holdfast_lab_7";
  await admin.unsafe(`create database ${abandoned}`);
  const other = await begin("naive");
  await drain(runLab({ ...order("naive", { calls: 2 }), url: database.url }));
  expect(await left([abandoned])).toEqual([]);
  expect(await left()).toEqual(seen);
  await other.return(undefined);
  expect(await left()).toEqual([]);
});

test("a database that can't be reached is told", async () => {
  const run = runLab({ ...order("naive"), url: "postgres://postgres@127.0.0.1:1/nothing" });
  await expect(drain(run)).rejects.toMatchObject({ code: "ECONNREFUSED" });
});
