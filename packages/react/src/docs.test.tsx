import { readdirSync, readFileSync } from "node:fs";
import "./testing/dom.ts";
import { createHoldfast } from "@holdfast/client";
import type { Principal } from "@holdfast/db";
import { startTestServer, type TestServer } from "@holdfast/server/testing";
import { QueryClient } from "@tanstack/react-query";
import { cleanup, configure, fireEvent, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import * as react from "./index.ts";
import { App } from "./testing/docs/app.tsx";
import { Boost } from "./testing/docs/boost.tsx";
import { Conversations } from "./testing/docs/conversations.tsx";
import { Deposit } from "./testing/docs/hold.tsx";
import { Wallets } from "./testing/docs/open-and-transfer.tsx";
import { WhatBecameOf } from "./testing/docs/operation.tsx";
import { Shows } from "./testing/docs/seats.tsx";
import { Page, readAhead } from "./testing/docs/server.tsx";
import { Listening } from "./testing/docs/stream.tsx";
import { Wallet } from "./testing/docs/wallet.tsx";
import { makeThings } from "./testing/every-hook.tsx";

// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 10_000 });

const doc = readFileSync(new URL("../../../docs/react.md", import.meta.url), "utf8");
const printed = [...doc.matchAll(/^```tsx\n(.*?)^```$/gms)].map((match) => match[1] ?? "");
const folder = new URL("testing/docs/", import.meta.url);
/** The examples as an application writes them. */
const files = readdirSync(folder).map((name) => ({
  name,
  source: readFileSync(new URL(name, folder), "utf8").replaceAll(`"../../index.ts"`, `"@holdfast/react"`),
}));

describe("docs/react.md", () => {
  test.each(files)("prints $name as it is compiled and run here", ({ source }) => {
    expect(printed).toContain(source);
  });

  test("prints nothing else, and names every hook and every query", () => {
    expect(printed).toHaveLength(files.length);
    const names = Object.keys(react).filter((name) => /^use[A-Z]|Query$/.test(name));
    expect(
      names.filter(
        (name) => !doc.includes(`\`${name}`) && !printed.some((example) => example.includes(name)),
      ),
    ).toEqual([]);
  });
});

describe("the examples", () => {
  const shop: Principal = { tenantId: 1, subject: "shop", role: "service" };
  let server: TestServer;
  let owner: Principal;
  let owners = 0;
  let from: string;
  let to: string;

  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    owner = { tenantId: 1, subject: `reader-${owners++}`, role: "user" };
    from = await server.wallet(owner.subject, "75");
    to = await server.wallet("bob", "0");
  });
  afterEach(() => {
    cleanup();
    window.localStorage.clear();
    vi.restoreAllMocks();
  });

  const clientOf = async (who: Principal) =>
    createHoldfast({ url: server.url, token: await server.token(who) });
  async function show(example: ReactNode): Promise<void> {
    const token = await server.token(owner);
    const session = { url: server.url, token, identity: `1:${owner.subject}` };
    render(<App session={session}>{example}</App>);
  }
  const click = async (text: string) => fireEvent.click(await screen.findByText(text));

  test("a wallet and its history, live", async () => {
    await show(<Wallet walletId={from} />);
    screen.getByText("Reading…");
    await screen.findByText("75 sat");
    await (await clientOf(shop)).wallets.credit({ walletId: from, amount: 5n });
    await screen.findByText("80 sat");
    await screen.findByText("wallets.credit 5");
  });

  test("a wallet that is not there", async () => {
    // React tells the console of every error that a boundary takes.
    vi.spyOn(console, "error").mockImplementation(() => {});
    await show(<Wallet walletId={to} />);
    await screen.findByRole("alert");
    expect(screen.queryByText("Try again")).toBeNull();
  });

  test("a boost", async () => {
    await show(<Boost from={from} to={to} />);
    await click("Boost");
    await screen.findByText("Sent. 25 left.");
    cleanup();
    await show(<Boost from={from} to={to} />);
    await click("Boost");
    await screen.findByText(/25 short/);
    await click("All right");
    await screen.findByText("Boost");
  });

  test("another wallet, and all of it there", async () => {
    await show(<Wallets />);
    await click("Open a wallet");
    await screen.findByText("0 sat");
    await screen.findByText("75 sat");
    await click("Move all to the second");
    await expect
      .poll(async () => (await (await clientOf(owner)).wallets.mine({})).map((one) => one.balance).sort())
      .toEqual(["0", "75"]);
  });

  test("minutes of listening", async () => {
    await show(<Listening from={from} to={to} minuteMs={30} />);
    await click("Listen");
    await screen.findByText(/^[1-9]\d* paid/);
    await click("Stop");
    await screen.findByText("Listen");
  });

  test("a seat", async () => {
    const client = await clientOf(owner);
    await makeThings(client, await clientOf(shop), owner.subject);
    await show(<Shows walletId={from} />);
    await click("A1 free");
    await screen.findByText("A1 held");
    await screen.findByText(/seconds left/);
    await click("Pay 0");
    await screen.findByText("A1 sold");
  });

  test("conversations", async () => {
    await show(<Conversations />);
    await click("Begin");
    await screen.findByText(/A new one/);
  });

  test("what became of a call", async () => {
    const idempotencyKey = `the key of ${owner.subject}`;
    await (await clientOf(owner)).wallets.boost(
      { fromWalletId: from, toWalletId: to, amount: 1n },
      { idempotencyKey },
    );
    await show(<WhatBecameOf keyOrId={idempotencyKey} />);
    await screen.findByText(/^wallets\.boost, /);
    cleanup();
    await show(<WhatBecameOf keyOrId="never sent" />);
    await screen.findByText(/it never arrived/);
  });

  test("a mutation of one's own choice", async () => {
    await show(<Deposit walletId={from} />);
    await click("Leave a deposit");
    await screen.findByText("20 are set aside.");
  });

  test("a page that was read ahead begins with the figure", async () => {
    const reader = { client: await clientOf(owner), identity: `1:${owner.subject}` };
    const state = await readAhead(reader, from);
    render(
      <Page {...reader} queryClient={new QueryClient()} state={state}>
        <Wallet walletId={from} />
      </Page>,
    );
    screen.getByText("75 sat");
  });
});
