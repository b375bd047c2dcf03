import type { Principal } from "@holdfast/db";
import { startTestServer, type TestServer } from "@holdfast/server/testing";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { useConversations, useCreateConversation, useOpenWallet, useWallets } from "./index.ts";
import { act, cleanup, openPage, waitFor } from "./testing/page.tsx";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
afterEach(cleanup);

/** A page to which the first answer of a procedure comes when it is told to. */
async function openSlowPage(procedure: string) {
  let release = (): void => {};
  let answered: Promise<void> | undefined = new Promise((resolve) => {
    release = resolve;
  });
  const page = await openPage(server, ada, {
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      const late = String(input).includes(procedure) ? answered : undefined;
      if (late !== undefined) answered = undefined;
      await late;
      return response;
    },
  });
  return { page, release };
}

test("a wallet that is opened while the list is read for the first time is in the list", async () => {
  const { page, release } = await openSlowPage("wallets.mine");
  const { result } = page.show(() => ({ wallets: useWallets(), opening: useOpenWallet() }));
  await waitFor(() => expect(page.calls).toContain("wallets.mine"));
  await act(async () => void (await result.current.opening.submit({ currency: "sat" })));
  release();
  await waitFor(() => expect(result.current.wallets.data).toHaveLength(1));
});

test("a conversation that is begun meanwhile is, too", async () => {
  const { page, release } = await openSlowPage("conversations.list");
  const { result } = page.show(() => ({ list: useConversations(), creating: useCreateConversation() }));
  await waitFor(() => expect(page.calls).toContain("conversations.list"));
  await act(async () => void (await result.current.creating.submit({ title: "A new one" })));
  release();
  await waitFor(() => expect(result.current.list.data).toHaveLength(1));
});
