import { createAsyncStoragePersister } from "@tanstack/query-async-storage-persister";
import {
  type PersistQueryClientOptions,
  persistQueryClientRestore,
  persistQueryClientSubscribe,
} from "@tanstack/query-persist-client-core";
import { QueryClient } from "@tanstack/react-query";
import { Window } from "happy-dom";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Wallet } from "../client-types.ts";
import { queryKeys } from "../query-keys.ts";
import { createIntentController } from "./intent-controller.ts";
import { createIntentStorage } from "./intent-storage.ts";

/*
 * TanStack Query's persister keeps an application's reads, Holdfast's among them, and does it well. What is undecided it can't
 * keep: here is why intents have a storage of their own.
 */

/** The browser's; of each test its own, because a tab of the one before may still be writing. */
let disk: Storage;
beforeEach(() => {
  disk = new Window({ url: "http://localhost/" }).localStorage as unknown as Storage;
});
const onDisk = () => JSON.stringify({ ...disk });

const forEver = () => new Promise<never>(() => {});

/** A tab whose cache and mutations, also those under way, are persisted, as soon as the persister can. */
function openTab() {
  const queryClient = new QueryClient();
  const options: PersistQueryClientOptions = {
    queryClient,
    persister: createAsyncStoragePersister({ storage: disk, throttleTime: 0 }),
    dehydrateOptions: { shouldDehydrateMutation: ({ state }) => state.status === "pending" },
  };
  onTestFinished(persistQueryClientSubscribe(options));
  return {
    queryClient,
    restore: () => persistQueryClientRestore(options),
    boost(key: string, send: () => Promise<unknown>) {
      const mutation = queryClient.getMutationCache().build(queryClient, { mutationFn: send });
      mutation.execute({ key }).catch(() => undefined);
    },
    keys: () =>
      queryClient
        .getMutationCache()
        .getAll()
        .map(({ state }) => (state.variables as { key: string }).key),
  };
}

/** What is on disk when a boost leaves: a page that dies now must find its key again. */
describe("when the request leaves", () => {
  test("the persister has not kept its key", async () => {
    const seen = await new Promise<string>((resolve) => {
      openTab().boost("a key", () => {
        resolve(onDisk());
        return forEver();
      });
    });
    expect(seen).not.toContain("a key");
  });

  test("an intent has", async () => {
    const storage = createIntentStorage("1:ada", disk);
    const seen = await new Promise<string>((resolve) => {
      const send = (_input: object, { idempotencyKey }: { idempotencyKey: string }) => {
        resolve(idempotencyKey);
        return forEver();
      };
      void createIntentController({ slot: "boost", storage, send }).submit({ amount: "50" });
    });
    expect(storage.has("boost", seen)).toBe(true);
  });
});

describe("two tabs, a boost each", () => {
  test("the persister writes all that a tab has as one item, so the first tab's boost is lost", async () => {
    openTab().boost("of the first", forEver);
    await expect.poll(onDisk).toContain("of the first");
    openTab().boost("of the second", forEver);
    await expect.poll(onDisk).toContain("of the second");
    const next = openTab();
    await next.restore();
    expect(next.keys()).toEqual(["of the second"]);
  });

  test("an intent is an item of its own, so both are there", () => {
    for (const _tab of ["first", "second"]) {
      const storage = createIntentStorage("1:ada", disk);
      void createIntentController({ slot: "boost", storage, send: forEver }).submit({ amount: "50" });
    }
    expect(createIntentStorage("1:ada", disk).list("boost")).toHaveLength(2);
  });
});

test("a mutation that was under way is not sent again: only one that was paused is", async () => {
  openTab().boost("under way", forEver);
  await expect.poll(onDisk).toContain("under way");
  const next = openTab();
  let sent = 0;
  next.queryClient.setDefaultOptions({
    mutations: {
      mutationFn: async () => {
        sent += 1;
      },
    },
  });
  await next.restore();
  expect(next.keys()).toEqual(["under way"]);
  await next.queryClient.resumePausedMutations();
  expect(sent).toBe(0);
});

test("what was read comes back with the application's own persister", async () => {
  const wallet = { walletId: "w", balance: "75", version: "3" } as Wallet;
  const queryKey = queryKeys.wallet("1:ada", "w");
  openTab().queryClient.setQueryData(queryKey, wallet);
  await expect.poll(onDisk).toContain("balance");
  const next = openTab();
  await next.restore();
  expect(next.queryClient.getQueryData(queryKey)).toEqual(wallet);
});
