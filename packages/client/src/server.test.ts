import type { Principal } from "@holdfast/db";
import { startTestServer, type TestServer } from "@holdfast/server/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createHoldfast, type Holdfast, type HoldfastOptions } from "./create-holdfast.ts";
import type { HoldWork } from "./with-hold.ts";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
const shop: Principal = { tenantId: 1, subject: "shop", role: "service" };
const studio: Principal = { tenantId: 1, subject: "studio", role: "service" };

let server: TestServer;
let holdfast: Holdfast;
let walletId: string;
let toWalletId: string;

beforeAll(async () => {
  server = await startTestServer();
  holdfast = await as(shop);
});
afterAll(() => server.close());
beforeEach(async () => {
  walletId = await server.wallet("ada", "75");
  toWalletId = await server.wallet("bob", "0");
});

async function as(principal: Principal, options: Partial<HoldfastOptions> = {}): Promise<Holdfast> {
  return createHoldfast({ url: server.url, token: await server.token(principal), ...options });
}

/** A fetch that loses the replies of the first requests, after the server has given them. */
function losingReplies(count: number): typeof fetch {
  let lost = 0;
  return async (...request) => {
    const response = await fetch(...request);
    if (lost === count) return response;
    lost += 1;
    await response.text();
    throw new TypeError("the reply was lost");
  };
}

/** A fetch that loses a third of the requests on their way there and a third of the replies on their way back. */
function losingTwoThirds(seed: number): typeof fetch {
  let state = seed;
  return async (...request) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    const fate = Math.floor((state / 2 ** 31) * 3);
    if (fate === 0) throw new TypeError("the request was lost");
    const response = await fetch(...request);
    if (fate === 1) return response;
    await response.text();
    throw new TypeError("the reply was lost");
  };
}

const boost = () => ({ fromWalletId: walletId, toWalletId, amount: 50n, message: "great episode" });
const balanceOf = async (id: string) => (await holdfast.wallets.get({ walletId: id })).balance;

describe("boost", () => {
  test("moves the credit and tells the wallet as it now is", async () => {
    const asAda = await as(ada);
    expect(await asAda.wallets.boost(boost())).toMatchObject({ walletId, balance: "25", replayed: false });
    expect(await balanceOf(toWalletId)).toBe("50");
    const { entries } = await asAda.wallets.history({ walletId, limit: 1 });
    expect(entries).toMatchObject([{ kind: "wallets.boost", amount: "-50", message: "great episode" }]);
    expect((await asAda.wallets.mine()).map((wallet) => wallet.walletId)).toContain(walletId);
    expect(await asAda.wallets.balanceAt({ walletId, version: 1n })).toMatchObject({ balance: "75" });
  });

  test("is refused with typed details", async () => {
    const result = await holdfast.wallets.boost.safe({ ...boost(), amount: 80n });
    expect(result).toMatchObject({
      ok: false,
      error: {
        code: "INSUFFICIENT_FUNDS",
        status: 402,
        retry: "new-key",
        details: { available: "75", required: "80", shortfall: "5" },
      },
    });
  });

  test("with the key of another boost is refused and names what differs", async () => {
    await holdfast.wallets.boost(boost(), { idempotencyKey: `k-${walletId}` });
    await expect(
      holdfast.wallets.boost({ ...boost(), amount: 5n }, { idempotencyKey: `k-${walletId}` }),
    ).rejects.toMatchObject({ code: "IDEMPOTENCY_KEY_REUSED", details: { fields: ["amount"] } });
  });

  test("whose replies are lost happens once, and is answered as a replay", async () => {
    const unlucky = await as(shop, { fetch: losingReplies(2) });
    expect(await unlucky.wallets.boost(boost())).toMatchObject({ balance: "25", replayed: true });
    expect(await balanceOf(walletId)).toBe("25");
  });

  test("whose reply never came is resolved by the key on its error", async () => {
    const unlucky = await as(shop, { fetch: losingReplies(1_000), deadlineMs: 300 });
    const first = await unlucky.wallets.boost.safe(boost());
    if (first.ok) throw new Error("no reply was let through");
    expect(first.error).toMatchObject({ code: "TIMEOUT", details: { outcome: "unknown" }, unresolved: true });
    const { idempotencyKey } = first.error;
    expect(await holdfast.wallets.boost(boost(), { idempotencyKey })).toMatchObject({ replayed: true });
    expect(await balanceOf(walletId)).toBe("25");
  });

  test("over a network that loses two thirds of everything happens exactly once, a hundred times", async () => {
    walletId = await server.wallet("ada", "1000");
    const unlucky = await as(shop, { fetch: losingTwoThirds(1), deadlineMs: 25_000 });
    const one = { fromWalletId: walletId, toWalletId, amount: 1n };
    const results = await Promise.all(Array.from({ length: 100 }, () => unlucky.wallets.boost.safe(one)));
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    const operations = results.map((result) => result.ok && result.data.operationId);
    expect(new Set(operations).size).toBe(100);
    expect(await balanceOf(walletId)).toBe("900");
  });

  test("by two services at once: one pays, one is refused, whatever the order", async () => {
    const services = [holdfast, await as(studio)];
    for (let round = 0; round < 20; round += 1) {
      walletId = await server.wallet("ada", "75");
      const results = await Promise.all(services.map(({ wallets }) => wallets.boost.safe(boost())));
      expect(results.filter(({ ok }) => ok)).toHaveLength(1);
      expect(results.filter(({ ok }) => !ok)).toMatchObject([
        { error: { code: "INSUFFICIENT_FUNDS", details: { shortfall: "25" } } },
      ]);
      expect(await balanceOf(walletId)).toBe("25");
    }
  });

  test("three hundred at once, a hundred a request: exactly those that the wallet can pay", async () => {
    walletId = await server.wallet("ada", "200");
    const one = { fromWalletId: walletId, toWalletId, amount: 1n };
    const results = await Promise.all(Array.from({ length: 300 }, () => holdfast.wallets.boost.safe(one)));
    expect(results.filter(({ ok }) => ok)).toHaveLength(200);
    expect(await balanceOf(walletId)).toBe("0");
    expect(await balanceOf(toWalletId)).toBe("200");
  });
});

