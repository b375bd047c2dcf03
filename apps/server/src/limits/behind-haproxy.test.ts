import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect, type Db, type Principal } from "@holdfast/db";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { readEvents } from "../testing/event-stream.ts";
import {
  HOW_TO_INSTALL_HAPROXY,
  haproxyIsInstalled,
  type OwnHaproxy,
  startHaproxy,
} from "../testing/haproxy.ts";
import { createCaller, dataOf, deferred, startTestServer, type TestServer } from "../testing/index.ts";
import { createRefusal } from "./refusal.ts";

test("there is an HAProxy to test with, at least where CI runs", () => {
  if (haproxyIsInstalled()) return;
  if (process.env["CI"]) throw new Error(`There is no HAProxy. ${HOW_TO_INSTALL_HAPROXY}`);
  console.warn(`docs/haproxy.cfg was not tried: there is no HAProxy. ${HOW_TO_INSTALL_HAPROXY}`);
});

if (haproxyIsInstalled()) describe("behind docs/haproxy.cfg", tryHaproxy);
else it("was not tried: there is no HAProxy", () => {});

const shop: Principal = { tenantId: 1, subject: "shop", role: "service" };

function tryHaproxy() {
  let server: TestServer;
  let haproxy: OwnHaproxy;
  let db: Db;
  let token: string;

  beforeAll(async () => {
    server = await startTestServer({ config: { trustProxy: ["127.0.0.1"] } });
    haproxy = await startHaproxy({
      server: { port: Number(new URL(server.url).port) },
      calls: 1,
      batches: 1,
    });
    db = connect({ url: server.databaseUrl });
    token = await server.token(shop);
  });
  afterAll(async () => {
    await db.close();
    await haproxy.close();
    await server.close();
  });

  const caller = () => createCaller(haproxy.url, token);
  const credit = (walletId: string, idempotencyKey: string) =>
    ({ walletId, idempotencyKey, amount: "1" }) as const;
  const post = (body: unknown) => ({
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

  /** Does something while a call for a wallet that somebody else's transaction holds has the only slot of its kind. */
  async function whileFull(work: (walletId: string) => Promise<void>, calls = 1): Promise<void> {
    const walletId = await server.wallet("ada", "1");
    const [held, release] = [deferred(), deferred()];
    const holding = db.withTransaction({ tenantId: 1 }, async (tx) => {
      await tx.run("select 1 as one from holdfast.wallets where tenant_id = 1 and id = $1::uuid for update", [
        walletId,
      ]);
      held.resolve();
      await release.promise;
    });
    await held.promise;
    const path = Array.from({ length: calls }, () => "wallets.credit").join(",");
    const body = Array.from({ length: calls }, (_, at) => credit(walletId, `slot-${walletId}-${at}`));
    const inside = server.db.stuck;
    const stuck = caller().send(
      calls > 1 ? `${path}?batch=1` : path,
      post(calls > 1 ? { ...body } : body[0]),
    );
    while (server.db.stuck <= inside) await new Promise((resolve) => setTimeout(resolve, 5));
    try {
      await work(walletId);
    } finally {
      release.resolve();
      await holding;
    }
    expect((await stuck).status).toBe(200);
  }

  test("who finds no slot is told what the server's own door says, and is served when there is one", async () => {
    const own = createServer(createRefusal(() => false, [])).listen(0, "127.0.0.1");
    await once(own, "listening");
    const said = await fetch(`http://127.0.0.1:${(own.address() as AddressInfo).port}`);
    const otherWallet = await server.wallet("bob", "0");
    const input = credit(otherWallet, `refused-${otherWallet}`);
    await whileFull(async () => {
      const refused = await caller().send("wallets.credit", post(input));
      expect(refused.status).toBe(said.status);
      expect(await refused.text()).toBe(await said.text());
      for (const name of ["content-type", "retry-after", "x-content-type-options"])
        expect([name, refused.headers.get(name)]).toEqual([name, said.headers.get(name)]);
    });
    own.close();
    expect(dataOf(await caller().mutate("credit", input))).toMatchObject({ balance: "1", replayed: false });
  });

  test("no more than 64 requests of several calls wait for a slot: the others are refused at once", async () => {
    const port = Number(new URL(server.url).port);
    const patient = await startHaproxy({ server: { port }, batches: 1, queue: "30s" });
    const walletId = await server.wallet("bob", "0");
    const ask = (at: number) => {
      const body = [0, 1].map((call) => credit(walletId, `wait-${walletId}-${at}-${call}`));
      return createCaller(patient.url, token).send(
        "wallets.credit,wallets.credit?batch=1",
        post({ ...body }),
      );
    };
    const statuses: number[] = [];
    const all: Promise<unknown>[] = [];
    const held = deferred();
    const holding = db.withTransaction({ tenantId: 1 }, async (tx) => {
      await tx.run("select 1 as one from holdfast.wallets where tenant_id = 1 and id = $1::uuid for update", [
        walletId,
      ]);
      for (let at = 0; at < 80; at++) all.push(ask(at).then(({ status }) => statuses.push(status)));
      await held.promise;
    });
    // One has the slot, 64 wait.
    await expect.poll(() => statuses.length, { timeout: 8_000 }).toBe(80 - 1 - 64);
    expect(new Set(statuses)).toEqual(new Set([503]));
    held.resolve();
    await Promise.all([holding, ...all]);
    expect(statuses.filter((status) => status === 200)).toHaveLength(65);
    await patient.close();
  });

  test("a long body doesn't keep a caller from its refusal", () =>
    whileFull(async () => {
      const body = Array.from({ length: 2 }, () =>
        credit("01900000-0000-7000-8000-000000000001", "x".repeat(300_000)),
      );
      const refused = await caller().send("wallets.credit,wallets.credit?batch=1", post({ ...body }));
      expect(refused.status).toBe(503);
      await refused.text();
    }, 2));

  test("many calls in one request have slots of their own, and take none of the others'", () =>
    whileFull(async () => {
      const walletId = await server.wallet("bob", "0");
      dataOf(await caller().mutate("credit", credit(walletId, `beside-${walletId}`)));
    }, 2));

  test("subscriptions, probes and the console need no slot", () =>
    whileFull(async (walletId) => {
      const input = encodeURIComponent(
        JSON.stringify({ topics: [{ kind: "wallet", id: walletId, since: "0" }] }),
      );
      const headers = { accept: "text/event-stream" };
      for (let watcher = 0; watcher < 3; watcher++) {
        const stream = await caller().send(`changes.watch?input=${input}`, { headers });
        expect(stream.status).toBe(200);
        for await (const { id } of readEvents(stream)) if (id !== undefined) break;
      }
      for (const path of ["/healthz", "/readyz", "/metrics"])
        expect([path, (await fetch(`${haproxy.url}${path}`)).status]).toEqual([path, 200]);
    }));

  test("a server that is gone is told as one that executed nothing, and taken back when it is there again", async () => {
    const another = await startTestServer({ databaseUrl: server.databaseUrl });
    const port = Number(new URL(another.url).port);
    const before = await startHaproxy({ server: { port } });
    const walletId = await server.wallet("bob", "0");
    const input = credit(walletId, `gone-${walletId}`);
    await another.close();
    const reply = await createCaller(before.url, token).mutate("credit", input);
    expect(reply).toMatchObject({ status: 503, error: { data: { code: "OVERLOADED", retry: "same-key" } } });
    const back = await startTestServer({ databaseUrl: server.databaseUrl, config: { port } });
    const again = () => createCaller(before.url, token).mutate("credit", input);
    await expect.poll(again, { timeout: 20_000, interval: 100 }).toMatchObject({ ok: true });
    expect(dataOf(await again())).toMatchObject({ balance: "1", replayed: true });
    await before.close();
    await back.close();
  });
}
