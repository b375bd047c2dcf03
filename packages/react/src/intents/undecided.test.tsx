import { getWallet, listEntries, type Principal } from "@holdfast/db";
import { deferred, startTestServer, type TestServer } from "@holdfast/server/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { useFeedState } from "../feed/use-feed-state.ts";
import { act, cleanup, openPage, waitFor } from "../testing/page.tsx";
import { useBoost } from "../wallets/use-boost.ts";
import { useWallet } from "../wallets/use-wallet.ts";

let server: TestServer;
let owner: Principal;
let owners = 0;
let from: string;
let to: string;
/** The keys of the boosts that went out, in their order. */
let keys: string[];

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  owner = { tenantId: 1, subject: `booster-${owners++}`, role: "user" };
  from = await server.wallet(owner.subject, "75");
  to = await server.wallet("bob", "0");
  keys = [];
});
afterEach(() => {
  cleanup();
  window.localStorage.clear();
});

const isBoost = (input: unknown) => String(input).includes("wallets.boost");
const forEver = () => new Promise<never>(() => {});

/** A page with a boost form, whose boosts travel as `carry` says. */
async function openTab(carry: typeof fetch = fetch, who = owner) {
  const page = await openPage(server, who, {
    fetch: (input, init) => {
      if (!isBoost(input)) return fetch(input, init);
      keys.push(/"idempotencyKey":"([^"]+)"/.exec(String(init?.body))?.[1] ?? "none");
      return carry(input, init);
    },
  });
  const { result, unmount } = page.show(() => useBoost(from));
  return {
    unmount,
    state: () => result.current.state,
    boost: () => {
      act(() => void result.current.submit({ fromWalletId: from, toWalletId: to, amount: 50n }));
    },
  };
}

const kept = () => window.localStorage.length;

/** What the database has, whatever a page shows. */
async function truth() {
  const { balance } = await getWallet(server.db, owner, { walletId: from });
  const { entries } = await listEntries(server.db, owner, { walletId: from });
  return { balance, boosts: entries.filter(({ kind }) => kind === "wallets.boost").length };
}
const ONCE = { balance: "25", boosts: 1 };

describe("a boost whose page is gone before the answer comes", () => {
  test.each(["arrived", "never left"])(
    "has %s: the next page settles it with its key, once",
    async (fate) => {
      const underWay = deferred<void>();
      const first = await openTab(async (input, init) => {
        if (fate === "arrived") await fetch(input, init);
        underWay.resolve();
        return forEver();
      });
      first.boost();
      await underWay.promise;
      first.unmount();
      expect(kept()).toBe(1);
      expect(await truth()).toEqual(fate === "arrived" ? ONCE : { balance: "75", boosts: 0 });

      const next = await openTab();
      await waitFor(() =>
        expect(next.state()).toMatchObject({ status: "confirmed", data: { balance: "25" } }),
      );
      expect(await truth()).toEqual(ONCE);
      expect(new Set(keys).size).toBe(1);
      expect(kept()).toBe(0);
    },
  );

  test("is asked about by two tabs at once, and there is one boost", async () => {
    const left = deferred<void>();
    const first = await openTab(() => {
      left.resolve();
      return forEver();
    });
    first.boost();
    await left.promise;
    first.unmount();

    let asking = 0;
    const both = deferred<void>();
    const together: typeof fetch = async (input, init) => {
      asking += 1;
      if (asking === 2) both.resolve();
      await both.promise;
      return fetch(input, init);
    };
    const tabs = [await openTab(together), await openTab(together)];
    for (const tab of tabs) await waitFor(() => expect(tab.state().status).toBe("confirmed"));
    expect(await truth()).toEqual(ONCE);
    expect(new Set(keys).size).toBe(1);
    expect(kept()).toBe(0);
  });

  test("is nobody else's business in the same browser", async () => {
    const left = deferred<void>();
    const first = await openTab(() => {
      left.resolve();
      return forEver();
    });
    first.boost();
    await left.promise;
    first.unmount();
    const other = await openTab(fetch, { ...owner, subject: "somebody else" });
    expect(other.state().status).toBe("idle");
    expect(keys).toHaveLength(1);
    expect(kept()).toBe(1);
  });
});

test("a boost that a broken proxy hid settles itself when the change feed has found the server again", async () => {
  let isBroken = true;
  const page = await openPage(server, owner, {
    fetch: async (input, init) => {
      if (!isBroken) return fetch(input, init);
      if (String(input).includes("changes.watch")) throw new TypeError("no route");
      const answer = await fetch(input, init);
      return isBoost(input) ? new Response("<h1>Not here</h1>", { status: 404 }) : answer;
    },
  });
  const { result } = page.show(() => ({
    wallet: useWallet(from),
    boost: useBoost(from),
    feed: useFeedState(),
  }));
  await waitFor(() => expect(result.current.wallet.data?.balance).toBe("75"));
  act(() => void result.current.boost.submit({ fromWalletId: from, toWalletId: to, amount: 50n }));
  await waitFor(() => expect(result.current.boost.state.status).toBe("unresolved"));
  expect(result.current.wallet.data?.balance).toBe("75");
  isBroken = false;
  await waitFor(() => expect(result.current.boost.state.status).toBe("confirmed"), { timeout: 10_000 });
  expect(result.current.wallet.data?.balance).toBe("25");
  expect(await truth()).toEqual(ONCE);
});
