import { connect, type Db } from "@holdfast/db";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkTables } from "./check-tables.ts";
import { CopiedDatabase } from "./testing/copied-database.ts";

const shop = { tenantId: 1, subject: "shop", role: "service" } as const;

let database: CopiedDatabase;

beforeAll(async () => {
  database = await CopiedDatabase.create();
  const db = connect({ url: database.url });
  await write(db);
  await db.close();
});
afterAll(() => database.close());

/** Two wallets, and one of every command. */
async function write(db: Db): Promise<void> {
  const open = async (ownerId: string) => {
    const command = { kind: "wallets.open", idempotencyKey: ownerId, currency: "sat", ownerId } as const;
    return (await db.execute(shop, command)).walletId;
  };
  const [purse, till] = [await open("ada"), await open("bob")];
  const pay = { fromWalletId: purse, toWalletId: till };
  const hold = async (idempotencyKey: string, expiresInSeconds: number, amount = 10n) => {
    const command = {
      kind: "wallets.hold",
      idempotencyKey,
      walletId: purse,
      amount,
      expiresInSeconds,
    } as const;
    return (await db.execute(shop, command)).holdId;
  };
  await db.execute(shop, { kind: "wallets.credit", idempotencyKey: "credit", walletId: purse, amount: 100n });
  await db.execute(shop, { kind: "wallets.transfer", idempotencyKey: "transfer", ...pay, amount: 7n });
  await db.execute(shop, {
    kind: "wallets.boost",
    idempotencyKey: "boost",
    ...pay,
    amount: 5n,
    message: "thanks",
  });
  await db.execute(shop, { kind: "wallets.stream", ...pay, amount: 1n, sessionId: "s", minute: 1 });
  await db.execute(shop, { kind: "wallets.debit", idempotencyKey: "debit", walletId: purse, amount: 3n });
  const captured = await hold("hold", 60);
  await db.execute(shop, {
    kind: "wallets.capture",
    idempotencyKey: "part",
    holdId: captured,
    amount: 4n,
    final: false,
  });
  await db.execute(shop, {
    kind: "wallets.capture",
    idempotencyKey: "rest",
    holdId: captured,
    toWalletId: till,
  });
  await db.execute(shop, {
    kind: "wallets.release",
    idempotencyKey: "release",
    holdId: await hold("freed", 60),
  });
  await hold("left-open", 600, 6n);
  await hold("short", 1);
  await database.run(
    database.name,
    "select pg_sleep_until(min(expires_at)) from holdfast.holds where status = 'open'",
  );
  const debit = { kind: "debit", walletId: purse } as const;
  const commands = [
    { ...debit, amount: 2n },
    { kind: "hold", walletId: till, amount: 1n, expiresInSeconds: 60 },
    { ...debit, amount: 9_000n },
  ] as const;
  await db.execute(shop, {
    kind: "wallets.batch",
    idempotencyKey: "batch",
    atomic: false,
    commands: [...commands],
  });
  const refused = {
    kind: "wallets.batch",
    idempotencyKey: "whole",
    atomic: true,
    commands: [...commands],
  } as const;
  await db.execute(shop, refused).catch(() => {});
}

test("what Holdfast wrote is right", async () => {
  expect(await checkTables(database.url)).toEqual([]);
  const [counted] = await database.run(
    database.name,
    "select count(*)::int, count(distinct kind)::int as kinds from holdfast.operations",
  );
  // All kinds that there are, the expiry of the short hold among them.
  expect(counted).toEqual({ count: 17, kinds: 11 });
});

const operation = (key: string) => `(select id from holdfast.operations where idempotency_key = '${key}')`;
const wallet = (owner: string) => `(select id from holdfast.wallets where owner_id = '${owner}')`;
const entryOf = (key: string, owner: string) =>
  `operation_id = ${operation(key)} and wallet_id = ${wallet(owner)}`;

