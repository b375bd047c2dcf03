import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHoldfast, type Holdfast } from "./create-holdfast.ts";
import {
  answer,
  drop,
  hang,
  refuse,
  type ScriptedServer,
  startScriptedServer,
} from "./testing/scripted-server.ts";

// What needs a ledger is in server.test.ts, against the real one; here is what a real server does not do on demand.

const request = { walletId: "w", amount: 100n, expiresInSeconds: 60 };
const placed = answer({ holdId: "h1", replayed: false });
const placedBefore = answer({ holdId: "h1", replayed: true });
const settled = { holdId: "h1", balance: "70", replayed: false };

let server: ScriptedServer;
let holdfast: Holdfast;

beforeEach(async () => {
  server = await startScriptedServer();
  holdfast = createHoldfast({ url: server.url, token: "t" });
});
afterEach(() => server.close());

const sent = () => server.seen.map(({ paths, inputs }) => [paths[0], inputs[0]?.["idempotencyKey"]]);

test("hold, work, capture: keys derived from one, and what is captured is final", async () => {
  server.script(placed, answer(settled));
  const seen: unknown[] = [];
  const done = await holdfast.withHold(
    { ...request, toWalletId: "payee" },
    async (hold) => {
      seen.push(hold);
      return { used: 30n, result: "text" };
    },
    { idempotencyKey: "job-7" },
  );
  expect(done).toEqual({ result: "text", settled });
  expect(seen).toEqual([{ holdId: "h1", replayed: false }]);
  expect(sent()).toEqual([
    ["wallets.hold", "job-7/hold-1"],
    ["wallets.capture", "job-7/capture-1"],
  ]);
  expect(server.seen[1]?.inputs[0]).toMatchObject({
    holdId: "h1",
    amount: "30",
    toWalletId: "payee",
    final: true,
  });
  expect(server.seen[0]?.inputs[0]).not.toHaveProperty("toWalletId");
});

test("nothing used: the hold is released", async () => {
  server.script(placed, answer(settled));
  const done = await holdfast.withHold(request, () => ({ used: "0", result: 1 }));
  expect(done).toEqual({ result: 1, settled });
  expect(sent().map(([path]) => path)).toEqual(["wallets.hold", "wallets.release"]);
});

test("the hold is refused: the work does not run", async () => {
  server.script(refuse("INSUFFICIENT_FUNDS", { available: "9", required: "100", shortfall: "91" }));
  const call = holdfast.withHold(request, () => Promise.reject(new Error("ran")), {
    idempotencyKey: "job-7",
  });
  await expect(call).rejects.toMatchObject({ code: "INSUFFICIENT_FUNDS", idempotencyKey: "job-7" });
});

describe("when the work fails", () => {
  test("everything is released and its own error comes back", async () => {
    server.script(placed, answer(settled));
    const error = new Error("model is down");
    const call = holdfast.withHold(request, () => Promise.reject(error));
    await expect(call).rejects.toBe(error);
    expect(error.cause).toBeUndefined();
    expect(sent().map(([path]) => path)).toEqual(["wallets.hold", "wallets.release"]);
  });

  test("and so does the release: the cause says so", async () => {
    server.script(placed);
    server.otherwise(hang);
    const error = new Error("model is down");
    const call = holdfast.withHold(request, () => Promise.reject(error), { deadlineMs: 500 });
    await expect(call).rejects.toBe(error);
    expect(error.cause).toMatchObject({ code: "TIMEOUT", path: "wallets.release", unresolved: true });
  });

  test("and so does the release: a cause that is there is kept beside it", async () => {
    server.script(placed);
    server.otherwise(refuse("UNAUTHENTICATED", {}));
    const error = new Error("model is down", { cause: "socket" });
    await expect(holdfast.withHold(request, () => Promise.reject(error))).rejects.toBe(error);
    expect(error.cause).toMatchObject({ errors: ["socket", { code: "UNAUTHENTICATED" }] });
  });

  test.each([
    ["a string", "boom"],
    ["a frozen error", Object.freeze(new Error("boom"))],
  ])("and so does the release: %s is in the cause of a new error", async (_name, thrown) => {
    server.script(placed);
    server.otherwise(refuse("UNAUTHENTICATED", {}));
    const call = holdfast.withHold(request, () => Promise.reject(thrown));
    await expect(call).rejects.toMatchObject({ cause: { errors: [thrown, { code: "UNAUTHENTICATED" }] } });
  });

  test("after the hold had expired: there is nothing to release", async () => {
    server.script(placed, refuse("HOLD_EXPIRED", { expiredAt: "2026-11-22T00:00:00.000Z" }));
    const error = new Error("slow model");
    await expect(holdfast.withHold(request, () => Promise.reject(error))).rejects.toBe(error);
    expect(error.cause).toBeUndefined();
  });
});

