import postgres from "postgres";
import { expect, test } from "vitest";
import {
  connect,
  type Db,
  exportConversation,
  getConversation,
  getReservation,
  getShow,
  listConversations,
  listMessages,
  listShows,
  type Principal,
} from "../index.ts";
import { append, createConversation, send, text } from "../testing/conversations.ts";
import { ada, newKey, openWallet, shop } from "../testing/factories.ts";
import { createTestDatabase } from "../testing/index.ts";
import { createShow } from "../testing/shows.ts";

const tokenSecret = "of this test";

test("no statement of the write path scans a table, not even while it is tiny and Postgres knows it", async () => {
  const database = await createTestDatabase();
  const sql = postgres(database.url, { max: 1 });
  try {
    const before = connect({ url: database.url, tokenSecret });
    const [from, to, purse] = [
      await openWallet(before, 100n),
      await openWallet(before, 100n),
      await openWallet(before, 100n),
    ];
    const hold = { walletId: purse, amount: 5n, expiresInSeconds: 600 };
    await before.execute(shop, { kind: "wallets.hold", idempotencyKey: newKey(), ...hold });
    const { showId } = await createShow(before);
    const later = await createShow(before);
    await useSeats(before, showId, later.showId, from);
    const chat = await createConversation(before);
    await useConversation(before, chat);
    await before.close();
    await sql`analyze`;
    const scansThen = await scans(sql);

    // Fresh sessions plan their statements now, with statistics that say "a handful of rows".
    const db = connect({ url: database.url, tokenSecret });
    const transfer = { fromWalletId: from, toWalletId: to, amount: 1n };
    const more = () => db.execute(shop, { kind: "wallets.transfer", idempotencyKey: newKey(), ...transfer });
    const { holdId } = await db.execute(shop, { kind: "wallets.hold", idempotencyKey: newKey(), ...hold });
    await more();
    // This one is decided before its rows are locked, and the next call comes while it is under way.
    const moving = more();
    await new Promise((resolve) => setTimeout(resolve));
    await db.execute(shop, {
      kind: "wallets.capture",
      idempotencyKey: newKey(),
      holdId,
      amount: 2n,
      toWalletId: to,
      final: false,
    });
    await moving;
    await db.execute(shop, { kind: "wallets.release", idempotencyKey: newKey(), holdId });
    await openWallet(db, 10n);
    await createShow(db);
    await useSeats(db, showId, later.showId, from);
    await useConversation(db, chat);
    await exportConversation(db, ada, { conversationId: chat });
    await importMessages(db, 3);
    await db.sweep();
    // Sessions report what they did when they end.
    await db.close();
    expect(await scans(sql)).toEqual(scansThen);
  } finally {
    await sql.end();
    await database.close();
  }
});

test("nor does one read its tenant's rows by an index, after the table grew under its plan", async () => {
  const database = await createTestDatabase();
  const sql = postgres(database.url, { max: 1 });
  const db = connect({ url: database.url, sessions: 1 });
  try {
    const [from, to] = [await openWallet(db, 100n), await openWallet(db, 100n)];
    const transfer = () =>
      db.execute(shop, {
        kind: "wallets.transfer",
        idempotencyKey: newKey(),
        fromWalletId: from,
        toWalletId: to,
        amount: 1n,
      });
    // The second one is decided before its rows are locked, by another statement.
    for (let early = 0; early < 2; early++) await transfer();
    const other = connect({ url: database.url, sessions: 1 });
    for (let many = 0; many < 4; many++) await openWallets(other);
    await other.close();
    // Its session, and the connection for its doorbells.
    const before = await rowsByIndex(sql, 2);
    for (let again = 0; again < 10; again++) await transfer();
    await db.close();
    // Ten times two wallets, most of whose places are remembered; one statement that reads the tenant's wallets would add 20,000.
    expect((await rowsByIndex(sql, 0)) - before).toBeLessThan(20);
  } finally {
    await sql.end();
    await database.close();
  }
});

