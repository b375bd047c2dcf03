import "./testing/dom.ts";
import { createHoldfast, type HoldfastFailure } from "@holdfast/client";
import type { Principal } from "@holdfast/db";
import { startTestServer, type TestServer } from "@holdfast/server/testing";
import { QueryClient } from "@tanstack/react-query";
import { cleanup, configure, fireEvent, render, screen } from "@testing-library/react";
import { Component, type ReactNode, Suspense } from "react";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import {
  type Failed,
  HoldfastErrorBoundary,
  HoldfastProvider,
  useBoost,
  useSuspenseWallet,
} from "./index.ts";

// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 10_000 });

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };

let server: TestServer;
let walletId: string;
beforeAll(async () => {
  server = await startTestServer();
  walletId = await server.wallet("ada", "75");
});
afterAll(() => server.close());
afterEach(() => {
  cleanup();
  window.localStorage.clear();
  vi.restoreAllMocks();
});

function Balance({ of }: { of: string }) {
  return <p>{useSuspenseWallet(of).data.balance} sat</p>;
}

const failed = ({ error, retry, isRetrySafe, isRetryUseful }: Failed) => (
  <button type="button" onClick={retry}>
    {error.code}
    {isRetrySafe ? ", safe" : ", not safe"}
    {isRetryUseful ? ", useful" : ", useless"}
  </button>
);

/** The application's own boundary, around everything. */
class LastResort extends Component<{ children: ReactNode }, { caught?: Error }> {
  override state: { caught?: Error } = {};
  static getDerivedStateFromError(caught: Error) {
    return { caught };
  }
  override render() {
    return this.state.caught ? <b>{this.state.caught.message}</b> : this.props.children;
  }
}

async function createApp(send: typeof fetch = fetch) {
  // React tells the console of every error that a boundary takes.
  vi.spyOn(console, "error").mockImplementation(() => {});
  const client = createHoldfast({ url: server.url, token: await server.token(ada), fetch: send });
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return (children: ReactNode, identity = "1:ada") => (
    <LastResort>
      <HoldfastProvider client={client} queryClient={queryClient} identity={identity}>
        <HoldfastErrorBoundary fallback={failed}>
          <Suspense fallback={<i>reading</i>}>{children}</Suspense>
        </HoldfastErrorBoundary>
      </HoldfastProvider>
    </LastResort>
  );
}

test("suspends until it is read, and is live from then on", async () => {
  const app = await createApp();
  render(app(<Balance of={walletId} />));
  screen.getByText("reading");
  await screen.findByText("75 sat");
  await expect.poll(() => server.db.watchers).toBe(1);
  const service = await server.as({ tenantId: 1, subject: "shop", role: "service" });
  await service.mutate("credit", { idempotencyKey: "five more", walletId, amount: "5" });
  await screen.findByText("80 sat");
});

test("what could not be read reaches the boundary, and a retry reads it", async () => {
  let isBroken = true;
  const app = await createApp(async (input, init) =>
    isBroken ? new Response("<h1>Not here</h1>", { status: 404 }) : fetch(input, init),
  );
  render(app(<Balance of={walletId} />));
  const retry = await screen.findByText("UNEXPECTED_REPLY, safe, useful");
  fireEvent.click(retry);
  await screen.findByText("UNEXPECTED_REPLY, safe, useful");
  isBroken = false;
  fireEvent.click(await screen.findByText("UNEXPECTED_REPLY, safe, useful"));
  await screen.findByText("80 sat");
});

test("a wallet that is not one's own: the same again would be useless; for the next person the page begins anew", async () => {
  const foreign = await server.wallet("bob", "1");
  const app = await createApp();
  const { rerender } = render(app(<Balance of={foreign} />));
  await screen.findByText("NOT_FOUND, safe, useless");
  rerender(app(<Balance of={walletId} />, "1:somebody else"));
  await screen.findByText("80 sat");
});

function Throws({ error }: { error: Error }): ReactNode {
  throw error;
}

test("an error of one's own goes on to the next boundary", async () => {
  const app = await createApp();
  render(app(<Throws error={new Error("a bug of mine")} />));
  await screen.findByText("a bug of mine");
});

function RiskyBoost({ toWalletId }: { toWalletId: string }) {
  const { state, submit } = useBoost(walletId);
  if (state.status === "unresolved" && state.error) throw state.error satisfies HoldfastFailure;
  return (
    <button type="button" onClick={() => void submit({ fromWalletId: walletId, toWalletId, amount: 1n })}>
      boost
    </button>
  );
}

test("a boost of unknown outcome, thrown by one's own code, is not called safe", async () => {
  const toWalletId = await server.wallet("bob", "0");
  const app = await createApp(async (input, init) => {
    const answer = await fetch(input, init);
    return String(input).includes("boost") ? new Response("<h1>Not here</h1>", { status: 404 }) : answer;
  });
  render(app(<RiskyBoost toWalletId={toWalletId} />));
  fireEvent.click(screen.getByText("boost"));
  await screen.findByText("UNEXPECTED_REPLY, not safe, useful");
});
