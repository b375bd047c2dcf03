import { dataOf, deferred, startTestServer, type TestServer } from "@holdfast/server/testing";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findChromium, HOW_TO_INSTALL, launchChromium } from "./testing/chromium.ts";
import {
  BOOST_CALLS,
  type ConsolePage,
  consolePage,
  keyOf,
  READ_CALLS,
  WATCH_CALLS,
} from "./testing/console-page.ts";
import { onScreen, walletOf } from "./testing/wallet-of.ts";

const chromium = findChromium();

it("says whether the console was tried in a browser", () => {
  if (chromium) return;
  process.stderr.write(`\nThe console was NOT tried in a browser: there is none. ${HOW_TO_INSTALL}\n\n`);
  expect(process.env["CI"], `CI must have a browser. ${HOW_TO_INSTALL}`).toBeUndefined();
});

if (chromium) describe("the console in a browser", () => tryConsole(chromium));

function tryConsole(executablePath: string) {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let ui: ConsolePage;
  /** What the page complained about; a refused call is no complaint. */
  let complaints: string[];

  beforeAll(async () => {
    server = await startTestServer({ config: { demo: true } });
    const front = await (await fetch(server.url)).text();
    if (!front.includes('id="root"'))
      throw new Error("The console is not built: pnpm --filter @holdfast/web build");
    browser = await launchChromium(executablePath);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext({ baseURL: server.url });
    context.setDefaultTimeout(10_000);
    page = await context.newPage();
    ui = consolePage(page);
    complaints = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      const refusedCall = message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !refusedCall) complaints.push(message.text());
    });
  });
  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });

  it("shows a boost in the balance only when the server has confirmed it", async () => {
    const before = await walletOf(server, "ada");
    // The change feed and reads would tell the truth as well; here the answer itself is on trial.
    await page.route(WATCH_CALLS, (route) => route.abort());
    await ui.signIn("ada");
    expect(await ui.breaches()).toEqual([]);

    const [executed, told] = [deferred(), deferred()];
    await page.route(BOOST_CALLS, async (route) => {
      const response = await route.fetch();
      executed.resolve();
      await told.promise;
      await route.fulfill({ response });
    });
    await page.route(READ_CALLS, async (route) => {
      await told.promise;
      await route.continue();
    });
    await ui.fillBoost("bob", "50", "well said");
    await ui.boostButton().click();
    await ui.outcome("pending").waitFor();
    await executed.promise;

    expect((await walletOf(server, "ada")).balance).toBe(String(BigInt(before.balance) - 50n));
    expect(await ui.figure("balance").textContent()).toBe(onScreen(before.balance));
    expect(await ui.historyRow(BigInt(before.version) + 1n).count()).toBe(0);

    told.resolve();
    await ui.outcome("confirmed").waitFor();
    expect(await ui.figure("balance").textContent()).toBe(onScreen(BigInt(before.balance) - 50n));
    const row = ui.historyRow(BigInt(before.version) + 1n);
    await row.getByText("well said").waitFor();
    expect(await row.textContent()).toContain("−50 sat");
  });

  it("shows what others pay by itself, without reading the wallet again", async () => {
    const ada = await walletOf(server, "ada");
    const bob = await walletOf(server, "bob");
    await ui.signIn("ada");
    await ui.freshness("Live").waitFor();
    expect(await ui.breaches()).toEqual([]);
    const reads: string[] = [];
    page.on("request", (request) => {
      if (/wallets\.(mine|get)/.test(request.url())) reads.push(request.url());
    });
    const caller = await server.as({ tenantId: 1, subject: "bob", role: "user" });
    const boost = {
      fromWalletId: bob.walletId,
      toWalletId: ada.walletId,
      amount: "40",
      message: "live",
    } as const;
    dataOf(await caller.mutate("boost", { ...boost, idempotencyKey: "live-boost" }));
    await ui
      .figure("balance")
      .filter({ hasText: onScreen(BigInt(ada.balance) + 40n) })
      .waitFor();
    await ui
      .historyRow(BigInt(ada.version) + 1n)
      .getByText("live")
      .waitFor();
    expect(reads).toEqual([]);
  });

  it("says when it is not live, and is again by itself", async () => {
    const replica = await startTestServer({ databaseUrl: server.databaseUrl, config: { demo: true } });
    await ui.signIn("ada", `${replica.url}/wallets`);
    await ui.freshness("Live").waitFor();
    await page.route(WATCH_CALLS, (route) => route.fulfill({ status: 503 }));
    await replica.close();
    await ui.freshness("The server does not answer").waitFor();
    const port = Number(new URL(replica.url).port);
    const again = await startTestServer({ databaseUrl: server.databaseUrl, config: { demo: true, port } });
    try {
      await ui.freshness("Reconnecting, figures as of").waitFor();
      expect(await ui.breaches()).toEqual([]);
      await page.unrouteAll({ behavior: "ignoreErrors" });
      await ui.freshness("Live").waitFor();
    } finally {
      await context.close();
      await again.close();
    }
  });

  it("tells why a boost was refused, and takes nothing", async () => {
    const { available, balance } = await walletOf(server, "ada");
    await ui.signIn("ada");
    await ui.fillBoost("bob", String(BigInt(available) + 25n));
    await ui.boostButton().click();
    const reason = await ui.outcome("refused").textContent();
    expect(reason).toMatch(/Refused: 25 short/);
    expect(reason).toContain(onScreen(BigInt(available) + 25n));
    expect(reason).toContain(onScreen(available));
    expect(reason).toContain("Nothing was taken");
    expect(await ui.figure("balance").textContent()).toBe(onScreen(balance));
    expect(await ui.breaches()).toEqual([]);
  });

  it("resolves a boost whose answer was lost with the same key after a reload, exactly once", async () => {
    const [ada, bob] = [await walletOf(server, "ada"), await walletOf(server, "bob")];
    await ui.signIn("ada");
    const keys = new Set<string | undefined>();
    const executed = deferred();
    await page.route(BOOST_CALLS, async (route) => {
      keys.add(keyOf(route.request()));
      await route.fetch();
      await route.abort();
      executed.resolve();
    });
    await ui.fillBoost("bob", "70", "only once");
    await ui.boostButton().click();
    await executed.promise;

    page.on("request", (request) => {
      if (BOOST_CALLS.test(request.url())) keys.add(keyOf(request));
    });
    // Answers go on being lost until the old page is gone: otherwise its own retry may settle the intent first.
    await page.reload({ waitUntil: "commit" });
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await ui.outcome("confirmed").waitFor();

    expect(keys.size).toBe(1);
    expect(keys).not.toContain(undefined);
    const after = await walletOf(server, "bob");
    expect(after.entries.filter((entry) => entry.message === "only once")).toHaveLength(1);
    expect(BigInt(after.balance)).toBe(BigInt(bob.balance) + 70n);
    expect(await ui.figure("balance").textContent()).toBe(onScreen(BigInt(ada.balance) - 70n));
  });

  it("keeps an unanswered boost unresolved until it is checked with the same key", async () => {
    const bob = await walletOf(server, "bob");
    await ui.signIn("ada");
    const keys = new Set<string | undefined>();
    await page.route(BOOST_CALLS, (route) => {
      keys.add(keyOf(route.request()));
      return route.fulfill({ status: 400, body: "a proxy that knows nothing of Holdfast" });
    });
    await ui.fillBoost("bob", "30", "checked again");
    await ui.boostButton().click();
    await ui.outcome("unresolved").waitFor();
    expect(await ui.breaches()).toEqual([]);
    expect((await walletOf(server, "bob")).balance).toBe(bob.balance);

    await page.unrouteAll();
    await page.route(BOOST_CALLS, (route) => {
      keys.add(keyOf(route.request()));
      return route.continue();
    });
    await page.getByRole("button", { name: "Check again (same key)" }).click();
    await ui.outcome("confirmed").waitFor();
    expect(keys.size).toBe(1);
    expect((await walletOf(server, "bob")).entries[0]).toMatchObject({
      amount: "30",
      message: "checked again",
    });
  });

  it("makes one boost of a double click", async () => {
    const ada = await walletOf(server, "ada");
    await ui.signIn("ada");
    await ui.fillBoost("organiser", "5");
    await ui.boostButton().dblclick();
    await ui.outcome("confirmed").waitFor();
    expect((await walletOf(server, "ada")).version).toBe(String(BigInt(ada.version) + 1n));
  });

  it("streams a payment for each minute, each once, and stops when told", async () => {
    const bob = await walletOf(server, "bob");
    await page.clock.install();
    await ui.signIn("ada");
    await ui.startStream("bob", "7");
    for (const minute of [1, 2]) {
      await page.clock.fastForward(5_000);
      await ui.tick(minute, "paid").waitFor();
    }
    await page.getByRole("button", { name: "Stop listening" }).click();
    await page.getByRole("button", { name: "Start listening" }).waitFor();
    await page.clock.fastForward(60_000);
    expect(await page.locator("[data-tick]").count()).toBe(2);
    const { entries } = await walletOf(server, "bob");
    const paid = entries.filter((entry) => BigInt(entry.version) > BigInt(bob.version));
    expect(paid.map(({ kind, amount }) => `${kind} ${amount}`)).toEqual([
      "wallets.stream 7",
      "wallets.stream 7",
    ]);
  });

  it("goes back to signing in, with the reason, when the server no longer takes the session", async () => {
    await ui.signIn("ada");
    await page.evaluate(() => {
      const session = JSON.parse(sessionStorage.getItem("holdfast:session") ?? "{}");
      sessionStorage.setItem("holdfast:session", JSON.stringify({ ...session, token: "no longer valid" }));
    });
    await page.reload();
    await page.getByText("Your session has expired").waitFor();
    expect(await ui.breaches()).toEqual([]);
    await page.getByRole("button", { name: /^ada/ }).click();
    await ui.figure("balance").waitFor();
  });
}
