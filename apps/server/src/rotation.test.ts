import type { Principal } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signToken } from "./auth/tokens.ts";
import type { Config } from "./config.ts";
import { createCaller, dataOf, startTestServer, type TestServer } from "./testing/index.ts";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
const OLD = "the old secret of this test, 32 characters";
const NEW = "the new secret of this test, 32 characters";

let database: TestDatabase;
let sql: postgres.Sql;
const open: TestServer[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  for (const server of open) await server.close();
  await sql.end();
  await database.close();
});

/** A replica with these settings on the one database. */
async function replica(config: Partial<Config>, databaseUrl = database.url): Promise<TestServer> {
  const server = await startTestServer({ databaseUrl, config });
  open.push(server);
  return server;
}

async function isKnown(server: TestServer, credential: string): Promise<boolean> {
  return (await createCaller(server.url, credential).query("mine", {})).ok;
}

test("a new HOLDFAST_JWT_SECRET: old tokens end with the last old replica, API keys go on", async () => {
  const [before, after] = [
    await replica({ auth: { secret: OLD } }),
    await replica({ auth: { secret: NEW } }),
  ];
  const [oldToken, newToken] = [
    await signToken({ secret: OLD }, ada, 60),
    await signToken({ secret: NEW }, ada, 60),
  ];
  const { apiKey } = await before.db.execute(
    { ...ada, subject: "root", role: "admin" },
    { kind: "keys.create", idempotencyKey: "of ada's", subject: "ada", role: "user" },
  );
  expect(await Promise.all([oldToken, newToken, apiKey ?? ""].map((each) => isKnown(before, each)))).toEqual([
    true,
    false,
    true,
  ]);
  expect(await Promise.all([oldToken, newToken, apiKey ?? ""].map((each) => isKnown(after, each)))).toEqual([
    false,
    true,
    true,
  ]);
});

test("a reservation's token outlives a new HOLDFAST_TOKEN_SECRET; only a repeated reserve tells one that does not fit", async () => {
  const [before, after] = [await replica({ tokenSecret: OLD }), await replica({ tokenSecret: NEW })];
  const organiser: Principal = { tenantId: 1, subject: "organiser", role: "service" };
  const { showId } = await before.db.execute(organiser, {
    ...{ kind: "shows.create", idempotencyKey: "rotated-show", name: "A show" },
    categories: [{ id: "free", price: "0" }],
    sections: [{ id: "stalls", rows: [{ id: "A", seats: [{ id: "A1" }] }] }],
  });
  const reserve = { kind: "seats.reserve", idempotencyKey: "rotated", showId, seatIds: ["A1"] } as const;
  const { token } = await before.db.execute(ada, reserve);
  const repeated = await after.db.execute(ada, reserve);
  expect(repeated).toMatchObject({ replayed: true });
  expect(repeated.token).not.toBe(token);
  const extend = {
    kind: "seats.extend",
    idempotencyKey: "rotated-extend",
    token,
    expiresInSeconds: 300,
  } as const;
  expect(await after.db.execute(ada, extend)).toMatchObject({ replayed: false });
});

test("a new password of the database: who is connected goes on, and a second login role changes hands without a gap", async () => {
  const login = async (role: string, password: string) => {
    await sql.unsafe(`create role ${role} login noinherit password '${password}'`);
    await sql.unsafe(`grant holdfast_login, holdfast_app to ${role}`);
    const url = new URL(database.url);
    [url.username, url.password] = [role, password];
    return url.href;
  };
  const suffix = process.pid;
  const blue = await login(`blue_${suffix}`, "first");
  const before = await replica({ sessions: 1 }, blue);
  const walletId = await before.wallet("ada", "100");
  const debit = async (server: TestServer, idempotencyKey: string) =>
    dataOf(await (await server.as(ada)).mutate("debit", { idempotencyKey, walletId, amount: "1" }));
  await debit(before, "as-blue");

  const green = await login(`green_${suffix}`, "second");
  const after = await replica({ sessions: 1 }, green);
  expect(await debit(after, "as-green")).toMatchObject({ balance: "98" });
  // From here on nobody signs in as blue; the session that it has goes on until its replica is told to end.
  await sql.unsafe(`alter role blue_${suffix} nologin`);
  expect(await debit(before, "still-blue")).toMatchObject({ balance: "97" });
  // The same key at the other replica, as a client would send it whose replica has gone.
  expect(await debit(after, "still-blue")).toMatchObject({ balance: "97", replayed: true });

  for (const server of [before, after]) {
    await server.close();
    open.splice(open.indexOf(server), 1);
  }
  await sql.unsafe(`drop role blue_${suffix}, green_${suffix}`);
});
