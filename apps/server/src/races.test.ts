import type { Principal } from "@holdfast/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Caller, dataOf, startTestServer, type TestServer } from "./testing/index.ts";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
const bob: Principal = { tenantId: 1, subject: "bob", role: "user" };
const eve: Principal = { tenantId: 2, subject: "eve", role: "user" };

let server: TestServer;
let asAda: Caller;

beforeAll(async () => {
  server = await startTestServer();
  asAda = await server.as(ada);
});
afterAll(() => server.close());

const entriesOf = async (walletId: string) => dataOf(await asAda.query("history", { walletId })).entries;

test("two concurrent boosts of 50 on 75: one passes, one is refused, and one entry says so; 200 times", async () => {
  const toWalletId = await server.wallet("bob", "0");
  for (let round = 0; round < 200; round += 1) {
    const fromWalletId = await server.wallet("ada", "75");
    const boost = (key: string) =>
      asAda.mutate("boost", {
        idempotencyKey: `${fromWalletId}-${key}`,
        fromWalletId,
        toWalletId,
        amount: "50",
      });
    const replies = await Promise.all([boost("a"), boost("b")]);

    const refused = replies.filter((reply) => !reply.ok);
    expect(replies.filter((reply) => reply.ok)).toMatchObject([{ data: { balance: "25", replayed: false } }]);
    expect(refused).toMatchObject([
      {
        status: 402,
        error: {
          data: {
            code: "INSUFFICIENT_FUNDS",
            httpStatus: 402,
            retry: "new-key",
            retryable: false,
            replayed: false,
            path: "wallets.boost",
            details: { available: "25", required: "50", shortfall: "25" },
          },
        },
      },
    ]);
    expect(dataOf(await asAda.query("get", { walletId: fromWalletId }))).toMatchObject({ balance: "25" });
    const taken = (await entriesOf(fromWalletId)).filter((entry) => entry.kind === "wallets.boost");
    expect(taken).toMatchObject([{ amount: "-50", balance: "25" }]);
  }
}, 120_000);

test("a key used again with another amount is refused and names the field; nothing moves", async () => {
  const walletId = await server.wallet("ada", "100");
  const input = { idempotencyKey: `reuse-${walletId}`, walletId, amount: "10" } as const;
  const first = dataOf(await asAda.mutate("debit", input));

  const other = await asAda.mutate("debit", { ...input, amount: "11" });
  expect(other).toMatchObject({
    status: 422,
    error: { data: { code: "IDEMPOTENCY_KEY_REUSED", retry: "new-key", details: { fields: ["amount"] } } },
  });
  const otherKind = await asAda.mutate("hold", { ...input, expiresInSeconds: 60 });
  expect(otherKind).toMatchObject({ status: 422, error: { data: { code: "IDEMPOTENCY_KEY_REUSED" } } });

  expect(dataOf(await asAda.mutate("debit", input))).toEqual({ ...first, replayed: true });
  expect(dataOf(await asAda.query("get", { walletId })).balance).toBe("90");
});

test("a key used by another user is refused and reveals nothing of the first call", async () => {
  const walletId = await server.wallet("ada", "100");
  const idempotencyKey = `stolen-${walletId}`;
  const memo = "rent for the flat";
  dataOf(await asAda.mutate("debit", { idempotencyKey, walletId, amount: "10", memo }));

  const asBob = await server.as(bob);
  const mine = await server.wallet("bob", "100");
  const replies = [
    await asBob.mutate("debit", { idempotencyKey, walletId, amount: "10", memo }),
    await asBob.mutate("debit", { idempotencyKey, walletId: mine, amount: "3" }),
  ];
  for (const reply of replies) {
    expect(reply).toMatchObject({
      status: 422,
      error: { data: { code: "IDEMPOTENCY_KEY_REUSED", replayed: false } },
    });
    const { details } = reply.ok ? { details: {} } : reply.error.data;
    // Not even which fields differ: that would answer guesses about the other's call.
    expect(details).toEqual({ fields: ["idempotencyKey"] });
    expect(JSON.stringify(reply)).not.toContain(memo);
  }
  expect(dataOf(await asBob.query("get", { walletId: mine })).balance).toBe("100");
});

test("the same key in another tenant is another key", async () => {
  const walletId = await server.wallet("ada", "100");
  const evesWallet = await server.wallet("eve", "100", 2);
  const idempotencyKey = `tenant-${walletId}`;
  dataOf(await asAda.mutate("debit", { idempotencyKey, walletId, amount: "10" }));
  const asEve = await server.as(eve);
  const reply = await asEve.mutate("debit", { idempotencyKey, walletId: evesWallet, amount: "20" });
  expect(dataOf(reply)).toMatchObject({ balance: "80", replayed: false });
});

test("what another user or tenant owns is the same NOT_FOUND as what isn't there", async () => {
  const walletId = await server.wallet("ada", "100");
  const nowhere = "0197a000-0000-7000-8000-000000000000";
  for (const principal of [bob, eve]) {
    const caller = await server.as(principal);
    for (const name of ["get", "history", "balanceAt"] as const) {
      const version = name === "balanceAt" ? { version: "1" as const } : {};
      const [theirs, nobodys] = await Promise.all([
        caller.query(name, { walletId, ...version }),
        caller.query(name, { walletId: nowhere, ...version }),
      ]);
      expect(theirs).toMatchObject({ status: 404, error: { data: { code: "NOT_FOUND" } } });
      expect(theirs).toEqual(nobodys);
    }
    const debit = (key: string, id: string) =>
      caller.mutate("debit", {
        idempotencyKey: `${key}-${walletId}-${principal.subject}`,
        walletId: id,
        amount: "1",
      });
    const theirs = await debit("theirs", walletId);
    expect(theirs).toMatchObject({ status: 404, error: { data: { code: "NOT_FOUND" } } });
    expect(theirs).toEqual(await debit("nobodys", nowhere));
  }
  expect(dataOf(await asAda.query("get", { walletId }))).toMatchObject({ balance: "100", version: "1" });
});
