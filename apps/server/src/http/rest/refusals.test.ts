import { type ErrorCode, errorTable } from "@holdfast/db";
import { startFaultyProxy, throughPort } from "@holdfast/db/testing";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readConfig } from "../../config.ts";
import { DescribedApi } from "../../testing/described-api.ts";
import { createRestWorld, house, NOWHERE, type RestWorld, said } from "../../testing/rest-world.ts";
import { startTestServer } from "../../testing/test-server.ts";

/** What walk.test.ts asks of every operation, what is beyond this test's reach, and what has one below for all. */
const ELSEWHERE = [
  ...[
    "BAD_REQUEST",
    "UNAUTHENTICATED",
    "PAYLOAD_TOO_LARGE",
    "IDEMPOTENCY_KEY_REQUIRED",
    "IDEMPOTENCY_KEY_REUSED",
  ],
  ...["RATE_LIMITED", "OVERLOADED", "UNAVAILABLE", "TIMEOUT", "INTERNAL"],
];

type Fields = Readonly<Record<string, unknown>>;
type Case = readonly [
  operationId: string,
  code: string,
  by: "root" | "shop" | "ada" | "bob",
  fields: () => Fields,
];

let world: RestWorld;
/** Ada's wallet of 100, bob's of 100, ada's of another currency, and bob's that is full. */
let mine: string;
let theirs: string;
let dollars: string;
let full: string;
let show: string;
/** Reservations of ada's by what became of them, each of a show of its own. */
const tokens: Record<
  "held" | "expired" | "lost" | "released" | "rival" | "poor" | "dear" | "abroad" | "overflow",
  string
> = {
  held: "",
  expired: "",
  lost: "",
  released: "",
  rival: "",
  poor: "",
  dear: "",
  abroad: "",
  overflow: "",
};
const holds = { open: "", expired: "", closed: "" };
let conversation: string;

beforeAll(async () => {
  world = await createRestWorld();
  const { shop, ada, bob } = world;
  const open = async (ownerId: string, balance: string, currency = "sat"): Promise<string> => {
    const { walletId } = await shop.done("wallets.open", { currency, ownerId });
    if (balance !== "0") await shop.done("wallets.credit", { walletId, amount: balance });
    return walletId;
  };
  [mine, theirs, dollars, full] = await Promise.all([
    open("ada", "100"),
    open("bob", "100"),
    open("ada", "100", "usd_cent"),
    open("bob", "0"),
  ]);
  const most = { kind: "credit", walletId: full, amount: "1000000000000000" };
  await shop.done("wallets.batch", { atomic: true, commands: Array.from({ length: 1_000 }, () => most) });

  const hold = async (expiresInSeconds: number) =>
    (await ada.done("wallets.hold", { walletId: mine, amount: "10", expiresInSeconds })).holdId;
  [holds.open, holds.closed, holds.expired] = await Promise.all([hold(600), hold(600), hold(1)]);
  await ada.done("wallets.release", { holdId: holds.closed });

  const createShow = async (walletId: string) => (await shop.done("shows.create", house(walletId))).showId;
  show = await createShow(theirs);
  const reserve = async (walletId: string, fields: Fields = {}) => {
    const showId = await createShow(walletId);
    return { showId, ...(await ada.done("seats.reserve", { showId, seatIds: ["A1"], ...fields })) };
  };
  tokens.held = (await ada.done("seats.reserve", { showId: show, seatIds: ["A1"] })).token;
  tokens.released = (await reserve(theirs)).token;
  await ada.done("seats.release", { token: tokens.released });
  const [expired, lost, rival] = await Promise.all(
    [1, 2, 3].map(() => reserve(theirs, { expiresInSeconds: 1 })),
  );
  tokens.poor = (await reserve(theirs)).token;
  tokens.dear = (await reserve(mine)).token;
  tokens.abroad = (await reserve(theirs)).token;
  tokens.overflow = (await reserve(full)).token;

  const sql = postgres(world.server.databaseUrl, { max: 1, onnotice: () => {} });
  await sql`select pg_sleep(greatest(0, extract(epoch from max(expires_at) - clock_timestamp())) + 0.005) from (
    select expires_at from holdfast.holds union all select expires_at from holdfast.reservations) as all_of_them
    where expires_at < now() + interval '10 seconds'`;
  await sql.end();
  tokens.expired = expired.token;
  tokens.lost = lost.token;
  await bob.done("seats.reserve", { showId: lost.showId, seatIds: ["A1"] });
  tokens.rival = rival.token;
  await ada.done("seats.reserve", { showId: rival.showId, seatIds: ["A2"] });

  conversation = (await ada.done("conversations.create")).conversationId;
  await ada.done("conversations.append", { conversationId: conversation, messages: [said("m1")] });
  await ada.done("conversations.send", { conversationId: conversation, message: said("q1") });
}, 120_000);
afterAll(() => world.server.close());