describe("what was used", () => {
  test.each([
    ["more than was reserved", 101n, "HOLD_EXCEEDED", { remaining: "100", requested: "101" }],
    ["a negative amount", -1n, "BAD_REQUEST", {}],
    ["a fraction", "1.5", "BAD_REQUEST", {}],
    ["nothing that counts", "", "BAD_REQUEST", {}],
  ])("%s: refused without a capture, and everything is released", async (_name, used, code, details) => {
    server.script(placed, answer(settled));
    const call = holdfast.withHold(request, () => ({ used, result: 1 }), { idempotencyKey: "job-7" });
    await expect(call).rejects.toMatchObject({ code, details, idempotencyKey: "job-7" });
    expect(sent().map(([path]) => path)).toEqual(["wallets.hold", "wallets.release"]);
  });
});

describe("when the capture", () => {
  const work = () => ({ used: 30n, result: 1 });

  test("stays unresolved: nothing is released, and the key of the whole resolves it", async () => {
    server.script(placed);
    server.otherwise(hang);
    const call = holdfast.withHold(request, work, { idempotencyKey: "job-7", deadlineMs: 500 });
    await expect(call).rejects.toMatchObject({
      code: "TIMEOUT",
      details: { outcome: "unknown" },
      path: "wallets.capture",
      idempotencyKey: "job-7",
    });
    expect(sent().map(([path]) => path)).toEqual(["wallets.hold", "wallets.capture"]);
  });

  test("is refused: everything is released", async () => {
    server.script(placed, refuse("CURRENCY_MISMATCH", { from: "sat", to: "usd_cent" }), answer(settled));
    await expect(holdfast.withHold(request, work)).rejects.toMatchObject({ code: "CURRENCY_MISMATCH" });
    expect(sent().map(([path]) => path)).toEqual(["wallets.hold", "wallets.capture", "wallets.release"]);
  });
});

describe("called again with its key", () => {
  const again = (used = 30n) =>
    holdfast.withHold(request, () => ({ used, result: 1 }), { idempotencyKey: "job-7" });

  test("what the earlier call left reserved is released, and a new round begins", async () => {
    server.script(placedBefore, answer(settled), placed, answer(settled));
    expect(await again()).toEqual({ result: 1, settled });
    expect(sent()).toEqual([
      ["wallets.hold", "job-7/hold-1"],
      ["wallets.release", "job-7/release-1"],
      ["wallets.hold", "job-7/hold-2"],
      ["wallets.capture", "job-7/capture-2"],
    ]);
  });

  test.each([
    ["expired", refuse("HOLD_EXPIRED", { expiredAt: "2026-11-22T00:00:00.000Z" })],
    ["released by hand", refuse("HOLD_CLOSED", { status: "released" })],
  ])("a hold that was %s makes way for a new round", async (_name, step) => {
    server.script(placedBefore, step, placed, answer(settled));
    await again();
    expect(sent().at(-1)).toEqual(["wallets.capture", "job-7/capture-2"]);
  });

  test("what the earlier call captured is not charged again, even if the work used another amount", async () => {
    server.script(placedBefore, refuse("HOLD_CLOSED", { status: "captured" }));
    expect(await again(31n)).toEqual({ result: 1, settled: undefined });
    expect(sent().map(([path]) => path)).toEqual(["wallets.hold", "wallets.release"]);
  });

  test("a hold whose answer was lost within the call that made its key is its own", async () => {
    server.script(drop, placedBefore, answer(settled));
    await holdfast.withHold(request, () => ({ used: 30n, result: 1 }));
    expect(sent().map(([path]) => path)).toEqual(["wallets.hold", "wallets.hold", "wallets.capture"]);
  });
});

test("a server that calls every hold a replay can't keep the caller beyond the deadline", async () => {
  server.otherwise(placedBefore);
  const call = holdfast.withHold(request, () => ({ used: 30n, result: 1 }), {
    idempotencyKey: "job-7",
    deadlineMs: 300,
  });
  await expect(call).rejects.toMatchObject({ code: "TIMEOUT", idempotencyKey: "job-7" });
});

test("a key that leaves no room for the steps is refused before anything is sent", async () => {
  const call = holdfast.withHold(request, () => ({ used: 30n, result: 1 }), {
    idempotencyKey: "k".repeat(241),
  });
  await expect(call).rejects.toMatchObject({ code: "BAD_REQUEST" });
  expect(server.seen).toEqual([]);
});

test("the caller's signal ends the hold, never the settlement", async () => {
  const controller = new AbortController();
  server.script(placed, answer(settled));
  const call = holdfast.withHold(
    request,
    async () => {
      controller.abort();
      return { used: 30n, result: 1 };
    },
    { signal: controller.signal },
  );
  expect(await call).toEqual({ result: 1, settled });
});
