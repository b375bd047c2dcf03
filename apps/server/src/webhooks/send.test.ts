import type { lookup } from "node:dns";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Receiver, startReceiver } from "../testing/webhook-receiver.ts";
import { createSend, type Sent } from "./send.ts";

const secrets = [`whsec_${Buffer.alloc(32, 1).toString("base64")}`];
const body = JSON.stringify({ topic: { kind: "wallet", id: "w" }, version: "1" });
const never = new AbortController().signal;

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());

/** Every name leads to these addresses, in turn. */
function leadingTo(...answers: string[][]): { resolve: typeof lookup; asked: () => number } {
  let asked = 0;
  const resolve = (_name: string, _options: unknown, callback: (...of: unknown[]) => void) => {
    const addresses = answers[Math.min(asked++, answers.length - 1)] ?? [];
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };
  return { resolve: resolve as unknown as typeof lookup, asked: () => asked };
}

async function send(url: string, options: Partial<Parameters<typeof createSend>[0]> = {}): Promise<Sent> {
  return createSend({ loopback: false, timeoutMs: 2_000, ...options })(
    { url, id: "1", body, secrets },
    never,
  );
}

const PRIVATE = "the address must lead to the public internet";

test.each([
  ["loopback", "127.0.0.1"],
  ["loopback in IPv6", "::1"],
  ["loopback as IPv4 mapped into IPv6", "::ffff:127.0.0.1"],
  ["loopback through NAT64", "64:ff9b::7f00:1"],
  ["loopback through 6to4", "2002:7f00:1::"],
  ["this host", "0.0.0.0"],
  ["no address", "::"],
  ["10/8", "10.0.0.1"],
  ["172.16/12", "172.31.255.255"],
  ["192.168/16", "192.168.1.1"],
  ["shared by carriers", "100.64.0.1"],
  ["link-local: metadata of clouds", "169.254.169.254"],
  ["metadata in IPv6", "fd00:ec2::254"],
  ["link-local in IPv6", "fe80::1"],
  ["unique local", "fc00::1"],
  ["multicast", "224.0.0.1"],
  ["broadcast", "255.255.255.255"],
  ["documentation", "192.0.2.1"],
])("a name that leads to %s (%s) is not connected to", async (_what, address) => {
  const { resolve, asked } = leadingTo([address]);
  expect(await send("https://hooks.example.com/", { resolve })).toMatchObject({ ok: false, error: PRIVATE });
  expect(asked()).toBe(1);
  const beside = leadingTo(["8.8.8.8", address]);
  expect(await send("https://hooks.example.com/", beside)).toMatchObject({ ok: false, error: PRIVATE });
  // And not in development either: that allows the name of this machine alone.
  expect(await send("https://hooks.example.com/", { resolve, loopback: true })).toMatchObject({
    error: PRIVATE,
  });
});

test("the connection goes to the address that was looked at, whatever the name leads to a moment later", async () => {
  // Nothing listens on this port, so the error tells that it was tried; asked again the name would lead to this machine.
  const port = new URL(receiver.url).port;
  const { resolve, asked } = leadingTo(["240.0.0.1"], ["127.0.0.1"]);
  expect(await send(`https://hooks.example.com:${port}/`, { resolve })).toMatchObject({ error: PRIVATE });
  expect(asked()).toBe(1);
  expect(receiver.received).toHaveLength(0);
});

test.each([
  ["http://hooks.example.com/", "the address must begin with https://"],
  ["ftp://hooks.example.com/", "the address must begin with https://"],
  ["https://127.0.0.1/", PRIVATE],
  ["https://2130706433/", PRIVATE],
  ["https://0x7f.1/", PRIVATE],
  ["https://[::ffff:10.0.0.1]/", PRIVATE],
  ["https://169.254.169.254/latest/meta-data", PRIVATE],
])("%s is not sent to", async (url, error) => {
  expect(await send(url)).toMatchObject({ ok: false, statusCode: undefined, error });
});

test("to this machine only where that is allowed, and then by http too", async () => {
  expect(await send(receiver.url)).toMatchObject({ ok: false });
  expect(receiver.received).toHaveLength(0);
  expect(await send(receiver.url, { loopback: true })).toMatchObject({ ok: true, statusCode: 204 });
  const named = receiver.url.replace("127.0.0.1", "localhost");
  const elsewhere = leadingTo(["8.8.8.8"]);
  expect(await send(named, { loopback: true, ...elsewhere })).toMatchObject({ ok: false, error: PRIVATE });
});

test("a redirect is not followed", async () => {
  receiver.received.length = 0;
  receiver.answer = (_, response) => response.writeHead(302, { location: receiver.url }).end();
  expect(await send(receiver.url, { loopback: true })).toMatchObject({
    ok: false,
    statusCode: 302,
    error: "answered 302; redirects are not followed",
  });
  expect(receiver.received).toHaveLength(1);
});

test("who answers too late has failed; who answers without an end has not, and is read no further", async () => {
  receiver.answer = () => {};
  expect(await send(receiver.url, { loopback: true, timeoutMs: 200 })).toMatchObject({
    ok: false,
    error: "no answer within 0.2 s",
  });
  const closed = new Promise<void>((resolve) => {
    receiver.answer = (_, response) => {
      response.writeHead(200);
      response.on("close", resolve);
      const more = (): void => {
        while (response.write("x".repeat(10_000)));
        response.once("drain", more);
      };
      more();
    };
  });
  expect(await send(receiver.url, { loopback: true, timeoutMs: 10_000 })).toMatchObject({ ok: true });
  await closed;
});