const pay = (fields: Fields) => () => ({ fromWalletId: mine, toWalletId: theirs, amount: "1", ...fields });
const passedOn = (operationId: string, more: Fields = {}): Case[] => [
  [operationId, "NOT_FOUND", "ada", () => ({ ...pay({ toWalletId: NOWHERE })(), ...more })],
  [operationId, "INSUFFICIENT_FUNDS", "ada", () => ({ ...pay({ amount: "101" })(), ...more })],
  [operationId, "SAME_WALLET", "ada", () => ({ ...pay({ toWalletId: mine })(), ...more })],
  [operationId, "CURRENCY_MISMATCH", "ada", () => ({ ...pay({ toWalletId: dollars })(), ...more })],
  [operationId, "BALANCE_LIMIT", "ada", () => ({ ...pay({ toWalletId: full })(), ...more })],
];

const forAdmins = (operationId: string, fields: Fields): Case[] => [
  [operationId, "FORBIDDEN", "shop", () => fields],
  [operationId, "NOT_FOUND", "root", () => fields],
];

const cases: Case[] = [
  ["wallets.open", "FORBIDDEN", "ada", () => ({ currency: "sat", ownerId: "bob" })],
  ["wallets.mine", "FORBIDDEN", "ada", () => ({ ownerId: "bob" })],
  ["wallets.get", "NOT_FOUND", "bob", () => ({ walletId: mine })],
  ["wallets.history", "NOT_FOUND", "bob", () => ({ walletId: mine })],
  ["wallets.balanceAt", "NOT_FOUND", "ada", () => ({ walletId: mine, version: "999" })],
  ["wallets.credit", "FORBIDDEN", "ada", () => ({ walletId: mine, amount: "1" })],
  ["wallets.credit", "NOT_FOUND", "shop", () => ({ walletId: NOWHERE, amount: "1" })],
  ["wallets.credit", "VERSION_CONFLICT", "shop", () => ({ walletId: mine, amount: "1", ifVersion: "99" })],
  ["wallets.credit", "BALANCE_LIMIT", "shop", () => ({ walletId: full, amount: "1" })],
  ["wallets.debit", "NOT_FOUND", "bob", () => ({ walletId: mine, amount: "1" })],
  ["wallets.debit", "INSUFFICIENT_FUNDS", "ada", () => ({ walletId: mine, amount: "101" })],
  ["wallets.debit", "VERSION_CONFLICT", "ada", () => ({ walletId: mine, amount: "1", ifVersion: "99" })],
  ...passedOn("wallets.transfer"),
  ["wallets.transfer", "VERSION_CONFLICT", "ada", pay({ ifVersion: "99" })],
  ...passedOn("wallets.boost"),
  ...passedOn("wallets.stream", { sessionId: "refused", minute: 1 }).map((one, minute): Case => {
    const [operationId, code, by, fields] = one;
    return [operationId, code, by, () => ({ ...fields(), minute })];
  }),
  [
    "wallets.batch",
    "BATCH_REFUSED",
    "ada",
    () => ({ atomic: true, commands: [{ kind: "release", holdId: NOWHERE }] }),
  ],
  ["wallets.hold", "NOT_FOUND", "bob", () => ({ walletId: mine, amount: "1", expiresInSeconds: 9 })],
  [
    "wallets.hold",
    "INSUFFICIENT_FUNDS",
    "ada",
    () => ({ walletId: mine, amount: "101", expiresInSeconds: 9 }),
  ],
  [
    "wallets.hold",
    "VERSION_CONFLICT",
    "ada",
    () => ({ walletId: mine, amount: "1", expiresInSeconds: 9, ifVersion: "99" }),
  ],
  ["wallets.capture", "NOT_FOUND", "bob", () => ({ holdId: holds.open })],
  ["wallets.capture", "HOLD_EXPIRED", "ada", () => ({ holdId: holds.expired })],
  ["wallets.capture", "HOLD_CLOSED", "ada", () => ({ holdId: holds.closed })],
  ["wallets.capture", "HOLD_EXCEEDED", "ada", () => ({ holdId: holds.open, amount: "11" })],
  ["wallets.capture", "SAME_WALLET", "ada", () => ({ holdId: holds.open, toWalletId: mine })],
  ["wallets.capture", "CURRENCY_MISMATCH", "ada", () => ({ holdId: holds.open, toWalletId: dollars })],
  ["wallets.capture", "BALANCE_LIMIT", "ada", () => ({ holdId: holds.open, toWalletId: full })],
  ["wallets.release", "NOT_FOUND", "ada", () => ({ holdId: NOWHERE })],
  ["wallets.release", "HOLD_EXPIRED", "ada", () => ({ holdId: holds.expired })],
  ["wallets.release", "HOLD_CLOSED", "ada", () => ({ holdId: holds.closed })],

  ["shows.create", "FORBIDDEN", "ada", () => house(mine)],
  ["shows.create", "NOT_FOUND", "shop", () => house(NOWHERE)],
  ["shows.get", "NOT_FOUND", "ada", () => ({ showId: NOWHERE })],
  ["seats.reserve", "NOT_FOUND", "ada", () => ({ showId: NOWHERE, seatIds: ["A1"] })],
  ["seats.reserve", "FORBIDDEN", "ada", () => ({ showId: show, seatIds: ["A2"], customerId: "bob" })],
  ["seats.reserve", "SEATS_TAKEN", "bob", () => ({ showId: show, seatIds: ["A1", "A2"] })],
  ["seats.reserve", "NOT_ENOUGH_SEATS", "bob", () => ({ showId: show, bestAvailable: { quantity: 4 } })],
  ["seats.reserve", "RESERVATION_ACTIVE", "ada", () => ({ showId: show, seatIds: ["A2"] })],
  ["seats.check", "NOT_FOUND", "bob", () => ({ token: tokens.held })],
  ["seats.extend", "NOT_FOUND", "bob", () => ({ token: tokens.held, expiresInSeconds: 9 })],
  ["seats.extend", "RESERVATION_EXPIRED", "ada", () => ({ token: tokens.expired, expiresInSeconds: 9 })],
  ["seats.extend", "RESERVATION_CLOSED", "ada", () => ({ token: tokens.released, expiresInSeconds: 9 })],
  ["seats.release", "NOT_FOUND", "bob", () => ({ token: tokens.held })],
  ["seats.release", "RESERVATION_EXPIRED", "ada", () => ({ token: tokens.expired })],
  ["seats.release", "RESERVATION_CLOSED", "ada", () => ({ token: tokens.released })],
  ["seats.confirm", "NOT_FOUND", "ada", () => ({ token: tokens.held, walletId: NOWHERE })],
  ["seats.confirm", "RESERVATION_EXPIRED", "ada", () => ({ token: tokens.lost, walletId: mine })],
  ["seats.confirm", "RESERVATION_CLOSED", "ada", () => ({ token: tokens.released, walletId: mine })],
  ["seats.confirm", "RESERVATION_ACTIVE", "ada", () => ({ token: tokens.rival, walletId: mine })],
  ["seats.confirm", "SAME_WALLET", "ada", () => ({ token: tokens.dear, walletId: mine })],
  ["seats.confirm", "CURRENCY_MISMATCH", "ada", () => ({ token: tokens.abroad, walletId: dollars })],
  ["seats.confirm", "BALANCE_LIMIT", "ada", () => ({ token: tokens.overflow, walletId: mine })],

  ["conversations.create", "FORBIDDEN", "ada", () => ({ ownerId: "bob" })],
  ["conversations.importJson", "FORBIDDEN", "ada", () => ({ ownerId: "bob", messages: [] })],
  ["conversations.get", "NOT_FOUND", "bob", () => ({ conversationId: conversation })],
  ["conversations.messages", "NOT_FOUND", "bob", () => ({ conversationId: conversation })],
  ["conversations.exportJson", "NOT_FOUND", "bob", () => ({ conversationId: conversation })],
  [
    "conversations.append",
    "NOT_FOUND",
    "bob",
    () => ({ conversationId: conversation, messages: [said("m2")] }),
  ],
  [
    "conversations.append",
    "SEQ_CONFLICT",
    "ada",
    () => ({ conversationId: conversation, messages: [said("m2")], expectedSeq: "0" }),
  ],
  [
    "conversations.append",
    "MESSAGE_ID_REUSED",
    "ada",
    () => ({ conversationId: conversation, messages: [said("m1", "other")] }),
  ],
  ["conversations.send", "NOT_FOUND", "bob", () => ({ conversationId: conversation, message: said("q2") })],
  [
    "conversations.send",
    "SEQ_CONFLICT",
    "ada",
    () => ({ conversationId: conversation, message: said("q2"), expectedSeq: "0" }),
  ],
  [
    "conversations.send",
    "MESSAGE_ID_REUSED",
    "ada",
    () => ({ conversationId: conversation, message: said("m1", "other") }),
  ],
  [
    "conversations.send",
    "ANSWER_UNDER_WAY",
    "ada",
    () => ({ conversationId: conversation, message: said("q2") }),
  ],
  ["conversations.stop", "NOT_FOUND", "bob", () => ({ conversationId: conversation, answerId: NOWHERE })],
  ["conversations.stop", "ANSWER_ENDED", "ada", () => ({ conversationId: conversation, answerId: NOWHERE })],

  ["operations.get", "NOT_FOUND", "ada", () => ({ operationId: NOWHERE })],
  ["operations.find", "NOT_FOUND", "ada", () => ({ idempotencyKey: "never" })],
  ["operations.verify", "FORBIDDEN", "shop", () => ({})],

  ["keys.create", "FORBIDDEN", "shop", () => ({ subject: "jobs", role: "user" })],
  ["keys.list", "FORBIDDEN", "shop", () => ({})],
  ...forAdmins("keys.revoke", { keyId: NOWHERE }),
  ["webhooks.create", "FORBIDDEN", "shop", () => ({ url: "https://hooks.example.com", topics: ["wallet"] })],
  ["webhooks.list", "FORBIDDEN", "shop", () => ({})],
  ...forAdmins("webhooks.update", { webhookId: NOWHERE }),
  ...forAdmins("webhooks.enable", { webhookId: NOWHERE }),
  ...forAdmins("webhooks.disable", { webhookId: NOWHERE }),
  ...forAdmins("webhooks.rotateSecret", { webhookId: NOWHERE }),
  ...forAdmins("webhooks.remove", { webhookId: NOWHERE }),
  ...forAdmins("webhooks.replay", { webhookId: NOWHERE, deliveryId: NOWHERE }),
  ...forAdmins("webhooks.secret", { webhookId: NOWHERE }),
  ...forAdmins("webhooks.deliveries", { webhookId: NOWHERE }),
  ["changes.watch", "NOT_FOUND", "bob", () => ({ topics: `wallet/${mine}` })],
];

