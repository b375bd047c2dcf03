import { randomUUID } from "node:crypto";
import { appRouter, type OpenApi, policiesOf } from "@holdfast/api";
import { connect, createFeatures, type Db, verify } from "@holdfast/db";
import {
  createTestDatabase,
  startWireMeter,
  type TestDatabase,
  throughPort,
  type WireMeter,
} from "@holdfast/db/testing";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLogger } from "../log.ts";
import { DescribedApi } from "../testing/described-api.ts";
import { startTestServer, TEST_SECRET, type TestServer } from "../testing/index.ts";
import { type Caller, makeCallers } from "../testing/matrix/callers.ts";
import { type Example, examples } from "../testing/matrix/examples.ts";
import { expected } from "../testing/matrix/expected.ts";
import { makeRows, type Rows, unknownRows } from "../testing/matrix/rows.ts";
import { type Call, listen, outcomeOf, type Received, send } from "../testing/matrix/send.ts";

/**
 * Every procedure × everybody who may come or says so, against rows of tenant A, where the callers live, and of tenant B: each is
 * told what the policy and the owner of the row say. Nothing of B's, where every text has a canary in it, is in any byte that
 * they get; a refusal changes nothing; and what is somebody else's is refused as what is not there, to the byte and the statement.
 */

const [A, B] = [1, 2];
const CANARY = `canary${randomUUID().replaceAll("-", "")}`;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

let database: TestDatabase;
let sql: postgres.Sql;
/** Makes the rows. The answers in them are under way for an hour, so that no clock settles anything meanwhile. */
let db: Db;
let meter: WireMeter;
/** Serves the calls that must be refused, one after the other, on one session: so its statements can be counted. */
let refusing: TestServer;
/** Serves the others. */
let serving: TestServer;
let callers: Caller[];
/** Everything of B's that A must not get, ids and tokens. */
const secrets = new Set<string>([CANARY]);
let logged = "";
/** Ada's, and what she hears who watches it from the beginning to the end. */
let watched: Rows;
let heard: { readonly head: string; readonly body: string };
/** The same procedures by their addresses. */
let rest: DescribedApi;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const features = createFeatures({ leaseSeconds: 3_600 });
  db = connect({ url: database.url, sessions: 2, tokenSecret: TEST_SECRET, features });
  meter = await startWireMeter(Number(new URL(database.url).port));
  const write = (line: string) => {
    logged += line;
  };
  const log = createLogger("trace", { write });
  serving = await startTestServer({ databaseUrl: database.url, log });
  const metered = throughPort(database.url, meter.port);
  refusing = await startTestServer({ databaseUrl: metered, log, config: { sessions: 1 } });
  rest = new DescribedApi((await (await fetch(`${serving.url}/v1/openapi.json`)).json()) as OpenApi);
  callers = await makeCallers(db, A, B);
  watched = await makeRows(db, A, "plain");
  const { authorization } = callers[0] as Caller;
  const topics = [
    { kind: "wallet", id: watched.walletId },
    { kind: "show", id: watched.showId },
    { kind: "conversation", id: watched.conversationId },
  ];
  heard = await listen(serving.url, { topics }, authorization);
});
afterAll(async () => {
  await Promise.all([serving.close(), refusing.close()]);
  await meter.close();
  await db.close();
  await sql.end();
  await database.close();
});

const policies = policiesOf(appRouter);
const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { type: Call["type"] } }>;

async function rowsOfB(): Promise<Rows> {
  const rows = await makeRows(db, B, CANARY);
  for (const secret of Object.values(rows)) secrets.add(secret);
  return rows;
}

/** The same call by its address; what comes back is held against the document besides. */
function callRest(path: string, input: Record<string, unknown>, authorization: string | undefined) {
  // The one procedure with two addresses.
  const by = "operationId" in input ? "operations.get" : "operations.find";
  const operationId = path === "operations.explain" ? by : path;
  const { idempotencyKey, ...others } = input;
  const takesKey = rest.takesKey(operationId);
  const headers = {
    ...(authorization !== undefined && { authorization }),
    ...(takesKey && { "idempotency-key": String(idempotencyKey) }),
  };
  return rest.call(serving.url, operationId, { fields: takesKey ? others : input, headers });
}