test("nor does one on seats, nor a look at a show", async () => {
  const database = await createTestDatabase();
  const sql = postgres(database.url, { max: 1 });
  const db = connect({ url: database.url, tokenSecret, sessions: 1 });
  try {
    const { showId } = await createShow(db);
    const later = await createShow(db);
    const purse = await openWallet(db, 1_000n);
    await useSeats(db, showId, later.showId, purse);
    const connected = await connections(sql);
    const others = connect({ url: database.url, tokenSecret, sessions: 1 });
    const big = await createShow(others, { rows: Array.from({ length: 20 }, () => ".".repeat(100)) });
    for (let many = 0; many < 4; many++) await openWallets(others);
    await Promise.all(
      Array.from({ length: 2_000 }, async (_, at) => {
        const seatId = `${String.fromCharCode(65 + (at % 20))}${Math.floor(at / 20) + 1}`;
        const reserve = { showId: big.showId, seatIds: [seatId], customerId: `customer ${at}` };
        await others.execute(shop, { kind: "seats.reserve", idempotencyKey: newKey(), ...reserve });
      }),
    );
    await others.close();
    const before = await rowsByIndex(sql, connected);
    for (let again = 0; again < 10; again++) await useSeats(db, showId, later.showId, purse);
    await db.close();
    expect((await rowsByIndex(sql, 0)) - before).toBeLessThan(3_000);
  } finally {
    await sql.end();
    await database.close();
  }
});

test("nor does one on a conversation, nor a look at it: with 20,000 messages as few rows as with 20", async () => {
  const database = await createTestDatabase();
  const sql = postgres(database.url, { max: 1 });
  const connectOne = () => connect({ url: database.url, sessions: 1 });
  const early = connectOne();
  try {
    // Its plans are of a time when there was nothing.
    const small = await importMessages(early, 20);
    // The second time the connections of those who watch are there for sure.
    for (let twice = 0; twice < 2; twice++) await useConversation(early, small);
    const connected = await connections(sql);
    const [filling] = await sql`select clock_timestamp()::text as since`;
    const others = connectOne();
    const big = await importMessages(others, 10_000);
    for (let more = 0; more < 100; more++)
      await append(others, shop, big, { messages: Array.from({ length: 100 }, () => text("more")) });
    await Promise.all(
      Array.from({ length: 2_000 }, (_, at) => createConversation(others, shop, { ownerId: `owner ${at}` })),
    );
    await others.close();
    // By when they began: those who watch come and go, and a count of sessions would take one of theirs for one of these.
    const soon = Date.now() + 5_000;
    while (
      Date.now() < soon &&
      (
        await sql`select from pg_stat_activity where datname = current_database() and backend_type = 'client backend'
        and backend_start > ${filling?.["since"]}::timestamptz`
      ).length > 0
    );

    const began = await rowsByIndex(sql, connected);
    const late = connectOne();
    for (let again = 0; again < 10; again++) await useConversation(late, small);
    await late.close();
    const ofSmall = (await rowsByIndex(sql, connected)) - began;
    for (let again = 0; again < 10; again++) await useConversation(early, big);
    await early.close();
    const ofBig = (await rowsByIndex(sql, 0)) - began - ofSmall;
    // It holds what the first uses and filling have read, too; one statement that reads the conversation would add 200,000.
    expect(ofBig).toBeLessThan(ofSmall * 3);

    const far = connectOne();
    const before = await rowsByIndex(sql, 2);
    const { version } = await getConversation(far, ada, { conversationId: big, limit: 1 });
    await resume(far, big, BigInt(version) - 4_500n);
    await far.close();
    // It reads what it tells, and not what lies in between again for each page.
    expect((await rowsByIndex(sql, 0)) - before).toBeLessThan(6_000);
  } finally {
    await sql.end();
    await database.close();
  }
});

/** Every command on a conversation, and every way to look at it but the whole; leaves no answer under way. */
async function useConversation(db: Db, conversationId: string): Promise<void> {
  const key = () => ({ idempotencyKey: newKey() });
  const message = text("once");
  await append(db, ada, conversationId, { messages: [message, text("and so on")] });
  await append(db, ada, conversationId, { messages: [message] });
  const { answer, version } = await send(db, ada, conversationId, { message: text("why?") });
  const asked = { conversationId, answerId: answer?.answerId ?? "" };
  const steps = [{ at: 0, append: "so" }];
  await db.execute(shop, { kind: "conversations.save", ...key(), ...asked, steps });
  await send(db, ada, conversationId, { message: text("and?"), whenBusy: "queue" });
  for (const look of [{}, { before: 9n }, { after: 9n }])
    await listMessages(db, ada, { conversationId, limit: 5, ...look });
  await db.execute(shop, { kind: "conversations.settle", ...key(), ...asked, steps, status: "complete" });
  const next = await db.execute(shop, { kind: "conversations.answer", ...key(), conversationId });
  await getConversation(db, ada, { conversationId, limit: 5 });
  const answerId = next.answer?.answerId ?? "";
  await db.execute(ada, { kind: "conversations.stop", ...key(), conversationId, answerId });
  for (const by of [ada, shop]) await listConversations(db, by, { limit: 5 });
  await resume(db, conversationId, BigInt(version) - 1n);
}

