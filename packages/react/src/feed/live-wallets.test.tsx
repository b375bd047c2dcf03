import type { Principal } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { startTestServer, type TestServer } from "@holdfast/server/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { cleanup, openPage, waitFor } from "../testing/page.tsx";
import { useWallet } from "../wallets/use-wallet.ts";
import { useWalletHistory } from "../wallets/use-wallet-history.ts";
import { useWallets } from "../wallets/use-wallets.ts";
import { useFeedState } from "./use-feed-state.ts";
import { useTopics } from "./use-topics.ts";

const shop: Principal = { tenantId: 1, subject: "shop", role: "service" };

let database: TestDatabase;
/** Replicas: one that pages speak to, one that others pay through. */
let server: TestServer;
let other: TestServer;
let owner: Principal;
let owners = 0;
let keys = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startTestServer({ databaseUrl: database.url });
  other = await startTestServer({ databaseUrl: database.url });
});
afterAll(async () => {
  await server.close();
  await other.close();
  await database.close();
});
beforeEach(() => {
  owner = { tenantId: 1, subject: `owner-${owners++}`, role: "user" };
});
afterEach(async () => {
  cleanup();
  await expect.poll(() => server.db.watchers).toBe(0);
});

async function credit(walletId: string, amount = 1n): Promise<void> {
  const idempotencyKey = `live-${keys++}`;
  await other.db.execute(shop, { kind: "wallets.credit", idempotencyKey, walletId, amount });
}

/** Many versions at once. */
async function credits(walletId: string, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1_000) {
    const commands = Array.from({ length: Math.min(left, 1_000) }, () => ({
      kind: "credit" as const,
      walletId,
      amount: "1" as const,
    }));
    const idempotencyKey = `live-${keys++}`;
    await other.db.execute(shop, { kind: "wallets.batch", idempotencyKey, atomic: true, commands });
  }
}

describe("a wallet", () => {
  test("shows what somebody else paid, without being read again", async () => {
    const walletId = await server.wallet(owner.subject, "75");
    const page = await openPage(server, owner);
    const { result } = page.show(() => ({ wallet: useWallet(walletId), feed: useFeedState() }));
    await waitFor(() => expect(result.current.feed).toBe("live"));
    await credit(walletId, 5n);
    await waitFor(() =>
      expect(result.current.wallet.data).toMatchObject({ balance: "80", available: "80", version: "2" }),
    );
    expect(page.calls).toEqual(["wallets.get", "changes.watch"]);
  });

  test("is the same in every place that shows it, over one subscription", async () => {
    const [a, b] = [await server.wallet(owner.subject, "1"), await server.wallet(owner.subject, "1")];
    const page = await openPage(server, owner);
    const { result } = page.show(() => ({ a: useWallet(a), b: useWallet(b), all: useWallets() }));
    await waitFor(() =>
      expect([result.current.a, result.current.b, result.current.all].every((q) => q.data)).toBe(true),
    );
    await waitFor(() => expect(server.db.watchers).toBe(1));
    await credit(a, 9n);
    await waitFor(() => expect(result.current.a.data?.balance).toBe("10"));
    expect(result.current.all.data?.find(({ walletId }) => walletId === a)?.balance).toBe("10");
    expect(result.current.b.data?.balance).toBe("1");
    expect(server.db.watchers).toBe(1);
  });

  test("goes on after its server was away, and is told what it missed", async () => {
    const first = await startTestServer({ databaseUrl: database.url });
    const walletId = await server.wallet(owner.subject, "1");
    const { url } = first;
    const page = await openPage(first, owner);
    const { result } = page.show(() => ({ wallet: useWallet(walletId), feed: useFeedState() }));
    await waitFor(() => expect(result.current.feed).toBe("live"));
    await first.close();
    await waitFor(() => expect(result.current.feed).not.toBe("live"));
    await credit(walletId, 6n);
    const again = await startTestServer({
      databaseUrl: database.url,
      config: { port: Number(new URL(url).port) },
    });
    await waitFor(() => expect(result.current.wallet.data?.balance).toBe("7"), { timeout: 10_000 });
    expect(result.current.feed).toBe("live");
    expect(page.calls.filter((path) => path === "wallets.get")).toHaveLength(1);
    cleanup();
    await again.close();
  });

  test("is read anew when too much was missed to be told", async () => {
    const first = await startTestServer({ databaseUrl: database.url });
    const walletId = await server.wallet(owner.subject, "1");
    const page = await openPage(first, owner);
    const { result } = page.show(() => ({ wallet: useWallet(walletId), feed: useFeedState() }));
    await waitFor(() => expect(result.current.feed).toBe("live"));
    await first.close();
    await credits(walletId, 5_002);
    const again = await startTestServer({
      databaseUrl: database.url,
      config: { port: Number(new URL(first.url).port) },
    });
    await waitFor(() => expect(result.current.wallet.data?.balance).toBe("5003"), { timeout: 10_000 });
    expect(page.calls.filter((path) => path === "wallets.get")).toHaveLength(2);
    cleanup();
    await again.close();
  });

  test("is polled only while it is not live", async () => {
    const walletId = await server.wallet(owner.subject, "1");
    let away = true;
    const page = await openPage(server, owner, {
      fetch: (input, init) =>
        away && String(input).includes("changes.watch")
          ? Promise.reject(new TypeError("no route"))
          : fetch(input, init),
    });
    const reads = () => page.calls.filter((path) => path === "wallets.get").length;
    const { result } = page.show(() => ({
      wallet: useWallet(walletId, { pollMs: 20 }),
      feed: useFeedState(),
    }));
    await waitFor(() => expect(reads()).toBeGreaterThan(5));
    expect(result.current.feed).not.toBe("live");
    away = false;
    await waitFor(() => expect(result.current.feed).toBe("live"), { timeout: 5_000 });
    const before = reads();
    for (let version = 2; version <= 6; version++) {
      await credit(walletId);
      await waitFor(() => expect(result.current.wallet.data?.version).toBe(`${version}`));
    }
    // One may have been under way when the stream came.
    expect(reads() - before).toBeLessThanOrEqual(1);
  });
});

