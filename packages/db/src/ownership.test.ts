import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { conversationQueries } from "./conversations/queries.ts";
import { createFeatures } from "./features.ts";
import { connect, type Db, execute, type Feature, type Principal } from "./index.ts";
import { keyQueries } from "./keys/queries.ts";
import { operationQueries } from "./operations/explain.ts";
import { isRefusedRow } from "./postgres-error.ts";
import { showQueries } from "./shows/queries.ts";
import { type AdasThings, attemptsOn, CANARY, createAdasThings, eve } from "./testing/adas-things.ts";
import { adminsLooksAt, looksAt, type Reader } from "./testing/adas-things-read.ts";
import { text } from "./testing/conversations.ts";
import { ada, newKey, root, settle } from "./testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "./testing/index.ts";
import { verify } from "./verify.ts";
import { walletQueries } from "./wallets/queries.ts";
import { webhookQueries } from "./webhooks/queries.ts";

/**
 * Whose a thing is is asked twice: by decide and the queries, and by row-level security. Each time one of them is taken away, and
 * the other alone must refuse everything that a user tries on what is somebody else's.
 */

const features = createFeatures({ pricePer1000Tokens: 1_000n, maxTokens: 100 });
const options = { features, tokenSecret: "of this test", sessions: 4 };
const asAdmin = (by: Principal): Principal => ({ ...by, role: "admin" });
/** Decides as if everybody were an admin: nobody asks any more whose a thing is. Who called is recorded all the same. */
const blind = features.map(
  (feature): Feature => ({
    ...feature,
    decide: (all, command, context) =>
      feature.decide(all, command, { ...context, principal: asAdmin(context.principal) }),
  }),
);

/** Whether a text has a word; not as some digits of an id or a seal. */
const tells = (text: string, word: string): boolean => new RegExp(`\\b${word}\\b`).test(text);

interface House {
  readonly database: TestDatabase;
  readonly db: Db;
  readonly things: AdasThings;
  readonly sql: postgres.Sql;
  /** What was reported to whoever runs it. */
  readonly reported: unknown[];
  close(): Promise<void>;
}

async function createHouse(by: readonly Feature[] = features): Promise<House> {
  const database = await createTestDatabase();
  const sound = connect({ url: database.url, ...options });
  const things = await createAdasThings(sound);
  await sound.close();
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const reported: unknown[] = [];
  const onError = (error: unknown) => reported.push(error);
  const db = connect({ url: database.url, ...options, features: by, onError });
  return {
    ...{ database, db, things, sql, reported },
    async close() {
      await db.close();
      await sql.end();
      await database.close();
    },
  };
}

async function tablesOf({ sql }: House): Promise<string[]> {
  const rows = await sql`select relname from pg_class
    where relnamespace = 'holdfast'::regnamespace and relkind = 'r' and relname <> 'migrations' order by 1`;
  return rows.map((row) => String(row["relname"]));
}

/** All rows of all tables, but of those that are named. */
async function contents(house: House, ...except: string[]): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  for (const table of await tablesOf(house))
    if (!except.includes(table))
      all[table] = [...(await house.sql.unsafe(`select t::text from holdfast.${table} as t order by 1`))];
  return all;
}

/** The codes of an attempt: its own, or those of each step of a batch that is no atomic one. */
async function codesOf(db: Db, by: Principal, command: Parameters<Db["execute"]>[1]): Promise<string[]> {
  const told = await settle<unknown>(db.execute(by, command));
  if (!told.ok)
    return [told.code === "BATCH_REFUSED" ? String((told.details as { code: string }).code) : told.code];
  const { results } = told.answer as { results?: { ok: boolean; code?: string }[] };
  return results?.map((one) => (one.ok ? "ok" : (one.code ?? ""))) ?? ["ok"];
}

