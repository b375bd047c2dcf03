import { startTestServer, type TestServer } from "@holdfast/server/testing";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findChromium, launchChromium } from "../testing/chromium.ts";
import { walletOf } from "../testing/wallet-of.ts";

const chromium = findChromium();

// Whether there is a browser at all is asked by console.e2e.test.ts, which fails CI without one.
if (chromium) describe("the home page in a browser", () => tryPage(chromium));
else it("was not tried: there is no browser", () => {});

function tryPage(executablePath: string) {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    server = await startTestServer({ config: { demo: true } });
    browser = await launchChromium(executablePath);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext({ baseURL: server.url });
    context.setDefaultTimeout(15_000);
    page = await context.newPage();
    await page.goto("/");
    await page.getByRole("button", { name: /^ada/ }).click();
    await page.getByRole("heading", { name: "Holdfast never loses an update" }).waitFor();
  });
  afterEach(() => context.close());

  const count = (name: string) =>
    page.locator("dl > div", { has: page.locator("dt", { hasText: name }) }).locator("dd");

  it("leads with one click to a wallet, to the house of a show and to conversations", async () => {
    await page.getByRole("link", { name: "Send a first boost" }).click();
    await page.getByRole("button", { name: "Boost" }).waitFor();
    await page.getByRole("link", { name: "Holdfast, home" }).click();
    await page.getByText("The Tempest, 4,984 of 4,984 free").waitFor();
    await page.getByRole("link", { name: "Race for a seat" }).click();
    await page.locator("[data-seat-map]").waitFor();
    await page.getByRole("link", { name: "Holdfast, home" }).click();
    await page.getByRole("link", { name: "Write from two tabs" }).click();
    await page.getByRole("heading", { name: "Conversations" }).waitFor();
  });

  it("counts a refusal by itself", async () => {
    await page.getByText("Everything works").waitFor();
    await page.getByText("live", { exact: true }).waitFor();
    await expect.poll(() => count("Refused").textContent()).toMatch(/^\d+$/);
    const before = Number(await count("Refused").textContent());
    const [ada, bob] = [await walletOf(server, "ada"), await walletOf(server, "bob")];
    const caller = await server.as({ tenantId: 1, subject: "ada", role: "user" });
    const wallets = { fromWalletId: ada.walletId, toWalletId: bob.walletId };
    await caller.mutate("boost", { idempotencyKey: "too much", ...wallets, amount: `${10n ** 15n}` });
    await count("Refused")
      .filter({ hasText: String(before + 1) })
      .waitFor();
  });

  it("says what is wrong: the database, the server, the network", async () => {
    await page.getByText("Everything works").waitFor();
    await page.route("/readyz", (route) =>
      route.fulfill({ status: 503, json: { status: "database unreachable" } }),
    );
    await page.getByText("The database can’t be reached").waitFor();
    await page.unrouteAll();
    await page.route("/readyz", (route) => route.abort());
    await page.getByText("The server does not answer").waitFor();
    await page.unrouteAll();
    await context.setOffline(true);
    await page.getByText("You are offline").waitFor();
    await context.setOffline(false);
    await page.getByText("Everything works").waitFor();
  });

  it("opens the person's menu when it is asked for, and leads out by keyboard", async () => {
    const person = page.getByRole("button", { name: /theme and sign out/ }).last();
    await person.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitemradio", { name: "Dark" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("menu").waitFor({ state: "detached" });
    expect(await person.evaluate((button) => button === document.activeElement)).toBe(true);
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Sign out" }).press("Enter");
    await page.getByText("You have signed out").waitFor();
  });
}
