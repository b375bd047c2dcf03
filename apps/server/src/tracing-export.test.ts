import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signToken } from "./auth/tokens.ts";
import { createCaller, dataOf, spawnHoldfast, TEST_SECRET } from "./testing/index.ts";

interface Received {
  readonly path: string | undefined;
  readonly type: string | undefined;
  readonly key: string | string[] | undefined;
  readonly body: string;
}

let database: TestDatabase;
let collector: Server;
const received: Received[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  collector = createServer(async (request: IncomingMessage, response) => {
    const { url, headers } = request;
    const body = (await buffer(request)).toString("latin1");
    received.push({ path: url, type: headers["content-type"], key: headers["x-key"], body });
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  }).listen(0, "127.0.0.1");
  await once(collector, "listening");
});
afterAll(async () => {
  collector.close();
  await database.close();
});

/** Serves one call in a process of its own, and ends it in order. */
async function serveOneCall(env: Record<string, string>): Promise<void> {
  const spawned = spawnHoldfast(["serve"], {
    ...{ DATABASE_URL: database.url, HOLDFAST_JWT_SECRET: TEST_SECRET, PORT: "0" },
    ...env,
  });
  const token = await signToken({ secret: TEST_SECRET }, { tenantId: 1, subject: "ada", role: "user" }, 60);
  const caller = createCaller(await spawned.ready, token);
  dataOf(await caller.mutate("open", { idempotencyKey: "traced", currency: "sat" }));
  spawned.child.kill("SIGTERM");
  expect(await spawned.ended).toMatchObject({ code: 0, stderr: "" });
}

test("serve sends its spans to the collector that the standard variables name, the last ones when it ends", async () => {
  const { port } = collector.address() as AddressInfo;
  await serveOneCall({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_HEADERS: "x-key=of this test",
    OTEL_SERVICE_NAME: "credits",
  });
  expect(received.length).toBeGreaterThan(0);
  for (const { path, type, key } of received) {
    expect({ path, type, key }).toEqual({
      path: "/v1/traces",
      type: "application/x-protobuf",
      key: "of this test",
    });
  }
  const told = received.map(({ body }) => body).join("");
  for (const name of ["credits", "POST /trpc/:path", "wallets.open", "queue", "batch", "COMMIT"]) {
    expect(told).toContain(name);
  }
  // The key is a value of the caller's.
  expect(told).not.toContain("traced");
});

test("without them it sends nothing, and neither when the SDK is turned off", async () => {
  const { port } = collector.address() as AddressInfo;
  received.length = 0;
  await serveOneCall({});
  await serveOneCall({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_SDK_DISABLED: "true" });
  expect(received).toEqual([]);
});
