import { startTestServer, type TestServer } from "@holdfast/server/testing";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { breachesOf } from "./testing/axe.ts";
import { findChromium, launchChromium } from "./testing/chromium.ts";

// That there is a browser to try it in is for console.e2e.test.ts to say.
const chromium = findChromium();
if (chromium) describe("the reference at /docs, in a browser", () => tryDocs(chromium));

function tryDocs(executablePath: string) {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** What the page complained about, and every address that is not the server's. */
  let complaints: string[];

  beforeAll(async () => {
    server = await startTestServer();
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
    complaints = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      // A console that is not built has no icon.
      const isIcon = message.location().url.endsWith("/favicon.svg");
      if (message.type() === "error" && !isIcon) complaints.push(message.text());
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(server.url)) complaints.push(request.url());
    });
  });
  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });

  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [375, 1440]) {
      it(`reads well ${colorScheme}, ${width} px wide`, async () => {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        await page.goto("/docs");
        expect(await breachesOf(page)).toEqual([]);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      });
    }
  }

  it("leads to every operation and every error, and marks where one is", async () => {
    await page.setViewportSize({ width: 1440, height: 800 });
    await page.goto("/docs");
    const links = await page
      .locator("a[href^='#']")
      .evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    const dead = await page.evaluate(
      (targets) => targets.filter((target) => target !== null && document.querySelector(target) === null),
      links,
    );
    expect(dead).toEqual([]);
    await page.getByLabel("Find").fill("buy");
    await page.getByRole("link", { name: "Buy the seats" }).click();
    await page.locator("a[aria-current]", { hasText: "Buy the seats" }).waitFor();
    expect(await page.getByRole("link", { name: "Open a wallet" }).isVisible()).toBe(false);
    expect(await page.locator("#address").textContent()).toBe(`URL=${server.url}`);
  });

  it("copies an example", async () => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto("/docs#wallets-debit");
    const figure = page.locator("#wallets-debit figure").first();
    await figure.hover();
    await figure.getByRole("button", { name: "Copy" }).click();
    await figure.getByRole("button", { name: "Copied" }).waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(
      await figure.locator("pre").textContent(),
    );
  });
}