function leaks({ head, body }: { head: string; body: string }): string[] {
  const text = `${head}\n${body}`;
  const named = new Set([...(text.match(UUID) ?? []), ...(text.match(/[\w-]{60,}/g) ?? [])]);
  return [CANARY, ...named].filter((one) => secrets.has(one) && text.includes(one));
}

/** A digest of every table, but for those that a refusal may write to. */
async function digests(except: readonly string[] = []): Promise<Record<string, string>> {
  const tables = await sql`select relname from pg_class
    where relnamespace = 'holdfast'::regnamespace and relkind = 'r' order by 1`;
  const each = tables.map(
    ({ relname }) =>
      `select '${relname}' as name, md5(string_agg(t::text, ' ' order by t::text)) as md5 from holdfast.${relname} as t`,
  );
  const rows = await sql.unsafe(each.join(" union all "));
  return Object.fromEntries(
    rows.filter(({ name }) => !except.includes(name)).map(({ name, md5 }) => [name, md5]),
  );
}

function topicOf(input: object): string {
  const [topic] = (input as { topics: readonly { readonly kind: string; readonly id: string }[] }).topics;
  return `${topic?.kind} ${topic?.id}`;
}

interface Cell {
  readonly caller: Caller;
  readonly example: Example;
  readonly at: number;
  readonly tenantId: number;
  readonly outcome: string;
}

function cellsOf(path: string): Cell[] {
  const policy = policies.get(path);
  if (policy === undefined) throw new Error(`${path} has no policy`);
  return (examples[path] ?? []).flatMap((example, at) =>
    // Which names no row of B's has nothing to look for there; who names a person there sends the canary along.
    (example.of === "nobody" || example.of === "others" ? [A] : [A, B]).flatMap((tenantId) =>
      callers.map((caller) => ({
        caller,
        example,
        at,
        tenantId,
        outcome: expected(policy, example, tenantId, caller),
      })),
    ),
  );
}

const nameOf = ({ caller, at, tenantId }: Cell) =>
  `${caller.name}, example ${at}, rows of ${tenantId === A ? "A" : "B"}`;

test("every procedure has examples", () => {
  for (const path of policies.keys()) {
    const what = `add examples of ${path} to apps/server/src/testing/matrix/examples.ts: a valid input, and whose row it names`;
    expect(examples[path]?.length ?? 0, what).toBeGreaterThan(0);
  }
  expect(Object.keys(examples).filter((path) => !policies.has(path))).toEqual([]);
});

