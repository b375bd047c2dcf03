import { expect, test } from "vitest";
import { bundleOf } from "../scripts/bundle.ts";
import * as react from "./index.ts";

const ofFeatures = (files: readonly string[]) =>
  [...new Set(files.map((file) => /^react\/src\/([a-z-]+)\//.exec(file)?.[1]))].filter(
    (folder) => folder !== undefined && !["feed", "intents"].includes(folder),
  );

test("a page of one wallet loads nothing of seats, conversations and operations", async () => {
  const { files, gzippedBytes } = await bundleOf(["HoldfastProvider", "useWallet"]);
  expect(files).toContain("react/src/wallets/use-wallet.ts");
  expect(files.filter((file) => !file.startsWith("react/src/"))).toEqual(["client/src/client-error.ts"]);
  expect(ofFeatures(files)).toEqual(["wallets"]);
  expect(files).not.toContain("react/src/wallets/stream-session.ts");
  expect(gzippedBytes).toBeLessThan(4_000);
});

test("a page of a seat map loads seats, and wallets only where something is paid", async () => {
  expect(ofFeatures((await bundleOf(["HoldfastProvider", "useSeatMap"])).files)).toEqual(["shows"]);
  expect(ofFeatures((await bundleOf(["HoldfastProvider", "useReservation"])).files)).toEqual([
    "shows",
    "wallets",
  ]);
});

test("a page of a conversation loads the outbox at first, every other when a message waits", async () => {
  const outbox = "react/src/conversations/outbox.ts";
  expect((await bundleOf(["HoldfastProvider", "useConversation"])).files).toContain(outbox);
  expect((await bundleOf(["HoldfastProvider", "useBoost"])).files).not.toContain(outbox);
});

test("everything together is small", async () => {
  const { files, gzippedBytes } = await bundleOf(Object.keys(react));
  expect(ofFeatures(files)).toEqual(["conversations", "operations", "shows", "wallets"]);
  expect(gzippedBytes).toBeLessThan(14_000);
});
