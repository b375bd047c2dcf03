import type { Principal } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { readEvents, type SentEvent } from "../testing/event-stream.ts";
import { createCaller, startTestServer, type TestServer } from "../testing/index.ts";

const root: Principal = { tenantId: 1, subject: "root", role: "admin" };
const WITHIN_MS = 60_000;

let database: TestDatabase;
/** Where the key is used, and another replica, where it is revoked. */
let server: TestServer;
let replica: TestServer;

beforeAll(async () => {
  // What remembers a key and what looks at it again go by these; all else takes the time that it takes.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  database = await createTestDatabase();
  [server, replica] = (await Promise.all(
    [1, 2].map(() => startTestServer({ databaseUrl: database.url })),
  )) as [TestServer, TestServer];
});
afterAll(async () => {
  vi.useRealTimers();
  await Promise.all([server.close(), replica.close()]);
  await database.close();
});

/** `keys.create` or `keys.revoke` over HTTP, by an admin. */
async function post(at: TestServer, path: string, input: object): Promise<Record<string, string>> {
  const response = await (await at.as(root)).send(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(input),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { result: { data: Record<string, string> } }).result.data;
}

test("within a minute of its revocation at another replica, a key is refused and its subscriptions end", async () => {
  const create = { idempotencyKey: "create", subject: "jobs", role: "service" };
  const { apiKey = "", keyId = "" } = await post(server, "keys.create", create);
  const walletId = await server.wallet("jobs", "1");
  const caller = createCaller(server.url, apiKey);
  const status = async () => (await caller.send("wallets.mine")).status;

  const input = JSON.stringify({ topics: [{ kind: "wallet", id: walletId, since: "0" }] });
  const stream = await caller.send(`changes.watch?input=${encodeURIComponent(input)}`, {
    headers: { accept: "text/event-stream" },
  });
  const events = readEvents(stream);
  for (let heard = false; !heard; ) {
    const { value, done } = await events.next();
    expect(done).toBe(false);
    heard = value?.id !== undefined;
  }

  await post(replica, "keys.revoke", { idempotencyKey: "revoke", keyId });
  expect(await status()).toBe(200);
  vi.advanceTimersByTime(WITHIN_MS);
  // A call that was on its way when the clock jumped has had its time. From here on the clock stands, so waiting mends nothing else.
  await expect.poll(status, { timeout: 10_000 }).toBe(401);
  let last: SentEvent | undefined;
  for await (const event of events) last = event;
  expect(last?.event).toBe("serialized-error");
  expect(last?.data).toContain("UNAUTHENTICATED");
});
