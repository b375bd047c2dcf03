import type { Principal } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { startTestServer, type TestServer } from "@holdfast/server/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHoldfast, type HoldfastOptions } from "./create-holdfast.ts";
import type { WatchState } from "./watch.ts";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
const shop: Principal = { tenantId: 1, subject: "shop", role: "service" };

let database: TestDatabase;
/** Two replicas. */
let servers: TestServer[];
let token: string;
let walletId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  servers = await Promise.all([1, 2].map(() => startTestServer({ databaseUrl: database.url })));
  token = await first().token(ada);
  walletId = await first().wallet("ada", "1");
});
afterAll(async () => {
  for (const server of servers) await server.close();
  await database.close();
});

const first = (): TestServer => servers[0] as TestServer;
const client = (options: Partial<HoldfastOptions> = {}) =>
  createHoldfast({ url: first().url, token, ...options });
const wallet = (since?: string) => [{ kind: "wallet", id: walletId, since }];

let credits = 0;
async function credit(): Promise<void> {
  credits += 1;
  const idempotencyKey = `watch-${walletId}-${credits}`;
  await first().db.execute(shop, { kind: "wallets.credit", idempotencyKey, walletId, amount: 1n });
}
const versionNow = async () => (await client().wallets.get({ walletId })).version;

/** A fetch whose subscriptions go to one server after the other, and are cut after a few chunks each. */
function cutting(chunks: number): { fetch: typeof fetch; cuts: () => number } {
  let subscriptions = 0;
  return {
    cuts: () => subscriptions - 1,
    fetch: async (input, init) => {
      const url = String(input).replace(first().url, servers[subscriptions % servers.length]?.url ?? "");
      subscriptions += 1;
      const response = await fetch(url, init);
      let left = chunks;
      const cut = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          // In the middle of a chunk: half a message must not be taken for one.
          if (left === 0) controller.enqueue(chunk.slice(0, chunk.length / 2));
          else controller.enqueue(chunk);
          if (left === 0) controller.error(new TypeError("the connection was cut"));
          left -= 1;
        },
      });
      return new Response(response.body?.pipeThrough(cut) ?? null, response);
    },
  };
}

describe("watch", () => {
  test("is cut again and again, goes on at another server, and tells each version once in its order", async () => {
    const { fetch, cuts } = cutting(2);
    const leave = new AbortController();
    const since = await versionNow();
    const seen: number[] = [];
    await credit();
    for await (const events of client({ fetch }).watch(wallet(since), { signal: leave.signal })) {
      seen.push(...events.map(({ version }) => Number(version)));
      if (seen.length >= 20) break;
      await credit();
    }
    expect(seen).toEqual(seen.map((_, at) => Number(since) + 1 + at));
    expect(cuts()).toBeGreaterThan(5);
  }, 30_000);

  test("tells how it stands: connecting, live, and waiting while nobody answers", async () => {
    const states: WatchState[] = [];
    let failures = 2;
    const leave = new AbortController();
    const failing: typeof fetch = (...request) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new TypeError("no route")) : fetch(...request);
    };
    const onState = (state: WatchState) => states.push(state);
    for await (const [event] of client({ fetch: failing }).watch(wallet(), {
      signal: leave.signal,
      onState,
    })) {
      expect(event).toMatchObject({ type: "reset", version: await versionNow() });
      break;
    }
    expect(states).toEqual(["connecting", "waiting", "connecting", "waiting", "connecting", "live"]);
  });

  test("ends with its signal, and the server forgets the watcher", async () => {
    const leave = new AbortController();
    const events = client().watch(wallet(), { signal: leave.signal });
    await events.next();
    expect(first().db.watchers).toBe(1);
    leave.abort();
    expect((await events.next()).done).toBe(true);
    await expect.poll(() => first().db.watchers).toBe(0);
  });

  test("goes on elsewhere when its server shuts down", async () => {
    const leaving = await startTestServer({ databaseUrl: database.url });
    let down = false;
    const rerouted: typeof fetch = (input, init) =>
      fetch(down ? String(input).replace(leaving.url, first().url) : input, init);
    const events = client({ url: leaving.url, fetch: rerouted }).watch(wallet(await versionNow()));
    const next = events.next();
    await expect.poll(() => leaving.db.watchers).toBe(1);
    down = true;
    await leaving.close();
    await credit();
    expect((await next).value).toMatchObject([{ type: "change", version: await versionNow() }]);
    await events.return();
  });

  test("throws what no attempt can mend", async () => {
    const missing = [{ kind: "wallet", id: "01900000-0000-7000-8000-000000000000" }];
    await expect(client().watch(missing).next()).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(client().watch([]).next()).rejects.toMatchObject({ code: "BAD_REQUEST" });
    await expect(client({ token: "expired" }).watch(wallet()).next()).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
    });
  });

  test("asks for another token when its own has ended, once", async () => {
    const tokens = ["expired", token];
    const events = client({ token: () => tokens.shift() ?? "none" }).watch(wallet());
    expect((await events.next()).value).toMatchObject([{ type: "reset" }]);
    await events.return();
    let asked = 0;
    const useless = client({
      token: () => {
        asked += 1;
        return "expired";
      },
    });
    await expect(useless.watch(wallet()).next()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    expect(asked).toBe(2);
  });

  test("gives a silent connection up and takes another", async () => {
    let silent = true;
    const falling: typeof fetch = async (...request) => {
      if (!silent) return fetch(...request);
      silent = false;
      const connected = 'event: connected\ndata: {"reconnectAfterInactivityMs":50}\n\n';
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(connected));
          request[1]?.signal?.addEventListener("abort", () => controller.error(new Error("aborted")));
        },
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    };
    const events = client({ fetch: falling }).watch(wallet());
    expect((await events.next()).value).toMatchObject([{ type: "reset" }]);
    await events.return();
  });
});
