import { once } from "node:events";
import { IncomingMessage, type RequestListener, ServerResponse } from "node:http";
import { type AddressInfo, Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createFront } from "../http/front.ts";
import { createDoor } from "./door.ts";
import { createRefusal } from "./refusal.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server that is as full as the test says, and answers whoever is let in. */
async function start(corsOrigins: readonly string[] = []) {
  let others = 0;
  const enter: RequestListener = (_request, response) => void response.end("served");
  const refuse = createRefusal(() => false, corsOrigins);
  // Nobody is stuck: as if so many more were inside than came. What the limit is, is shown in the test of the crowd.
  const door = createDoor({ enter, refuse, stuck: () => -others, waitsUntilMs: () => Infinity });
  const server = createFront(door, 1_000);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    door,
    ask: (path: string, headers: Record<string, string> = {}) =>
      fetch(`http://127.0.0.1:${port}${path}`, { headers, method: "POST", body: "{}" }),
    withOthers: (count: number): void => {
      others = count;
    },
  };
}

test("who finds no room is told so, in the form of every error, with how long to stay away", async () => {
  const { ask, door, withOthers } = await start();
  withOthers(10_000);
  const response = await ask("/trpc/wallets.transfer");
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("1");
  expect(response.headers.get("content-type")).toBe("application/json");
  const data = { code: "OVERLOADED", httpStatus: 503, retry: "same-key", details: { retryAfterSeconds: 1 } };
  expect(await response.json()).toMatchObject({ error: { data } });
  expect(door.refused).toBe(1);
  withOthers(0);
  expect(await (await ask("/trpc/wallets.transfer")).text()).toBe("served");
});

test("what is no call is always let in", async () => {
  const { ask, withOthers } = await start();
  withOthers(10_000);
  for (const path of ["/healthz", "/readyz", "/metrics", "/", "/trpcx"])
    expect([path, await (await ask(path)).text()]).toEqual([path, "served"]);
});

/** A door without a network: requests knock in the order of the test, and leave when it says so. */
function hall() {
  const entered: string[] = [];
  const refused: string[] = [];
  let others = 0;
  const door = createDoor({
    enter: (request) => entered.push(request.url ?? ""),
    refuse: (request) => refused.push(request.url ?? ""),
    stuck: () => -others,
    waitsUntilMs: ({ headers }) => performance.now() + Number(headers["holdfast-deadline-ms"] ?? 10_000),
  });
  closing.push(() => door.close());
  const knock = (url: string, headers: IncomingMessage["headers"] = {}): ServerResponse => {
    const request = Object.assign(new IncomingMessage(new Socket()), { url, headers });
    const response = new ServerResponse(request);
    door.knock(request, response);
    return response;
  };
  const withOthers = (count: number): void => {
    others = count;
  };
  return { door, entered, knock, refused, withOthers };
}

test("who waits comes in when somebody leaves, in the order of coming; who has hung up does not", () => {
  const { door, entered, knock, withOthers } = hall();
  withOthers(9_999);
  const first = knock("/trpc/first");
  knock("/trpc/hung-up").destroy();
  const second = knock("/trpc/second");
  knock("/trpc/third");
  expect(entered).toEqual(["/trpc/first"]);
  first.emit("close");
  expect(entered).toEqual(["/trpc/first", "/trpc/second"]);
  second.emit("close");
  expect(entered).toEqual(["/trpc/first", "/trpc/second", "/trpc/third"]);
  expect(door.inside).toBe(1);
});

test("a crowd that is let in is served by and by, so that the process can do other things between", async () => {
  const { door, entered, knock, refused } = hall();
  for (let at = 0; at < 1_000; at++) knock(`/trpc/${at}`);
  const atOnce = entered.length;
  expect(atOnce).toBeLessThan(1_000);
  expect(door.inside).toBe(1_000);
  await new Promise(setImmediate);
  expect(entered.length).toBe(2 * atOnce);
  while (entered.length < 1_000) await new Promise(setImmediate);
  expect(refused).toEqual([]);
});

test("who was let in and isn't served while its caller waits is refused, once, and takes no room", async () => {
  const { door, entered, knock, refused } = hall();
  const patient = Array.from({ length: 1_000 }, (_, at) => knock(`/trpc/${at}`));
  const hasty = knock("/trpc/hasty", { "holdfast-deadline-ms": "250" });
  // A process that does something else for longer than that.
  for (const untilMs = performance.now() + 300; performance.now() < untilMs; );
  await expect.poll(() => refused).toEqual(["/trpc/hasty"]);
  await expect.poll(() => entered.length).toBe(1_000);
  hasty.emit("close");
  expect([door.inside, door.refused]).toEqual([1_000, 1]);
  for (const response of patient) response.emit("close");
  expect(door.inside).toBe(0);
});

test("who was not let in is refused, once, and takes no room", async () => {
  const { door, entered, knock, refused, withOthers } = hall();
  withOthers(10_000);
  for (let at = 0; at < 100; at++) knock(`/v1/${at}`);
  await expect.poll(() => refused.length).toBe(100);
  expect(refused).toEqual(Array.from({ length: 100 }, (_, at) => `/v1/${at}`));
  expect([entered, door.inside, door.refused]).toEqual([[], 0, 100]);
});

test("nobody waits at the end of a line of 10,000", () => {
  const { knock, refused, withOthers } = hall();
  withOthers(10_000);
  for (let at = 0; at < 10_001; at++) knock(`/trpc/${at}`);
  expect(refused).toEqual(["/trpc/10000"]);
});

test("calls are counted, not requests; a large body counts as several, a stream that has begun as none", () => {
  const { door, knock } = hall();
  const batch = knock("/trpc/wallets.get,wallets.get,wallets.mine?batch=1");
  expect(door.inside).toBe(3);
  const large = knock("/v1/wallets/batch", { "content-length": "100000" });
  expect(door.inside).toBe(3 + 25);
  door.leave(large);
  large.emit("close");
  expect(door.inside).toBe(3);
  batch.emit("close");
  expect(door.inside).toBe(0);
});

test("a page of a foreign origin can read the refusal, where it may call at all", async () => {
  const { ask, withOthers } = await start(["https://shop.example"]);
  withOthers(10_000);
  const allowed = await ask("/trpc/wallets.get", { origin: "https://shop.example" });
  expect(allowed.headers.get("access-control-allow-origin")).toBe("https://shop.example");
  const other = await ask("/trpc/wallets.get", { origin: "https://evil.example" });
  expect([other.status, other.headers.get("access-control-allow-origin")]).toEqual([503, null]);
});