/** Hears of all that came after a version. */
async function resume(db: Db, id: string, since: bigint): Promise<void> {
  const { version } = await getConversation(db, ada, { conversationId: id, limit: 1 });
  const leave = new AbortController();
  for await (const told of await db.watch(ada, [{ kind: "conversation", id, since }], leave.signal))
    if (told.at(-1)?.version === version) leave.abort();
}

async function importMessages(db: Db, count: number): Promise<string> {
  const messages = Array.from({ length: count }, (_, at) => text(`word ${at}`));
  const kind = "conversations.importJson";
  // By a service, of whose rows Postgres asks nothing: filling reads no more than it did.
  const by = { idempotencyKey: newKey(), ownerId: "ada" };
  return (await db.execute(shop, { kind, ...by, messages })).conversationId;
}

/** Every command on seats, and every way to look at them; leaves none of five taken. */
async function useSeats(db: Db, showId: string, laterId: string, walletId: string): Promise<void> {
  const bea: Principal = { tenantId: 1, subject: "bea", role: "user" };
  const key = () => ({ idempotencyKey: newKey() });
  const first = await db.execute(ada, { kind: "seats.reserve", ...key(), showId, seatIds: ["A1", "A2"] });
  const second = await db.execute(bea, {
    ...{ kind: "seats.reserve", ...key(), showId },
    seatIds: ["A2"],
    ifTaken: "nearest",
  } as const);
  const third = await db.execute(bea, {
    ...{ kind: "seats.reserve", ...key(), showId },
    bestAvailable: { quantity: 1 },
    replace: true,
  } as const);
  expect(third.replaced).toBe(second.reservationId);
  await db.execute(ada, { kind: "seats.extend", ...key(), token: first.token, expiresInSeconds: 700 });
  // Somebody else has the token: what a purchase reads is read, and the seats stay.
  const buy = { kind: "seats.confirm", ...key(), token: first.token, walletId } as const;
  await expect(db.execute(bea, buy)).rejects.toMatchObject({ code: "NOT_FOUND" });
  const leave = new AbortController();
  await (await db.watch(ada, [{ kind: "show", id: showId, since: 0n }], leave.signal)).next();
  leave.abort();
  await getShow(db, ada, { showId });
  expect((await listShows(db, ada, { before: laterId })).shows).toHaveLength(1);
  await getReservation(db, ada, { token: first.token });
  await db.execute(ada, { kind: "seats.release", ...key(), token: first.token });
  await db.execute(bea, { kind: "seats.release", ...key(), token: third.token });
}

async function openWallets(db: Db): Promise<void> {
  await db.execute(shop, {
    kind: "wallets.batch",
    idempotencyKey: newKey(),
    atomic: true,
    commands: Array.from({ length: 500 }, () => ({ kind: "open" as const, currency: "sat" })),
  });
}

/**
 * Rows that were fetched by any index, once no more than so many others are connected: sessions report when they end.
 * Not what the indexes read: they count dead versions of a row, too, as long as anybody (autovacuum) could see those.
 */
async function rowsByIndex(sql: postgres.Sql, others: number): Promise<number> {
  await untilAlone(sql, others);
  const [row] = await sql<{ rows: number }[]>`
    select sum(idx_tup_fetch)::int as rows from pg_stat_user_tables where schemaname = 'holdfast'`;
  return row?.rows ?? Number.NaN;
}

async function untilAlone(sql: postgres.Sql, others = 0): Promise<void> {
  while ((await connections(sql)) > others);
}

/** How many others are connected. */
async function connections(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ others: number }[]>`
    select count(*)::int as others from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
  return row?.others ?? Number.NaN;
}

/** Sequential scans by table, once nobody but us is connected. */
async function scans(sql: postgres.Sql): Promise<Record<string, number>> {
  await untilAlone(sql);
  const rows = await sql<{ name: string; scans: number }[]>`
    select relname as name, seq_scan::int as scans from pg_stat_user_tables
    where schemaname = 'holdfast' and relname <> 'migrations' order by relname`;
  return Object.fromEntries(rows.map(({ name, scans }) => [name, scans]));
}