/** As many as there will be, before there is anything to try them on. */
const tried = attemptsOn({ message: text("any") } as AdasThings).map(({ command, about }, at) => ({
  kind: command.kind,
  about,
  at,
}));
const REFUSED = /^(NOT_FOUND|FORBIDDEN)$/;

test("what is tried are all commands and all queries", () => {
  const kinds = features.flatMap(({ inputs }) => Object.keys(inputs)).sort();
  expect([...new Set(tried.map(({ kind }) => kind))].sort()).toEqual(kinds);
  const looks = [...looksAt({} as AdasThings), ...adminsLooksAt({} as AdasThings)].map(([about]) => about);
  const queries = Object.keys({
    ...walletQueries,
    ...showQueries,
    ...conversationQueries,
    ...operationQueries,
    ...keyQueries,
    ...webhookQueries,
  });
  // Shows are everybody's; what they tell of others has a test of its own.
  expect(queries.filter((name) => !name.startsWith("shows."))).toEqual(
    expect.arrayContaining([...new Set(looks)].filter((name) => name.includes("."))),
  );
  expect(queries.filter((name) => !looks.includes(name))).toEqual(["shows.list", "shows.get"]);
});

describe("whoever may", () => {
  test.each(tried)("does $kind: $about", async ({ at }) => {
    const house = await createHouse();
    const attempt = attemptsOn(house.things)[at];
    if (attempt === undefined) throw new Error("no such attempt");
    const { rightly, command, code = "ok" } = attempt;
    expect(await codesOf(house.db, rightly, command)).toEqual([code]);
    await house.close();
  });

  test("is told what the queries tell", async () => {
    const house = await createHouse();
    for (const [about, look] of looksAt(house.things)) {
      const told = await settle(look(house.db, ada));
      expect([about, told.ok && JSON.stringify(told.answer).length > 10]).toEqual([about, true]);
    }
    for (const [about, look] of adminsLooksAt(house.things)) {
      const told = await settle(look(house.db, root));
      expect([about, told.ok && JSON.stringify(told.answer).length > 10]).toEqual([about, true]);
    }
    await house.close();
  });
});