describe("what the document says that an operation can be refused with, it is refused with", () => {
  test.each(cases)("%s: %s", async (operationId, code, by, fields) => {
    const headers: Record<string, string> = world.api.takesKey(operationId)
      ? { "idempotency-key": world.newKey() }
      : {};
    const refused = await world[by].call(operationId, fields(), headers);
    expect(refused.body).toMatchObject({ code, status: refused.status, replayed: false });
    const { recorded } = errorTable[code as ErrorCode];
    const again = await world[by].call(operationId, fields(), headers);
    expect(again.body).toEqual({ ...refused.body, replayed: recorded });
  });

  test("extending as long as it can be", async () => {
    await world.ada.done("seats.extend", { token: tokens.held, expiresInSeconds: 86_400 });
    const refused = await world.ada.call("seats.extend", { token: tokens.held, expiresInSeconds: 86_400 });
    expect(refused.body).toMatchObject({ code: "EXTENSION_LIMIT" });
  });

  test("a wallet that can't pay", async () => {
    const { walletId } = await world.ada.done("wallets.open", { currency: "sat" });
    const { conversationId } = await world.ada.done("conversations.create");
    const bought = await world.ada.call("seats.confirm", { token: tokens.poor, walletId });
    const asked = await world.ada.call("conversations.send", {
      conversationId,
      message: said("q"),
      walletId,
    });
    expect([bought.body.code, asked.body.code]).toEqual(["INSUFFICIENT_FUNDS", "INSUFFICIENT_FUNDS"]);
  });

  test("and nothing was left out", () => {
    const tried = new Set([
      ...cases.map(([operationId, code]) => `${operationId} ${code}`),
      "seats.extend EXTENSION_LIMIT",
      "seats.confirm INSUFFICIENT_FUNDS",
      "conversations.send INSUFFICIENT_FUNDS",
    ]);
    const described = [...world.api.operations.keys()].flatMap((operationId) =>
      world.api
        .codesOf(operationId)
        .filter((code) => !ELSEWHERE.includes(code))
        .map((code) => `${operationId} ${code}`),
    );
    expect([...tried].sort()).toEqual(described.sort());
  });
});