/** What each tamper does behind Holdfast's back, and all that may be said of it. */
const tampers: readonly (readonly [name: string, expected: string, sql: string])[] = [
  [
    "two operations have one key",
    "I3",
    `insert into holdfast.operations select tenant_id, gen_random_uuid(), idempotency_key, kind, caller, input, outcome,
       created_at, seal from holdfast.operations where idempotency_key = 'whole'`,
  ],
  [
    "a balance is off by one at an early version",
    "I5",
    `update holdfast.entries set balance_after = balance_after + 1 where ${entryOf("transfer", "ada")}`,
  ],
  ["a version is left out", "I5", "update holdfast.entries set version = version + 1 where version >= 3"],
  [
    "a wallet has more than its entries gave it",
    "I5 I6",
    `update holdfast.wallets set credit_balance = credit_balance + 1 where owner_id = 'ada'`,
  ],
  [
    "a wallet's version stays behind",
    "I5",
    `update holdfast.wallets set version = version - 1 where owner_id = 'ada'`,
  ],
  ["a wallet is gone", "I5", "delete from holdfast.wallets where owner_id = 'bob'"],
  ["a wallet changes its owner", "I5", "update holdfast.wallets set owner_id = 'eve' where owner_id = 'ada'"],
  ["a wallet is overdrawn", "I4 I5", `update holdfast.wallets set min_balance = 95 where owner_id = 'ada'`],
  ["held is not what is held", "I4 I5", `update holdfast.wallets set held = held + 1 where owner_id = 'ada'`],
  ["a recipient gets nothing", "I5 I6", `delete from holdfast.entries where ${entryOf("boost", "bob")}`],
  [
    "a recipient gets more",
    "I5 I6",
    `update holdfast.entries set amount = amount + 1 where ${entryOf("boost", "bob")}`,
  ],
  [
    "a refused operation moves credit",
    "I5 I6",
    `update holdfast.entries set operation_id = ${operation("whole")} where ${entryOf("debit", "ada")}`,
  ],
  ["an operation is gone", "I6", "delete from holdfast.operations where idempotency_key = 'debit'"],
  [
    "an answer tells another balance",
    "I5",
    `update holdfast.operations set outcome = replace(outcome::text, '"balance":"93"', '"balance":"94"')::json where idempotency_key = 'transfer'`,
  ],
  [
    "an answer tells another available",
    "I5",
    `update holdfast.operations set outcome = replace(outcome::text, '"available":"93"', '"available":"94"')::json where idempotency_key = 'transfer'`,
  ],
  [
    "a command says another amount",
    "I6",
    `update holdfast.operations set input = replace(input::text, '"7"', '"8"')::json where idempotency_key = 'transfer'`,
  ],
  [
    "a debit says another amount",
    "I6",
    `update holdfast.operations set input = replace(input::text, '"3"', '"4"')::json where idempotency_key = 'debit'`,
  ],
  [
    "an atomic batch is executed in part",
    "I6",
    `update holdfast.operations set input = replace(input::text, '"atomic":false', '"atomic":true')::json where idempotency_key = 'batch'`,
  ],
  [
    "a released hold is open again",
    "I4 I5",
    `update holdfast.holds set status = 'open' where status = 'released'`,
  ],
  [
    "an open hold forgets its amount",
    "I4 I5",
    `update holdfast.holds set amount = amount + 1 where status = 'open'`,
  ],
  ["a hold is gone", "I5", `delete from holdfast.holds where status = 'released'`],
  [
    "a hold lasts longer than was asked",
    "I5",
    `update holdfast.holds set expires_at = expires_at + interval '1 second' where status = 'released'`,
  ],
  [
    "a hold expires before its time",
    "I4",
    `update holdfast.operations set created_at = created_at - interval '1 second' where kind = 'wallets.expire'`,
  ],
  [
    "an expired hold is captured",
    "I4",
    `update holdfast.operations set created_at = created_at + interval '1 hour' where idempotency_key = 'rest'`,
  ],
  [
    "a row can't be read",
    "I5",
    `update holdfast.operations set input = replace(input::text, '"7"', '"seven"')::json where idempotency_key = 'transfer'`,
  ],
];

describe("found when done by hand:", () => {
  test.each(tampers)("%s", async (_name, expected, statement) => {
    const found = await database.checkAfter(statement);
    expect([...new Set(found.map(({ invariant }) => invariant))].sort().join(" ")).toBe(expected);
    expect(found.every(({ message, evidence }) => message !== "" && evidence.length > 0)).toBe(true);
  });
});
