import { wireError } from "@holdfast/api";
import { type ErrorCode, type ErrorDetails, HoldfastError } from "@holdfast/db";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHoldfast, type HoldfastOptions } from "./create-holdfast.ts";
import {
  drop,
  hang,
  reply,
  type ScriptedServer,
  type Step,
  startScriptedServer,
} from "./testing/scripted-server.ts";
import type { WatchState } from "./watch.ts";

/** What a real server says, in the pieces in which a network may bring it. */
const CONNECTED = 'event: connected\ndata: {"reconnectAfterInactivityMs":45000}\n\n\n';
const topics = [{ kind: "wallet", id: "w", since: "1" }];
const change = (version: string): string =>
  `data: ${JSON.stringify([{ type: "change", topic: { kind: "wallet", id: "w" }, version, data: {} }])}\nid: ${version}\n\n\n`;
const refusal = <C extends ErrorCode>(code: C, details: ErrorDetails[C]): string =>
  `event: serialized-error\ndata: ${JSON.stringify(wireError(new HoldfastError(code, details)))}\n\n\n`;

/** One stream that says this and then stays open; `end` closes it. */
function stream(text: string, end = false): Step {
  return (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(text);
    if (end) response.end();
  };
}

let server: ScriptedServer;
let states: WatchState[];
beforeEach(async () => {
  server = await startScriptedServer();
  states = [];
});
afterEach(() => server.close());

const watch = (options: Partial<HoldfastOptions> = {}) =>
  createHoldfast({ url: server.url, token: "t0ken", ...options }).watch(topics, {
    onState: (state) => states.push(state),
  });

/** The versions that are told, up to the one that is waited for. */
async function versionsUntil(last: string, events: ReturnType<typeof watch>): Promise<string[]> {
  const told: string[] = [];
  for await (const some of events) {
    told.push(...some.map(({ version }) => version));
    if (told.includes(last)) break;
  }
  return told;
}

describe("watch", () => {
  test("gives up a connection that nobody answers, and takes another", async () => {
    server.script(hang);
    server.otherwise(stream(CONNECTED + change("2")));
    expect(await versionsUntil("2", watch({ deadlineMs: 1_000 }))).toEqual(["2"]);
    expect(states).toEqual(["connecting", "waiting", "connecting", "live"]);
  });

  test("is never live while it is refused", async () => {
    const busy = stream(CONNECTED + refusal("OVERLOADED", { retryAfterSeconds: 0 }), true);
    server.script(busy, busy, stream(CONNECTED + change("2")));
    expect(await versionsUntil("2", watch())).toEqual(["2"]);
    expect(states).toEqual(["connecting", "waiting", "connecting", "waiting", "connecting", "live"]);
  });

  test.each<[string, Step]>([
    ["a connection that is dropped", drop],
    ["a 502 of a proxy", reply(502, "<html>bad gateway</html>", { "content-type": "text/html" })],
    ["a 503 of a proxy", reply(503, "", { "retry-after": "0" })],
    ["a server that shuts down", stream(CONNECTED + refusal("UNAVAILABLE", { retryAfterSeconds: 0 }), true)],
    ["an end without a word", stream(CONNECTED, true)],
  ])("outlives %s, and goes on where it was", async (_name, trouble) => {
    server.script(stream(CONNECTED + change("2"), true), trouble, stream(CONNECTED + change("3")));
    expect(await versionsUntil("3", watch())).toEqual(["2", "3"]);
    expect(server.seen.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "2", "2"]);
  });

  test("takes half a message for nothing, and is told it whole", async () => {
    const half = change("3").slice(0, -4);
    server.script(stream(CONNECTED + change("2") + half, true), stream(CONNECTED + change("3")));
    expect(await versionsUntil("3", watch())).toEqual(["2", "3"]);
    expect(server.seen[1]?.headers["last-event-id"]).toBe("2");
  });

  test("waits out a token that can't be had just now, once it was live", async () => {
    const token = async () => {
      if (server.seen.length === 1 && states.filter((state) => state === "waiting").length === 1)
        throw new TypeError("the sign-in service is away");
      return "t0ken";
    };
    server.script(stream(CONNECTED + change("2"), true), stream(CONNECTED + change("3")));
    expect(await versionsUntil("3", watch({ token }))).toEqual(["2", "3"]);
  });

  test("a token that was never to be had ends it", async () => {
    const token = () => Promise.reject(new TypeError("signed out"));
    await expect(watch({ token }).next()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });
});