test("who asks for more than it may is told so as described", async () => {
  const limits = { ...readConfig({}).limits, callsPerSecond: 1 };
  const { databaseUrl } = world.server;
  const server = await startTestServer({ databaseUrl, config: { limits } });
  const token = await server.token({ tenantId: 1, subject: "ada", role: "user" });
  const asked = Array.from({ length: 100 }, () => world.api.call(server.url, "wallets.mine", { token }));
  const codes = (await Promise.all(asked)).map(({ body }) => body.code);
  expect(codes).toContain("RATE_LIMITED");
  await server.close();
});

test("while the database is out of reach, every operation says so as described", async () => {
  const proxy = await startFaultyProxy(Number(new URL(world.server.databaseUrl).port));
  const server = await startTestServer({ databaseUrl: throughPort(world.server.databaseUrl, proxy.port) });
  const api = new DescribedApi(world.document);
  // Who may do everything: it needs no database to know what is not for ada.
  const token = await server.token({ tenantId: 1, subject: "root", role: "admin" });
  const refusable = new Map(cases.map((one) => [one[0], one]));
  const each = async (deadlineMs: number): Promise<Map<string, number>> => {
    const codes = new Map<string, number>();
    await Promise.all(
      [...refusable.values()].map(async ([operationId, , , fields]) => {
        const headers = { "idempotency-key": world.newKey(), "holdfast-deadline-ms": String(deadlineMs) };
        if (operationId === "wallets.stream") Reflect.deleteProperty(headers, "idempotency-key");
        const { body } = await api.call(server.url, operationId, { token, fields: fields(), headers });
        codes.set(body.code, (codes.get(body.code) ?? 0) + 1);
      }),
    );
    return codes;
  };
  proxy.blackHole(true);
  const silent = await each(300);
  await proxy.close();
  const gone = await each(2_000);
  await server.close();
  // Which of the two a call meets depends on where it is when the database goes.
  for (const [codes, at] of [
    [silent, "TIMEOUT"],
    [gone, "UNAVAILABLE"],
  ] as const) {
    expect(codes.get(at)).toBeGreaterThan(0);
    expect((codes.get("TIMEOUT") ?? 0) + (codes.get("UNAVAILABLE") ?? 0)).toBe(refusable.size);
  }
});
