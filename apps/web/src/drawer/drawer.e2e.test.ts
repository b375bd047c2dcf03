import { startTestServer, type TestServer } from "@holdfast/server/testing";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findChromium, launchChromium } from "../testing/chromium.ts";
import { BOOST_CALLS, type ConsolePage, consolePage, keyOf } from "../testing/console-page.ts";
import { onScreen, walletOf } from "../testing/wallet-of.ts";

const chromium = findChromium();

// Whether there is a browser at all is asked by console.e2e.test.ts, which fails CI without one.
if (chromium) describe("the developer's drawer in a browser", () => tryDrawer(chromium));
else it("was not tried: there is no browser", () => {});

function tryDrawer(executablePath: string) {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let ui: ConsolePage;
  let complaints: string[];

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
    ui = consolePage(page);
    complaints = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    await ui.signIn("ada");
  });
  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });

  const drawer = () => page.getByRole("region", { name: "Developer’s drawer" });
  const attempts = () => drawer().locator("[data-call='wallets.boost']").first().locator("[data-attempt]");
  const set = (fault: "drop" | "delay" | "duplicate", when: "Off" | "Next" | "Every") =>
    drawer().locator(`[data-fault=${fault}]`).getByText(when, { exact: true }).click();

  async function open() {
    await page.getByRole("button", { name: "Developer" }).click();
    await drawer().waitFor();
  }

  /** How often a boost with this message was paid. */
  async function paid(message: string) {
    const { entries } = await walletOf(server, "bob");
    return entries.filter((entry) => entry.message === message).length;
  }

  it("drops one answer: the client asks again with the same key, and the drawer shows that it was safe", async () => {
    await open();
    await set("drop", "Next");
    await ui.fillBoost("bob", "20", "answer dropped once");
    await ui.boostButton().click();
    await ui.outcome("confirmed").waitFor();
    await attempts().nth(1).waitFor();
    expect(await attempts().nth(0).textContent()).toMatch(
      /OK 200, not heard.*answer dropped.*replayed: false/,
    );
    expect(await attempts().nth(1).textContent()).toMatch(/OK 200.*replayed: true/);
    expect(await paid("answer dropped once")).toBe(1);
    expect(await ui.breaches()).toEqual([]);
  });

  it("with the answer to a boost dropped and the page reloaded, the balance is right and the boost is shown once", async () => {
    const ada = await walletOf(server, "ada");
    await open();
    await set("drop", "Every");
    const keys = new Set<string | undefined>();
    page.on("request", (request) => {
      if (BOOST_CALLS.test(request.url())) keys.add(keyOf(request));
    });
    await ui.fillBoost("bob", "50", "across a reload");
    await ui.boostButton().click();
    await attempts().first().getByText("not heard").waitFor();
    await ui.outcome("pending").waitFor();

    await page.reload();
    await ui.outcome("confirmed").waitFor();
    expect(keys.size).toBe(1);
    await drawer()
      .getByText(/attempts, one key: done once, told again/)
      .waitFor();
    expect(await attempts().last().textContent()).toMatch(/OK 200.*replayed: true/);

    const after = await walletOf(server, "ada");
    expect(after.balance).toBe(String(BigInt(ada.balance) - 50n));
    expect(await ui.figure("balance").textContent()).toBe(onScreen(after.balance));
    expect(await page.locator("tr[data-version]").filter({ hasText: "across a reload" }).count()).toBe(1);
    expect(await paid("across a reload")).toBe(1);
  });

  it("sends a boost twice, and it is paid once", async () => {
    await open();
    await set("duplicate", "Next");
    await ui.fillBoost("bob", "30", "sent twice");
    await ui.boostButton().click();
    await ui.outcome("confirmed").waitFor();
    await expect
      .poll(async () =>
        (await attempts().allTextContents()).map((text) => /replayed: (?:true|false)/.exec(text)?.[0]).sort(),
      )
      .toEqual(["replayed: false", "replayed: true"]);
    expect(await paid("sent twice")).toBe(1);
  });

  it("cuts the feed and every request, and all goes on by itself when it reconnects", async () => {
    await ui.freshness("Live").waitFor();
    await open();
    await page.getByRole("button", { name: "Disconnect" }).click();
    await ui.freshness("The server does not answer").waitFor();
    await ui.fillBoost("bob", "40", "while disconnected");
    await ui.boostButton().click();
    await attempts().first().getByText("no answer").waitFor();
    expect(await paid("while disconnected")).toBe(0);

    // Closed, it still says that it makes failures.
    await page.keyboard.press("F9");
    await drawer().waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Faults are on" }).waitFor();
    await page.keyboard.press("F9");
    await page.getByRole("button", { name: "Reconnect" }).click();
    await ui.outcome("confirmed").waitFor();
    await ui.freshness("Live").waitFor();
    expect(await paid("while disconnected")).toBe(1);
  });

  it("opens and closes by keyboard, gives the focus back, and leaves the wire when it is closed", async () => {
    await page.getByLabel("Amount", { exact: true }).focus();
    await page.keyboard.press("F9");
    await drawer().waitFor();
    expect(await drawer().evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await ui.breaches()).toEqual([]);
    await page.keyboard.press("Escape");
    await drawer().waitFor({ state: "detached" });
    const focused = await page.evaluate(() => document.activeElement?.getAttribute("name"));
    expect(focused).toBe("amount");
    await ui.fillBoost("bob", "10", "nobody listens");
    await ui.boostButton().click();
    await ui.outcome("confirmed").waitFor();
    await page.keyboard.press("F9");
    await drawer().waitFor();
    expect(await drawer().getByText("wallets.boost").count()).toBe(0);
  });
}