describe("with the question of ownership taken out of decide and the queries, row-level security alone", () => {
  let house: House;
  /** Its queries believe that everybody is an admin. */
  let reader: Reader;
  beforeAll(async () => {
    house = await createHouse(blind);
    const { db } = house;
    reader = {
      registry: db.registry,
      read: (by, work) => db.read({ ...by, role: "user" }, work),
      watch: db.watch,
    };
  });
  afterAll(async () => {
    expect(await verify({ url: house.database.url })).toEqual([]);
    await house.close();
  });

  test.each(tried)("refuses $kind: $about", async ({ at }) => {
    const before = await contents(house);
    house.reported.length = 0;
    const attempt = attemptsOn(house.things)[at];
    expect(attempt && (await codesOf(house.db, eve, attempt.command))).toEqual(["NOT_FOUND"]);
    expect(house.reported.map(isRefusedRow)).toEqual([true]);
    expect(await contents(house)).toEqual(before);
  });

  test("refuses it in somebody else's transaction, too, and with it what else is in there", async () => {
    const { db, things, sql } = house;
    const before = await contents(house);
    const debit = { kind: "wallets.debit", walletId: things.purse, amount: "1" } as const;
    const joined = sql.begin(async (tx) => {
      await execute(tx, ada, [{ ...debit, idempotencyKey: newKey() }], db);
      await execute(tx, eve, [{ ...debit, idempotencyKey: newKey() }], db);
    });
    await expect(joined).rejects.toMatchObject({ code: "NOT_FOUND" });
    const ours = db.withTransaction({ tenantId: 1 }, (tx) =>
      execute(tx, eve, [{ ...debit, idempotencyKey: newKey() }], db),
    );
    await expect(ours).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await contents(house)).toEqual(before);
  });

  test("shows none of it to a reader", async () => {
    for (const [about, look] of looksAt(house.things)) {
      // Whoever watches is asked by the topic, with whom the feed reads.
      const by = about.startsWith("watching") ? eve : asAdmin(eve);
      const told = await settle(look(reader, by));
      const seen = told.ok ? JSON.stringify(told.answer) : told.code;
      expect([about, tells(seen, CANARY) || tells(seen, "ada")]).toEqual([about, false]);
      if (!told.ok) expect(told.code).toBe("NOT_FOUND");
    }
    for (const [about, look] of adminsLooksAt(house.things)) {
      const told = await settle(look(reader, asAdmin(eve)));
      const seen = told.ok ? JSON.stringify(told.answer) : told.code;
      expect([about, /NOT_FOUND|^\{"\w+":\[\]|null/.test(seen) && !seen.includes(CANARY)]).toEqual([
        about,
        true,
      ]);
    }
  });

  test("shows a user no row of a table that tells of somebody else", async () => {
    const { db, things } = house;
    const secrets = [CANARY, "ada", things.purse, things.holdId, things.conversationId, things.answerId];
    for (const table of await tablesOf(house)) {
      const text = async (by: Principal) =>
        JSON.stringify(
          await db.read(by, (tx) => tx.run(`select t::text as row from holdfast.${table} as t`)),
        );
      const [hers, all] = [await text(eve), await text(asAdmin(eve))];
      expect([table, secrets.filter((secret) => tells(hers, secret))]).toEqual([table, []]);
      // Those that hold such rows were looked at.
      const isPublic = /^(tenants|shows|seats|show_changes|webhook_deliveries)$/.test(table);
      expect([table, secrets.some((secret) => tells(all, secret))]).toEqual([table, !isPublic]);
    }
  });

  test("and one such command hurts none of those that go with it", async () => {
    const { db, things } = house;
    const debit = { kind: "wallets.debit", walletId: things.purse, amount: "1" } as const;
    const callers = Array.from({ length: 40 }, (_, at) => (at % 10 === 3 ? eve : ada));
    const told = await Promise.all(
      callers.map((by) => settle(db.execute(by, { ...debit, idempotencyKey: newKey() }))),
    );
    expect(told.map((one) => (one.ok ? "ok" : one.code))).toEqual(
      callers.map((by) => (by === eve ? "NOT_FOUND" : "ok")),
    );
  });
});

describe("with row-level security taken away, decide and the queries alone", () => {
  let house: House;
  beforeAll(async () => {
    house = await createHouse();
    for (const table of await tablesOf(house))
      await house.sql.unsafe(`alter table holdfast.${table} disable row level security`);
    // Which is what functions ask who read on others' behalf.
    await house.sql.unsafe(`create or replace function holdfast.acts_for_others(caller text) returns boolean
      language sql immutable parallel safe return true`);
  });
  afterAll(() => house.close());

  /** Of another tenant, and there with the same name. */
  const namesake: Principal = { ...ada, tenantId: 2 };

  test.each(tried)("refuse $kind: $about", async ({ at }) => {
    // A refusal of some steps of a batch is recorded.
    const before = await contents(house, "operations");
    const attempt = attemptsOn(house.things)[at];
    const codes = attempt && (await codesOf(house.db, eve, attempt.command));
    expect(codes).toEqual([expect.stringMatching(REFUSED)]);
    expect(await contents(house, "operations")).toEqual(before);
  });

  test("tell nothing of it", async () => {
    for (const by of [eve, namesake])
      for (const [about, look] of looksAt(house.things)) {
        const told = await settle(look(house.db, by));
        const seen = told.ok ? JSON.stringify(told.answer) : told.code;
        expect([about, seen.includes(CANARY) || seen.includes(house.things.purse)]).toEqual([about, false]);
      }
    for (const [about, look] of adminsLooksAt(house.things))
      for (const by of [eve, ada, { ...eve, role: "service" } as const]) {
        const told = await settle(look(house.db, by));
        expect([about, told.ok || told.code]).toEqual([about, "FORBIDDEN"]);
      }
  });
});
