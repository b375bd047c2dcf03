import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Principal } from "@holdfast/db";
import Fastify from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../testing/index.ts";
import { trpcRoutes } from "./trpc.ts";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
const shop: Principal = { tenantId: 1, subject: "shop", role: "service" };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

async function open(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

async function untilClosed(socket: Socket): Promise<string> {
  let text = "";
  socket.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  socket.on("error", () => {});
  await once(socket, "close");
  return text;
}

test("a body that does not come whole by the call's deadline is answered TIMEOUT, and nothing was started", async () => {
  const socket = await open(server.url);
  const token = await server.token(ada);
  const head = [
    "POST /trpc/wallets.open HTTP/1.1",
    "host: holdfast",
    `authorization: Bearer ${token}`,
    "content-type: application/json",
    "content-length: 1000",
    "holdfast-deadline-ms: 1500",
  ];
  const startMs = performance.now();
  socket.write(`${head.join("\r\n")}\r\n\r\n{"idempotencyKey":`);
  const answer = await untilClosed(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 504 /);
  // A process that was busy takes what it finds for up to a second old. Nothing but the deadline ends it before 30 s.
  expect(performance.now() - startMs).toBeGreaterThan(250);
  expect(performance.now() - startMs).toBeLessThan(25_000);
  expect(answer).toContain('"details":{"outcome":"not_started"}');
  expect(answer.toLowerCase()).toContain("connection: close");
});

test("headers that don't come whole are not waited for", async () => {
  const socket = await open(server.url);
  socket.write("POST /trpc/wallets.open HTTP/1.1\r\nhost: hold");
  expect(await untilClosed(socket)).toMatch(/^HTTP\/1\.1 504 .*"outcome":"not_started"/s);
}, 40_000);

test("a subscriber who doesn't read is let go, and what waits for it stays small", async () => {
  const walletId = await server.wallet("ada", "1");
  const app = Fastify();
  await app.register(
    trpcRoutes({
      db: server.db,
      authenticate: async () => ada,
      callDeadlineMs: 10_000,
      unreadMs: 200,
      reportFault: (error) => {
        throw error;
      },
    }),
    { prefix: "/trpc" },
  );
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  try {
    const input = encodeURIComponent(
      JSON.stringify({ topics: [{ kind: "wallet", id: walletId, since: "1" }] }),
    );
    const socket = await open(url);
    socket.pause();
    socket.on("error", () => {});
    socket.write(`GET /trpc/changes.watch?input=${input} HTTP/1.1\r\nhost: holdfast\r\n\r\n`);
    await expect.poll(() => server.db.watchers).toBe(1);
    const asShop = await server.as(shop);
    let batches = 0;
    // Until the buffers of both ends are full, which the system makes as large as it likes.
    while (server.db.watchers > 0) {
      const commands = Array.from({ length: 1_000 }, () => {
        return { kind: "credit", walletId, amount: "1", memo: "m".repeat(500) } as const;
      });
      const reply = await asShop.mutate("batch", {
        idempotencyKey: `unread-${batches++}`,
        atomic: false,
        commands,
      });
      expect(reply.ok).toBe(true);
    }
    expect(batches).toBeGreaterThan(0);
    socket.destroy();
  } finally {
    await app.close();
  }
}, 120_000);
