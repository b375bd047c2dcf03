import type { Principal } from "@holdfast/db";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createCaller,
  type Spawned,
  spawnHoldfast,
  startTestServer,
  TEST_SECRET,
  type TestServer,
} from "./testing/index.ts";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
/** Nobody says this but the database, and the caller whose it is. */
const CANARY = "canary-4f1c";
/** What may be in no answer and no line of the log, whoever said it. */
const NEVER = new RegExp(
  `${CANARY}|select |insert |update |holdfast\\.(wallets|entries|operations)|relation|constraint`,
  "i",
);

/** A server with a database of its own, and a process beside it whose log is read as it is written. */
let server: TestServer;
let spawned: Spawned;
let url: string;
let sql: postgres.Sql;

beforeAll(async () => {
  server = await startTestServer();
  sql = postgres(server.databaseUrl, { max: 1, onnotice: () => {} });
  spawned = spawnHoldfast(["serve"], {
    DATABASE_URL: server.databaseUrl,
    HOLDFAST_JWT_SECRET: TEST_SECRET,
    HOLDFAST_LOG_LEVEL: "trace",
    PORT: "0",
  });
  url = await spawned.ready;
  await sql.unsafe(`
    create function public.sing() returns trigger language plpgsql as $$
    begin
      raise exception '${CANARY} in a message: %', new
        using errcode = tg_argv[0], detail = '${CANARY} in a detail', hint = '${CANARY} in a hint',
          column = '${CANARY}', constraint = '${CANARY}', table = '${CANARY}', schema = '${CANARY}', datatype = '${CANARY}';
    end $$`);
});
afterAll(async () => {
  spawned.child.kill("SIGTERM");
  await spawned.ended;
  await sql.end();
  await server.close();
});

/** The status and the text of an answer; its text and everything logged meanwhile must be silent. */
async function silently(ask: () => Promise<Response>): Promise<[number, string]> {
  const before = spawned.stderr.length;
  const response = await ask();
  const text = await response.text();
  expect(`${text} ${JSON.stringify([...response.headers])}`).not.toMatch(NEVER);
  expect(spawned.stderr.slice(before)).not.toMatch(NEVER);
  return [response.status, text];
}

async function call(path: string, input: object): Promise<Response> {
  return createCaller(url, await server.token(ada)).send(path, {
    method: "POST",
    headers: { "content-type": "application/json", "holdfast-deadline-ms": "1500" },
    body: JSON.stringify(input),
  });
}

describe("what the database says is told to nobody", () => {
  // A class each: data, integrity, state, authorisation, names, syntax, resources, limits, locks, operators, system, plpgsql, ours.
  test.each([
    ...["22003", "22P02", "22021", "23502", "23503", "23505", "23514", "25006", "28000", "40001", "40P01"],
    ...["42501", "42601", "42703", "42P01", "53100", "53200", "54000", "55006", "55P03", "57014", "58030"],
    ...["P0001", "P0002", "XX000", "XX001", "HF002", "57P01", "53300", "08006"],
  ])("SQLSTATE %s, with a canary in its message, detail, hint and names", async (sqlstate) => {
    const walletId = await server.wallet("ada", "100");
    const input = { idempotencyKey: `${CANARY}-${sqlstate}`, walletId, amount: "1", memo: CANARY };
    await sql.unsafe(
      `create trigger singing before insert on holdfast.entries for each row execute function public.sing('${sqlstate}')`,
    );
    try {
      const [status] = await silently(() => call("wallets.debit", input));
      expect(status).toBeGreaterThanOrEqual(500);
    } finally {
      await sql.unsafe("drop trigger singing on holdfast.entries");
    }
    // Whatever it was, it was passing: the key executes, once.
    const after = await call("wallets.debit", input);
    expect([after.status, await after.json()]).toMatchObject([200, { result: { data: { balance: "99" } } }]);
  });

  test("a read that fails", async () => {
    const walletId = await server.wallet("ada", "100");
    await sql`alter table holdfast.entries rename column amount to ${sql(CANARY)}`;
    try {
      const caller = createCaller(url, await server.token(ada));
      const input = encodeURIComponent(JSON.stringify({ walletId }));
      expect((await silently(() => caller.send(`wallets.history?input=${input}`)))[0]).toBe(500);
    } finally {
      await sql`alter table holdfast.entries rename column ${sql(CANARY)} to amount`;
    }
  });
});

describe("what a request holds is told to no log", () => {
  test.each<[string, () => Promise<Response>]>([
    ["a token in the address", () => fetch(`${url}/trpc/wallets.mine?access_token=${CANARY}`)],
    [
      "a token in an address that is none of ours",
      () => fetch(`${url}/${CANARY}?token=${CANARY}`, { headers: { accept: "x" } }),
    ],
    ["a forged token", () => createCaller(url, CANARY).send("wallets.mine")],
    ["an API key that there isn't", () => createCaller(url, `hf_1_${CANARY}_${CANARY}`).send("wallets.mine")],
    [
      "a body that is no JSON",
      async () =>
        createCaller(url, await server.token(ada)).send("wallets.debit", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: `{"${CANARY}`,
        }),
    ],
    [
      "a wrong amount",
      () => call("wallets.debit", { idempotencyKey: CANARY, walletId: CANARY, amount: CANARY }),
    ],
    [
      "NUL in a text",
      () => call("wallets.debit", { idempotencyKey: `${CANARY}\0`, walletId: CANARY, amount: "1" }),
    ],
  ])("%s", async (_name, ask) => {
    const before = spawned.stderr.length;
    const response = await ask();
    await response.text();
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(spawned.stderr.slice(before)).not.toContain(CANARY);
  });
});

test("the password of the database is told to nobody, whatever keeps the server from it", async () => {
  const wrong = new URL(server.databaseUrl);
  wrong.password = CANARY;
  const elsewhere = new URL(wrong);
  elsewhere.port = "1";
  const nowhere = new URL(wrong);
  nowhere.pathname = "/no_such_database";
  for (const { href } of [wrong, elsewhere, nowhere]) {
    const ended = await spawnHoldfast(["serve"], {
      DATABASE_URL: href,
      HOLDFAST_JWT_SECRET: TEST_SECRET,
      HOLDFAST_DATABASE_WAIT_SECONDS: "0",
      HOLDFAST_LOG_LEVEL: "trace",
      // A port that can't be had, for a cluster that asks for no password: the server must not go on for ever.
      PORT: "1",
      HOST: "256.256.256.256",
    }).ended;
    expect(ended.code).not.toBe(0);
    expect(`${ended.stdout}${ended.stderr}`).not.toContain(CANARY);
  }
});
