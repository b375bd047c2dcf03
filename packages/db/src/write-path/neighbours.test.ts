import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Command, connect, type Db, type Feature, holdfastFeatures, type Statements } from "../index.ts";
import { ada, countOutcomes, holdings, newKey, openWallet, settle } from "../testing/factories.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { verify } from "../verify.ts";

/** A feature that is broken in every way that a feature can be, on a table whose CHECK refuses negative numbers. */
interface TrapRows {
  numbers: number[];
}
const schema = z.strictObject({ idempotencyKey: z.string() });
const traps: Feature<Command, TrapRows, number> = {
  name: "traps",
  inputs: {
    "traps.throw": schema,
    "traps.check": schema,
    "traps.apply": schema,
    "traps.undeclared": schema,
    "traps.fine": schema,
  },
  needs: () => [],
  lock: () => Promise.resolve({ rows: { numbers: [] }, stuck: new Set(), absent: false }),
  decide(_, { kind }) {
    if (kind === "traps.throw") throw new Error("a decision that throws, with secrets in its message");
    if (kind === "traps.undeclared") return { ok: false, code: "NOBODY_DECLARED_THIS", details: {} };
    const changes = { "traps.check": [-1], "traps.apply": [0], "traps.fine": [1] }[kind] ?? [];
    return { ok: true, data: {}, changes: { traps: changes } };
  },
  apply(rows, changes) {
    if (changes.includes(0)) throw new TypeError("a change that can't be carried in");
    rows.numbers.push(...changes);
  },
  write(tx: Statements, tenantId, { numbers }) {
    for (const number of numbers) {
      void tx.run("insert into public.traps (tenant_id, number) values ($1::int, $2::int)", [
        String(tenantId),
        String(number),
      ]);
    }
  },
};

let database: TestDatabase;
let sql: postgres.Sql;
let db: Db;
const reported: { error: unknown; id: string }[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 1 });
  await sql.unsafe(`create table public.traps (tenant_id int not null, number int not null check (number >= 0));
    grant select, insert on public.traps to holdfast_app`);
  db = connect({
    url: database.url,
    features: [...holdfastFeatures, traps as Feature],
    onError: (error, id) => reported.push({ error, id }),
  });
});
afterAll(async () => {
  await db.close();
  await sql.end();
  await database.close();
});

const range = (length: number) => Array.from({ length }, (_, at) => at);

describe.each(["throw", "check", "apply", "undeclared"] as const)("a command that fails by %s", (how) => {
  const kind = `traps.${how}` as const;

  test("fails alone: fifty neighbours in the same batch succeed, once each", async () => {
    const walletId = await openWallet(db, 100n);
    reported.length = 0;
    const trap = { kind, idempotencyKey: newKey("trap") };
    const neighbours = range(50).map(() => {
      return { kind: "wallets.debit", idempotencyKey: newKey(), walletId, amount: 1n } as const;
    });
    const settled = await Promise.all(
      [...neighbours.slice(0, 25), trap, ...neighbours.slice(25)].map((one) =>
        settle<unknown>(db.execute(ada, one)),
      ),
    );
    expect(countOutcomes(settled)).toEqual({ ok: 50, INTERNAL: 1 });
    const { balance, version } = (await holdings(database.url)).wallet(walletId);
    expect([balance, version]).toEqual([50n, 51n]);
    expect((await holdings(database.url)).kindsUnder(trap.idempotencyKey)).toEqual([]);
  });

  test("tells an id and nothing else, and reports the fault under that id", async () => {
    reported.length = 0;
    const told = await settle(db.execute(ada, { kind, idempotencyKey: newKey() }));
    expect(told).toMatchObject({ ok: false, code: "INTERNAL", details: { id: expect.any(String) } });
    expect(JSON.stringify(told)).not.toMatch(/secret|traps|check|number/);
    expect(reported).toEqual([
      { error: expect.any(Error), id: told.ok ? "" : (told.details as { id: string }).id },
    ]);
  });

  test("does not use its key up", async () => {
    const idempotencyKey = newKey();
    await settle(db.execute(ada, { kind, idempotencyKey }));
    expect(await db.execute(ada, { kind: "traps.fine", idempotencyKey })).toMatchObject({ replayed: false });
  });
});

test("several of them among many fail alone too", async () => {
  const walletId = await openWallet(db, 200n);
  const kinds = range(120).map((at) => {
    return at % 30 === 7 ? "traps.check" : at % 30 === 19 ? "traps.throw" : "traps.fine";
  });
  const settled = await Promise.all([
    ...kinds.map((kind) => settle<unknown>(db.execute(ada, { kind, idempotencyKey: newKey() }))),
    settle<unknown>(
      db.execute(ada, { kind: "wallets.debit", idempotencyKey: newKey(), walletId, amount: 1n }),
    ),
  ]);
  expect(countOutcomes(settled)).toEqual({ ok: 113, INTERNAL: 8 });
});

test("what is left behind is sound, and the failed ones wrote nothing", async () => {
  expect(await verify({ url: database.url })).toEqual([]);
  const [row] = await sql`select count(*)::int as wrong from public.traps where number <> 1`;
  expect(row?.["wrong"]).toBe(0);
});
