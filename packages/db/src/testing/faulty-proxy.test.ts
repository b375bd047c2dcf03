import { once } from "node:events";
import net from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FaultyProxy, startFaultyProxy } from "./faulty-proxy.ts";

let echo: net.Server;
let proxy: FaultyProxy;

beforeAll(async () => {
  echo = net.createServer((socket) => socket.on("error", () => {}).pipe(socket));
  await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
  proxy = await startFaultyProxy((echo.address() as net.AddressInfo).port);
});
afterAll(async () => {
  await proxy.close();
  echo.close();
});

test("bytes keep their order when a delay is taken away", async () => {
  const socket = net.connect(proxy.port, "127.0.0.1").setNoDelay(true);
  let received = "";
  socket.on("data", (data: Buffer) => {
    received += data;
  });
  await once(socket, "connect");
  let sent = "";
  for (const delayMs of [60, 0, 30, 0]) {
    proxy.delay(delayMs);
    for (const letter of "abc") {
      sent += `${delayMs}${letter} `;
      socket.write(`${delayMs}${letter} `);
      await pause(3);
    }
  }
  await expect.poll(() => received.length).toBe(sent.length);
  expect(received).toBe(sent);
  socket.destroy();
});

test("a connection that lost bytes in a black hole stays silent, and a new one works", async () => {
  const dial = async () => {
    const socket = net.connect(proxy.port, "127.0.0.1").setNoDelay(true);
    const heard: string[] = [];
    socket.on("data", (data: Buffer) => heard.push(data.toString()));
    await once(socket, "connect");
    return { socket, heard };
  };
  const old = await dial();
  const before = proxy.touched;
  proxy.blackHole(true);
  old.socket.write("lost");
  await expect.poll(() => proxy.touched).toBeGreaterThan(before);
  proxy.blackHole(false);
  old.socket.write("after the gap");
  const fresh = await dial();
  fresh.socket.write("hello");
  await expect.poll(() => fresh.heard.join("")).toBe("hello");
  expect(old.heard).toEqual([]);
  for (const { socket } of [old, fresh]) socket.destroy();
});
