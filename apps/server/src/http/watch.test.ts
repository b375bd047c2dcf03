import type { Principal } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readEvents, type SentEvent } from "../testing/event-stream.ts";
import { dataOf, startTestServer, type TestServer } from "../testing/index.ts";

const shop: Principal = { tenantId: 1, subject: "shop", role: "service" };
const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };

let database: TestDatabase;
let servers: TestServer[];

beforeAll(async () => {
  database = await createTestDatabase();
  servers = await Promise.all([1, 2].map(() => startTestServer({ databaseUrl: database.url })));
});
afterAll(async () => {
  for (const server of servers) await server.close();
  await database.close();
});

const server = (at: number): TestServer => servers[at % servers.length] as TestServer;

interface Told {
  readonly type: string;
  readonly version: string;
}

async function watch(
  at: TestServer,
  principal: Principal | undefined,
  input: unknown,
  lastEventId?: string,
): Promise<Response> {
  const caller = await at.as(principal);
  const headers = { accept: "text/event-stream", ...(lastEventId ? { "last-event-id": lastEventId } : {}) };
  return caller.send(`changes.watch?input=${encodeURIComponent(JSON.stringify(input))}`, { headers });
}

async function credit(at: TestServer, walletId: string, idempotencyKey: string): Promise<void> {
  dataOf(await (await at.as(shop)).mutate("credit", { idempotencyKey, walletId, amount: "1" }));
}

const topics = (...walletIds: string[]) => ({
  topics: walletIds.map((id) => ({ kind: "wallet", id, since: "1" })),
});

/** The error with which a stream ends; undefined when it ends in another way. */
async function lastWord(response: Response): Promise<unknown> {
  let last: SentEvent | undefined;
  for await (const event of readEvents(response)) last = event;
  return last?.event === "serialized-error" ? JSON.parse(last.data) : undefined;
}

describe("changes.watch", () => {
  test("cut and resumed 200 times on alternating servers during load: every version once, in order", async () => {
    const walletId = await server(0).wallet("ada", "1");
    let cuts = 0;
    const seen: number[] = [];
    let stop = false;
    const load = (async () => {
      let version = 1;
      while (!stop) await credit(server(version), walletId, `load-${walletId}-${version++}`);
      return version;
    })();
    let lastEventId: string | undefined;
    while (cuts < 200) {
      const response = await watch(server(cuts), ada, topics(walletId), lastEventId);
      expect(response.status).toBe(200);
      let left = 1 + (cuts % 3);
      for await (const { id, data, event } of readEvents(response)) {
        if (id === undefined || event !== undefined) continue;
        lastEventId = id;
        seen.push(...(JSON.parse(data) as Told[]).map(({ version }) => Number(version)));
        if (--left === 0) break;
      }
      cuts++;
    }
    stop = true;
    await load;
    expect(seen).toEqual(seen.map((_, at) => at + 2));
    expect(seen.length).toBeGreaterThanOrEqual(300);
  }, 120_000);

  test("tells of two topics apart, and its event ids know both", async () => {
    const [a, b] = [await server(0).wallet("ada", "1"), await server(0).wallet("ada", "1")];
    const response = await watch(server(1), ada, topics(a, b));
    await credit(server(0), a, `two-${a}`);
    const ids: (string | undefined)[] = [];
    for await (const { id, data } of readEvents(response)) {
      if (id === undefined) continue;
      ids.push(id);
      if (ids.length === 1) {
        expect(JSON.parse(data)).toMatchObject([
          { type: "change", topic: { kind: "wallet", id: a }, version: "2" },
        ]);
        await credit(server(0), b, `two-${b}`);
      } else break;
    }
    expect(ids).toEqual(["2.1", "2.2"]);
  });

  test("tells what can't be watched by an error from the table, and ends", async () => {
    const walletId = await server(0).wallet("ada", "1");
    const bob: Principal = { tenantId: 1, subject: "bob", role: "user" };
    const cases = [
      [undefined, topics(walletId), undefined, 401],
      [bob, topics(walletId), undefined, 404],
      [ada, topics(walletId, walletId), undefined, 400],
      [ada, { topics: [] }, undefined, 400],
      [ada, { topics: [{ kind: "wallet", id: "no uuid" }] }, undefined, 404],
      [ada, { topics: [{ kind: "walrus", id: walletId }] }, undefined, 404],
      [ada, topics(walletId), "1.1", 400],
      [ada, topics(walletId), "x", 400],
    ] as const;
    for (const [principal, input, lastEventId, status] of cases) {
      const response = await watch(server(0), principal, input, lastEventId);
      const told: unknown[] = [];
      for await (const { event, data } of readEvents(response)) {
        if (event === "serialized-error") told.push((JSON.parse(data) as { data: unknown }).data);
      }
      expect([input, lastEventId, told]).toMatchObject([input, lastEventId, [{ httpStatus: status }]]);
    }
    expect(server(0).db.watchers).toBe(0);
  });

  test("ends when its server shuts down, and keeps nothing open", async () => {
    const short = await startTestServer({ databaseUrl: database.url });
    const walletId = await short.wallet("ada", "1");
    const responses = await Promise.all([1, 2, 3].map(() => watch(short, ada, topics(walletId))));
    expect(short.db.watchers).toBe(3);
    const ends = responses.map(lastWord);
    await short.close();
    // tRPC's client takes this code for a reason to connect again; after an event named "return" it would not.
    const { SERVICE_UNAVAILABLE } = TRPC_ERROR_CODES_BY_KEY;
    for (const end of await Promise.all(ends)) {
      expect(end).toMatchObject({ code: SERVICE_UNAVAILABLE, data: { code: "UNAVAILABLE" } });
    }
  });

  test("knows a wallet by its id in capitals as well", async () => {
    const walletId = await server(0).wallet("ada", "1");
    const response = await watch(server(1), ada, topics(walletId.toUpperCase()));
    await credit(server(0), walletId, `capitals-${walletId}`);
    for await (const { id, data } of readEvents(response)) {
      if (id === undefined) continue;
      expect([id, JSON.parse(data)]).toMatchObject(["2", [{ topic: { id: walletId }, version: "2" }]]);
      break;
    }
  });

  test("ends soon after the token that opened it", async () => {
    const walletId = await server(0).wallet("ada", "1");
    const token = await server(0).token(ada, 2);
    const url = `changes.watch?input=${encodeURIComponent(JSON.stringify(topics(walletId)))}`;
    const headers = { accept: "text/event-stream", authorization: `Bearer ${token}` };
    const response = await (await server(0).as(ada)).send(url, { headers });
    expect(server(0).db.watchers).toBe(1);
    expect(await lastWord(response)).toMatchObject({ data: { code: "UNAUTHENTICATED" } });
    expect(server(0).db.watchers).toBe(0);
  }, 30_000);

  test("a watcher who leaves is forgotten", async () => {
    const walletId = await server(0).wallet("ada", "1");
    const response = await watch(server(0), ada, topics(walletId));
    expect(server(0).db.watchers).toBe(1);
    await response.body?.cancel();
    await expect.poll(() => server(0).db.watchers).toBe(0);
  });
});
