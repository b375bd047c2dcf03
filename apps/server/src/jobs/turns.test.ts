import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrateJobs } from "./queue.ts";
import { createTurns, type Turns } from "./turns.ts";

let database: TestDatabase;
let sql: postgres.Sql;
let replicas: Turns[];

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1, onnotice: () => {} });
  // Both may be the first to need the worker's schema.
  await Promise.all([migrateJobs(database), migrateJobs(database)]);
  replicas = [1, 2, 3].map(() => createTurns({ url: database.url, everySeconds: 3_600 }));
});
afterAll(async () => {
  for (const turns of replicas) turns.close();
  await sql.end();
  await database.close();
});

const takeAll = async (): Promise<boolean[]> =>
  (await Promise.all(replicas.map((turns) => turns.take()))).sort((a, b) => Number(b) - Number(a));
/** The time has come for the next turn: nobody waits for it here, so that a slow machine can't let it come too soon. */
const untilNext = () => sql`update holdfast_jobs._private_jobs set run_at = now() where key = 'sweep'`;

test("of all replicas one gets the turn, and none another one before its time", async () => {
  expect(await takeAll()).toEqual([true, false, false]);
  expect(await takeAll()).toEqual([false, false, false]);
  await untilNext();
  const turns = await Promise.all(
    replicas.map(async (each, at) => {
      await sql`select pg_sleep(${at / 1_000})`;
      return each.take();
    }),
  );
  expect(turns.filter(Boolean)).toHaveLength(1);
  expect(await sql`select key from holdfast_jobs.jobs`).toHaveLength(1);
});

test("replicas that all find none, one of them slower than the turn of another, take one together", async () => {
  await sql.unsafe(`create function pause() returns trigger language plpgsql as
    $$ begin perform pg_sleep(random() * 0.03); return new; end $$`);
  await sql`create trigger pause before insert on holdfast_jobs._private_jobs for each row execute function pause()`;
  for (let round = 0; round < 20; round++) {
    await sql`delete from holdfast_jobs._private_jobs`;
    expect(await takeAll(), `round ${round}`).toEqual([true, false, false]);
  }
  await sql`drop trigger pause on holdfast_jobs._private_jobs`;
});

test("a replica that died with the turn in its hands keeps it from nobody", async () => {
  const die = (secondsAgo: number) => sql`update holdfast_jobs._private_jobs
    set locked_at = now() - ${secondsAgo} * interval '1 second', locked_by = 'dead', attempts = 1`;
  await die(1);
  expect(await takeAll()).toEqual([false, false, false]);
  await die(4);
  expect(await takeAll()).toEqual([true, false, false]);
});

test("what keeps it from taking the turn is thrown, and the next try is a new one", async () => {
  await untilNext();
  await sql`alter table holdfast_jobs._private_jobs rename to gone`;
  await expect(replicas[0]?.take()).rejects.toMatchObject({ code: "42P01" });
  await sql`alter table holdfast_jobs.gone rename to _private_jobs`;
  expect(await takeAll()).toEqual([true, false, false]);
});