describe.each([...policies])("%s, for %s", { timeout: 120_000 }, (path, policy) => {
  const type = procedures[path]?._def.type ?? "query";
  async function call(
    server: TestServer,
    { caller, example }: Cell,
    rows: Rows,
    key: string,
  ): Promise<Received> {
    const input = example.input(rows, key, caller.ownWalletId);
    const received = await send(server.url, { path, type, input, authorization: caller.authorization });
    if (type !== "subscription") return received;
    // A watcher of several topics is told which of them is not there, in the very words that it sent.
    return {
      ...received,
      body: received.body.replaceAll(`"what":"${topicOf(input)}"`, '"what":"the topic"'),
    };
  }

  /** A call that must be refused, and how many statements that took. */
  async function refuse(
    cell: Cell,
    rows: Rows,
    key: string,
  ): Promise<{ received: Received; statements: number }> {
    const before = meter.statements;
    const received = await call(refusing, cell, rows, key);
    return { received, statements: meter.statements - before };
  }

  test("who may not is refused, changes nothing and learns nothing", async () => {
    const rows = { [A]: await makeRows(db, A, "plain"), [B]: await rowsOfB() };
    const isRecorded = examples[path]?.some(({ refusedWith }) => refusedWith !== undefined) ?? false;
    const except = isRecorded ? ["operations"] : [];
    const before = await digests(except);
    let refused = 0;
    for (const cell of cellsOf(path)) {
      if (cell.outcome === "ok") continue;
      refused++;
      const { caller, tenantId, example } = cell;
      const there = rows[tenantId] as Rows;
      // B's own key, where a refusal is not recorded under it: that B has used it must not be told either.
      const key = tenantId === B && !isRecorded ? there.usedKey : randomUUID();
      const { received, statements } = await refuse(cell, there, key);
      expect(outcomeOf(received), nameOf(cell)).toBe(cell.outcome);
      expect(leaks(received), nameOf(cell)).toEqual([]);
      if (cell.outcome === "UNAUTHENTICATED" || (cell.outcome === "FORBIDDEN" && example.of !== "others")) {
        // Refused before anything was asked of the database.
        if (!caller.withKey) expect(statements, nameOf(cell)).toBe(0);
        continue;
      }
      if (!cell.outcome.endsWith("NOT_FOUND")) continue;
      const nowhere = await refuse(cell, unknownRows(), randomUUID());
      expect(nowhere.received, nameOf(cell)).toEqual(received);
      // Within a tenant a write asks once more whether the row is there or just locked; keys are looked up anew now and then.
      const isComparable = !caller.withKey && (tenantId === B || type !== "mutation");
      if (isComparable) expect([nameOf(cell), nowhere.statements]).toEqual([nameOf(cell), statements]);
    }
    if (policy !== "anyone") expect(refused).toBeGreaterThan(20);
    expect(await digests(except)).toEqual(before);
  });

  if (type !== "subscription")
    test("who may not is refused at /v1 as well", async () => {
      const rows = { [A]: await makeRows(db, A, "plain"), [B]: await rowsOfB() };
      const before = await digests(["operations"]);
      for (const cell of cellsOf(path)) {
        if (cell.outcome === "ok") continue;
        const { caller, example, tenantId } = cell;
        const input = example.input(rows[tenantId] as Rows, randomUUID(), caller.ownWalletId);
        const { body } = await callRest(path, { ...input }, caller.authorization);
        const { code, details } = body as { code: string; details: { code?: string } };
        const told = details.code === undefined ? code : `${code} ${details.code}`;
        expect(told, nameOf(cell)).toBe(cell.outcome);
        expect(leaks({ head: "", body: JSON.stringify(body) }), nameOf(cell)).toEqual([]);
      }
      expect(await digests(["operations"])).toEqual(before);
    });

  test("who may is answered, with nothing of another tenant's", async () => {
    await rowsOfB();
    const cells = cellsOf(path).filter(({ outcome }) => outcome === "ok");
    expect(cells.length).toBeGreaterThan(0);
    for (const cell of cells) {
      const rows = await makeRows(db, A, "plain");
      const received = await call(serving, cell, rows, randomUUID());
      expect([nameOf(cell), outcomeOf(received), received.body.slice(0, 300)]).toEqual([
        ...[nameOf(cell), "ok", received.body.slice(0, 300)],
      ]);
      expect(leaks(received), nameOf(cell)).toEqual([]);
    }
  });
});

test("who watched all the while heard what is A's alone", async () => {
  const { walletId } = watched;
  const idempotencyKey = randomUUID();
  const shop = { tenantId: A, subject: "shop", role: "service" } as const;
  const credit = { kind: "wallets.credit", idempotencyKey, walletId, amount: "77" } as const;
  const { operationId } = await db.execute(shop, credit);
  await expect.poll(() => heard.body, { timeout: 20_000 }).toContain(operationId);
  expect(leaks(heard)).toEqual([]);
});

test("the figures for all have nothing of anybody's", async () => {
  const response = await fetch(`${serving.url}/metrics`);
  expect(leaks({ head: "", body: await response.text() })).toEqual([]);
});

test("no line of the log has anything of B's", () => {
  expect(leaks({ head: "", body: logged })).toEqual([]);
});

test("after all of it, every invariant holds", async () => {
  expect(await verify({ url: database.url })).toEqual([]);
});
