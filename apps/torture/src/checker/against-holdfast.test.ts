import { connect, type Db } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { HistoryEvent, Reply } from "../history.ts";
import { createRandom } from "../random.ts";
import { checkHistory } from "./check-history.ts";
import { checkTables } from "./check-tables.ts";
import { readTables } from "./tables.ts";
import { callHoldfast } from "./testing/call-holdfast.ts";
import type { Intent } from "./testing/intent.ts";
import { Intents } from "./testing/intents.ts";
import { isOpen } from "./testing/replies.ts";

// Each history is judged by all that is in its database.
let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await database.close();
});

test("Holdfast itself, by two hosts and many clients at once, breaks nothing", async () => {
  const options = { url: database.url, sessions: 4, tokenSecret: "a secret of this test" };
  const hosts = [connect(options), connect(options)];
  const random = createRandom(1);
  const intents = new Intents(random);
  const events: HistoryEvent[] = [];
  let sent = 0;

  /** Sends until it is settled; a client in a hurry gives the server no time and tries again. */
  async function until(intent: Intent): Promise<Reply> {
    for (;;) {
      const attempt = ++sent;
      const server = random.whole(0, 1);
      events.push({
        type: "sent",
        attempt,
        atMs: performance.now(),
        server,
        deadlineMs: 10_000,
        direct: true,
        ...intent,
      });
      const hurried = random.chance(0.1);
      const reply = await callHoldfast(hosts[server] as Db, intent, hurried ? random.whole(1, 10) : 10_000);
      events.push({ type: "replied", attempt, atMs: performance.now(), reply });
      if (reply.kind === "success") intents.learn(intent, reply.data);
      if (!isOpen(reply)) return reply;
    }
  }
  for (const tenantId of [1, 2]) {
    for (let at = 0; at < 6; at++) {
      const open = intents.opening(tenantId, at);
      const opened = await until(open);
      if (opened.kind === "success") await until(intents.funding(open, opened.data));
    }
  }
  // By count, and not longer than the test may take on a machine that is busy with something else.
  const goesOn = () => sent < 2_000 && performance.now() < endsAt;
  const endsAt = performance.now() + 15_000;
  await Promise.all(
    Array.from({ length: 24 }, async () => {
      while (goesOn()) {
        const intent = intents.next();
        await Promise.all(random.chance(0.05) ? [until(intent), until(intent)] : [until(intent)]);
      }
    }),
  );
  await Promise.all(hosts.map((host) => host.close()));

  const { violations, counts } = checkHistory(events, await readTables(database.url));
  expect(violations).toEqual([]);
  expect(await checkTables(database.url)).toEqual([]);
  expect(counts.attempts).toBeGreaterThan(200);
  expect(
    Math.min(counts.acknowledged, counts.refused, counts.notExecuted, counts.unknown, counts.reads),
  ).toBeGreaterThan(0);
});

test("what one batch decides on a reservation, at one moment of the clock, has an order that the model finds", async () => {
  const host = connect({ url: database.url, tokenSecret: "a secret of this test" });
  const events: HistoryEvent[] = [];
  let sent = 0;

  async function send(subject: string, procedure: string, input: Record<string, unknown>): Promise<Reply> {
    const attempt = ++sent;
    const role = subject === "house" ? "service" : "user";
    const intent = { caller: { tenantId: 1, subject, role }, procedure, input } as const;
    const [server, deadlineMs, direct] = [0, 10_000, true];
    events.push({ type: "sent", attempt, atMs: performance.now(), server, deadlineMs, direct, ...intent });
    const reply = await callHoldfast(host, intent, deadlineMs);
    events.push({ type: "replied", attempt, atMs: performance.now(), reply });
    return reply;
  }
  const told = (reply: Reply): Record<string, unknown> => {
    expect(reply.kind).toBe("success");
    return reply.kind === "success" ? reply.data : {};
  };

  const created = await send("house", "shows.create", {
    idempotencyKey: "batch-order",
    name: "one row",
    categories: [{ id: "free", price: "0" }],
    sections: [
      { id: "S", rows: [{ id: "A", seats: Array.from({ length: 40 }, (_, at) => ({ id: `A${at}` })) }] },
    ],
  });
  const { showId } = told(created);
  for (let at = 1; at <= 30; at++) {
    const guest = `guest-${at}`;
    const seats = { showId, seatIds: [`A${at}`] };
    const first = await send(guest, "seats.reserve", { idempotencyKey: `${at}-first`, ...seats });
    const extend = {
      idempotencyKey: `${at}-extend`,
      token: told(first)["token"],
      expiresInSeconds: 400 + at,
    };
    const again = { idempotencyKey: `${at}-again`, ...seats };
    const both = [() => send(guest, "seats.extend", extend), () => send(guest, "seats.reserve", again)];
    for (const reply of await Promise.all((at % 2 === 0 ? both : both.toReversed()).map((go) => go())))
      told(reply);
  }
  await host.close();
  expect(checkHistory(events, await readTables(database.url)).violations).toEqual([]);
});