describe("what is watched", () => {
  test("one topic that may not be seen does not keep the others from being told", async () => {
    const [mine, foreign] = [
      await server.wallet(owner.subject, "1"),
      await server.wallet("somebody else", "1"),
    ];
    const told: string[] = [];
    const page = await openPage(server, owner);
    const { result } = page.show(() => {
      const topics = [mine, foreign].map((id) => ({ id, version: "1" }));
      useTopics("wallet", topics, (events) => told.push(...events.map(({ topic }) => topic.id)));
      return useFeedState();
    });
    await waitFor(() => expect(result.current).toBe("live"));
    await credit(foreign);
    await credit(mine);
    await waitFor(() => expect(told).toEqual([mine]));
  });

  test("a page on which nothing is watched is not live", async () => {
    const walletId = await server.wallet(owner.subject, "1");
    const page = await openPage(server, owner);
    const { result, rerender } = page.show(
      ({ ids }: { ids: string[] }) => {
        useTopics(
          "wallet",
          ids.map((id) => ({ id, version: "1" })),
          () => {},
        );
        return useFeedState();
      },
      { ids: [walletId] },
    );
    await waitFor(() => expect(result.current).toBe("live"));
    rerender({ ids: [] });
    await waitFor(() => expect(result.current).not.toBe("live"));
  });

  test("more than one subscription takes is not called live", async () => {
    const ids = await Promise.all(Array.from({ length: 51 }, () => server.wallet(owner.subject, "0")));
    const page = await openPage(server, owner);
    const { result } = page.show(() => ({ all: useWallets({ pollMs: 50 }), feed: useFeedState() }));
    await waitFor(() => expect(server.db.watchers).toBe(1));
    for (const id of ids) await credit(id, 3n);
    await waitFor(() => expect(result.current.all.data?.every(({ balance }) => balance === "3")).toBe(true), {
      timeout: 5_000,
    });
    expect(result.current.feed).not.toBe("live");
  });
});

test("the history of a wallet that changes faster than it can be read is shown all the same", async () => {
  const walletId = await server.wallet(owner.subject, "1");
  let busy = true;
  const page = await openPage(server, owner, {
    // A network that takes longer than the pause between two changes.
    fetch: async (input, init) => {
      if (String(input).includes("wallets.history")) await new Promise((resolve) => setTimeout(resolve, 150));
      return fetch(input, init);
    },
  });
  const { result } = page.show(() => {
    const { data } = useWallet(walletId);
    return { history: useWalletHistory(walletId, { version: data?.version }), feed: useFeedState() };
  });
  await waitFor(() => expect(result.current.history.data?.pages[0]?.entries).toHaveLength(1));
  await waitFor(() => expect(result.current.feed).toBe("live"));
  const load = (async () => {
    while (busy) await credit(walletId);
  })();
  try {
    await waitFor(() => expect(result.current.history.data?.pages[0]?.entries.length).toBeGreaterThan(1), {
      timeout: 5_000,
    });
  } finally {
    busy = false;
    await load;
  }
  await waitFor(() => {
    const newest = result.current.history.data?.pages[0]?.entries[0]?.version;
    expect(Number(newest)).toBeGreaterThan(5);
  });
});
