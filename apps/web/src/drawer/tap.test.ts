import { expect, it, vi } from "vitest";
import { createWire } from "../app/wire.ts";
import { createTap, isArmed } from "./tap.ts";

const URL_OF_BOOST = "http://console/trpc/wallets.boost?batch=1";
const KEY = "key-1";
const boost: RequestInit = {
  method: "POST",
  body: JSON.stringify({ 0: { amount: "5", idempotencyKey: KEY } }),
};

/** A server that does each key once, and a tap on the way to it. */
function start(saved: string | null = null) {
  const done = new Set<string>();
  const kept = new Map<string, string>();
  if (saved !== null) kept.set("holdfast:drawer:calls", saved);
  const storage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  };
  vi.stubGlobal("fetch", async (_input: unknown, init?: RequestInit) => {
    init?.signal?.throwIfAborted();
    const { idempotencyKey } = JSON.parse(String(init?.body))[0];
    const replayed = done.has(idempotencyKey);
    done.add(idempotencyKey);
    return Response.json([{ result: { data: { replayed } } }]);
  });
  vi.stubGlobal("window", new EventTarget());
  const wire = createWire();
  const tap = createTap(wire, storage);
  tap.listen();
  return { wire, tap, done, storage };
}

it("drops the next answer alone: the server did it, and the repeat is told under the same call", async () => {
  const { wire, tap, done } = start();
  tap.set("drop", "next");
  await expect(wire.send(URL_OF_BOOST, boost)).rejects.toThrow(TypeError);
  expect(done).toEqual(new Set([KEY]));
  expect(isArmed(tap.getState())).toBe(false);

  const response = await wire.send(URL_OF_BOOST, boost);
  expect(await response.json()).toEqual([{ result: { data: { replayed: true } } }]);
  const [call, ...others] = tap.getState().calls;
  expect(others).toEqual([]);
  expect(call).toMatchObject({ procedure: "wallets.boost", idempotencyKey: KEY });
  expect(call?.attempts).toMatchObject([
    { state: "lost", damage: ["answer dropped"], said: { httpStatus: 200, replayed: false } },
    { state: "answered", damage: [], said: { httpStatus: 200, replayed: true } },
  ]);
});

it("sends twice with one key, and hands on one answer", async () => {
  const { wire, tap } = start();
  tap.set("duplicate", "every");
  expect((await wire.send(URL_OF_BOOST, boost)).ok).toBe(true);
  await vi.waitFor(() =>
    expect(tap.getState().calls[0]?.attempts.map(({ said }) => said?.replayed)).toEqual([false, true]),
  );
  expect(tap.getState().faults.duplicate).toBe("every");
});

it("holds an answer back for as long as it says", async () => {
  vi.useFakeTimers();
  try {
    const { wire, tap, done } = start();
    tap.set("delay", "next");
    const answered = vi.fn();
    const answer = wire.send(URL_OF_BOOST, boost).then(answered);
    await vi.advanceTimersByTimeAsync(2_999);
    expect(done.size).toBe(1);
    expect(answered).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await answer;
    expect(answered).toHaveBeenCalledOnce();
  } finally {
    vi.useRealTimers();
  }
});

it("lets nothing through while disconnected, and tells those who wait when the network is back", async () => {
  const { wire, tap, done } = start();
  const online = vi.fn();
  window.addEventListener("online", online);
  tap.disconnect();
  expect(isArmed(tap.getState())).toBe(true);
  await expect(wire.send(URL_OF_BOOST, boost)).rejects.toThrow(TypeError);
  expect(done.size).toBe(0);
  expect(tap.getState().calls[0]?.attempts).toMatchObject([{ state: "lost", damage: ["disconnected"] }]);
  tap.reconnect();
  expect(online).toHaveBeenCalledOnce();
  expect((await wire.send(URL_OF_BOOST, boost)).ok).toBe(true);
});

it("keeps a fault for the next write while something is read", async () => {
  const { wire, tap } = start();
  tap.set("drop", "next");
  vi.stubGlobal("fetch", async () => Response.json({ result: { data: {} } }));
  await wire.send("http://console/trpc/wallets.mine?input=%7B%7D", { method: "GET" });
  expect(tap.getState().faults.drop).toBe("next");
});

it("puts the attempts of an earlier page and of this one under one call", async () => {
  const before = start();
  before.tap.set("drop", "every");
  await expect(before.wire.send(URL_OF_BOOST, boost)).rejects.toThrow(TypeError);
  const { wire, tap } = start(before.storage.getItem("holdfast:drawer:calls"));
  await wire.send(URL_OF_BOOST, boost);
  expect(tap.getState().calls).toHaveLength(1);
  expect(tap.getState().calls[0]?.attempts.map(({ state }) => state)).toEqual(["lost", "answered"]);
});

it("takes itself off the wire", async () => {
  const { wire, tap } = start();
  tap.rest();
  await wire.send(URL_OF_BOOST, boost);
  expect(tap.getState().calls).toEqual([]);
});