test("stream pays a minute once", async () => {
  const tick = { fromWalletId: walletId, toWalletId, amount: 1n, sessionId: "s1", minute: 7 };
  expect(await holdfast.wallets.stream(tick)).toMatchObject({ balance: "74", replayed: false });
  expect(await holdfast.wallets.stream(tick)).toMatchObject({ balance: "74", replayed: true });
});

test("a batch takes bigints at any depth", async () => {
  const commands = [
    { kind: "debit" as const, walletId, amount: 5n },
    { kind: "transfer" as const, fromWalletId: walletId, toWalletId, amount: 70n },
  ];
  const { results } = await holdfast.wallets.batch({ atomic: true, commands });
  expect(results).toMatchObject([{ ok: true }, { ok: true, data: { balance: "0" } }]);
});

describe("withHold", () => {
  const request = () => ({ walletId, amount: 50n, expiresInSeconds: 60 });
  const wallet = async () => {
    const { balance, held } = await holdfast.wallets.get({ walletId });
    return { balance, held };
  };
  const using =
    (used: bigint): HoldWork<string> =>
    async () => {
      expect(await wallet()).toEqual({ balance: "75", held: "50" });
      return { used, result: "an answer" };
    };

  test("captures what was used and releases the rest", async () => {
    const done = await holdfast.withHold({ ...request(), toWalletId }, using(30n));
    expect(done).toMatchObject({ result: "an answer", settled: { status: "captured", captured: "30" } });
    expect(await wallet()).toEqual({ balance: "45", held: "0" });
    expect(await balanceOf(toWalletId)).toBe("30");
  });

  test.each([
    ["nothing was used", using(0n), undefined],
    ["more was used than reserved", using(51n), "HOLD_EXCEEDED"],
    ["the work fails", () => Promise.reject(new RangeError("model is down")), "model is down"],
  ])("charges nothing and keeps nothing when %s", async (_name, work, failure) => {
    const call = holdfast.withHold(request(), work).catch((error) => error.code ?? error.message);
    expect(await call).toEqual(failure ?? expect.objectContaining({ result: "an answer" }));
    expect(await wallet()).toEqual({ balance: "75", held: "0" });
  });

  test("called again with its key charges once, even if the work then uses another amount", async () => {
    const options = { idempotencyKey: `job-${walletId}` };
    await holdfast.withHold(request(), using(30n), options);
    const again = await holdfast.withHold(request(), () => ({ used: 31n, result: "again" }), options);
    expect(again).toEqual({ result: "again", settled: undefined });
    expect(await wallet()).toEqual({ balance: "45", held: "0" });
  });

  test("called again with its key after a failure has its hold, and charges once", async () => {
    const options = { idempotencyKey: `job-${walletId}` };
    const failing = () => Promise.reject(new Error("model is down"));
    await expect(holdfast.withHold(request(), failing, options)).rejects.toThrow("model is down");
    await expect(holdfast.withHold(request(), failing, options)).rejects.toThrow("model is down");
    const done = await holdfast.withHold(request(), using(30n), options);
    expect(done).toMatchObject({ settled: { captured: "30", balance: "45" } });
    expect(await wallet()).toEqual({ balance: "45", held: "0" });
  });

  test("called twice at once with one key charges once, whoever comes first", async () => {
    for (let round = 0; round < 10; round += 1) {
      walletId = await server.wallet("ada", "75");
      const options = { idempotencyKey: `job-${walletId}` };
      const call = () => holdfast.withHold(request(), () => ({ used: 30n, result: 1 }), options);
      const outcomes = await Promise.allSettled([call(), call()]);
      const lost = outcomes.filter((outcome) => outcome.status === "rejected");
      expect(lost.length).toBeLessThan(2);
      for (const { reason } of lost) expect(reason).toMatchObject({ code: "HOLD_CLOSED" });
      expect(await wallet()).toEqual({ balance: "45", held: "0" });
    }
  });

  test("whose hold's answer is lost still charges once", async () => {
    const unlucky = await as(shop, { fetch: losingReplies(1) });
    const options = { idempotencyKey: `job-${walletId}` };
    const done = await unlucky.withHold(request(), using(30n), options);
    expect(done).toMatchObject({ settled: { captured: "30" } });
    expect(await wallet()).toEqual({ balance: "45", held: "0" });
  });

  test("that outlives its hold is told so, and nothing is charged", async () => {
    const outliving: HoldWork<string> = async ({ holdId }) => {
      await holdfast.wallets.release({ holdId });
      return { used: 30n, result: "too late" };
    };
    await expect(holdfast.withHold(request(), outliving)).rejects.toMatchObject({ code: "HOLD_CLOSED" });
    expect(await wallet()).toEqual({ balance: "75", held: "0" });
  });

  test("by two services at once on credit for one: one works, the other is refused before its work", async () => {
    let worked = 0;
    const work = () => ({ used: 50n, result: ++worked });
    const calls = [holdfast, await as(studio)].map((service) => service.withHold(request(), work));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(worked).toBe(1);
    expect(await wallet()).toEqual({ balance: "25", held: "0" });
  });
});
