import type { Principal } from "@holdfast/db";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readConfig } from "../config.ts";
import { readEvents } from "../testing/event-stream.ts";
import { createCaller, dataOf, readReply, startTestServer, type TestServer } from "../testing/index.ts";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
const bob: Principal = { tenantId: 1, subject: "bob", role: "user" };
const shop: Principal = { tenantId: 1, subject: "shop", role: "service" };

const { limits } = readConfig({});
/** Ten seconds' worth of it can be had at once. */
const CALLS_A_SECOND = 2;
const BURST = 20;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    config: {
      limits: {
        ...limits,
        callsPerSecond: CALLS_A_SECOND,
        strangersPerSecond: 1,
        watchersPerUser: 2,
        watchers: 3,
      },
      trustProxy: ["127.0.0.1"],
    },
  });
});
afterAll(() => server.close());

const post = (body: unknown, headers: Record<string, string> = {}) => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});

describe("calls of a principal", () => {
  test("are counted one by one: a request with more than are left runs those, and is told of the others", async () => {
    const walletId = await server.wallet("ada", "100");
    const asAda = await server.as(ada);
    const debits = Array.from({ length: BURST + 5 }, (_, at) => ({
      idempotencyKey: `wide-${at}`,
      walletId,
      amount: "1",
    }));
    const path = debits.map(() => "wallets.debit").join(",");
    const response = await asAda.send(`${path}?batch=1`, post({ ...debits }));
    expect(response.status).toBe(207);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    const answers = (await response.json()) as { error?: { data: { code: string; retry: string } } }[];
    const codes = answers.map(({ error }) => error?.data.code ?? "ok");
    const done = codes.filter((code) => code === "ok").length;
    // As many as the bucket held, and what has flowed in meanwhile on a slow machine.
    expect(done).toBeGreaterThanOrEqual(BURST);
    expect(codes.slice(done)).toEqual(codes.slice(done).map(() => "RATE_LIMITED"));
    expect(done).toBeLessThan(debits.length);
    expect(answers.at(-1)?.error?.data.retry).toBe("same-key");

    // Nothing of them was executed, and nobody else is held up.
    const asShop = await server.as(shop);
    expect(dataOf(await asShop.query("get", { walletId })).balance).toBe(`${100 - done}`);
  });

  test("count each command of a wallets.batch, and the refused ones change nothing", async () => {
    const walletId = await server.wallet("bob", "100");
    const asBob = await server.as(bob);
    const step = { kind: "debit", walletId, amount: "1" } as const;
    const batch = (idempotencyKey: string, steps: number) =>
      asBob.mutate("batch", {
        idempotencyKey,
        atomic: true,
        commands: Array.from({ length: steps }, () => step),
      });
    expect(await batch("first", BURST - 1)).toMatchObject({ ok: true });
    const refused = await batch("second", BURST - 1);
    expect(refused).toMatchObject({ ok: false, status: 429, error: { data: { code: "RATE_LIMITED" } } });
    const asShop = await server.as(shop);
    expect(dataOf(await asShop.query("get", { walletId })).balance).toBe(`${100 - BURST + 1}`);
  });

  test("of a service are not limited unless that is configured", async () => {
    const asShop = await server.as(shop);
    for (let at = 0; at < 3 * BURST; at++) dataOf(await asShop.query("mine", {}));
  });
});

describe("strangers", () => {
  const from = (address: string, authorization: string) =>
    createCaller(server.url, undefined).send("wallets.mine", {
      headers: { authorization, "x-forwarded-for": address },
    });

  test("of one address are turned away after some; those of another, and whoever is known, are not", async () => {
    const known = `Bearer ${await server.token(shop)}`;
    expect((await from("198.51.100.1", known)).status).toBe(200);
    const statuses: number[] = [];
    // More a second would flow in than are asked for only if each took a second.
    while (statuses.at(-1) !== 429 && statuses.length < 1_000)
      statuses.push((await from("198.51.100.1", `Bearer rubbish-${statuses.length}`)).status);
    expect(statuses.length).toBeGreaterThan(10);
    expect(statuses.slice(0, -1)).toEqual(statuses.slice(1).map(() => 401));
    expect((await from("198.51.100.1", known)).status).toBe(200);
    expect((await from("198.51.100.2", "Bearer rubbish")).status).toBe(401);
    const last = await from("198.51.100.1", "Bearer rubbish");
    if (last.status === 429)
      expect(await readReply(last)).toMatchObject({ error: { data: { code: "RATE_LIMITED" } } });
  });
});

describe("watchers", () => {
  async function watch(principal: Principal, walletId: string) {
    const input = JSON.stringify({ topics: [{ kind: "wallet", id: walletId }] });
    const asPrincipal = await server.as(principal);
    const response = await asPrincipal.send(`changes.watch?input=${encodeURIComponent(input)}`);
    const events = readEvents(response);
    for (;;) {
      const { value } = await events.next();
      if (value === undefined) throw new Error("the stream ended without a word");
      const code =
        value.event === "serialized-error"
          ? (JSON.parse(value.data) as { data: { code: string } }).data.code
          : value.id && "ok";
      if (code) return { code, leave: () => events.return(undefined) };
    }
  }

  test("are limited for each user and in all, and make room when they leave", async () => {
    const walletId = await server.wallet("carol", "1");
    const carol: Principal = { tenantId: 1, subject: "carol", role: "user" };
    const first = await watch(carol, walletId);
    const second = await watch(carol, walletId);
    expect([first.code, second.code]).toEqual(["ok", "ok"]);
    expect((await watch(carol, walletId)).code).toBe("RATE_LIMITED");
    const third = await watch(shop, walletId);
    expect(third.code).toBe("ok");
    expect((await watch(shop, walletId)).code).toBe("OVERLOADED");
    await first.leave();
    await expect.poll(async () => (await watch(shop, walletId)).code).toBe("ok");
    expect(server.db.watchers).toBe(3);
    // What can't be watched takes no place.
    await Promise.all([second.leave(), third.leave()]);
    await expect.poll(() => server.db.watchers).toBe(1);
    for (let at = 0; at < 10; at++)
      expect((await watch(shop, "01900000-0000-7000-8000-000000000001")).code).toBe("NOT_FOUND");
  });
});
