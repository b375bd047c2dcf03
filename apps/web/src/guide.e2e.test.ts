import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestServer, type TestServer } from "@holdfast/server/testing";
import { buildSite } from "@holdfast/site";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { breachesOf } from "./testing/axe.ts";
import { findChromium, launchChromium } from "./testing/chromium.ts";

// That there is a browser to try it in is for console.e2e.test.ts to say.
const chromium = findChromium();
if (chromium) describe("the guide, in a browser", () => tryGuide(chromium));

function tryGuide(executablePath: string) {
  let directory: string;
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** What the page complained about, and every address that is not the server's. */
  let complaints: string[];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "holdfast-guide-"));
    await buildSite(directory);
    server = await startTestServer({ guideDirectory: directory });
    browser = await launchChromium(executablePath);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    context = await browser.newContext({ baseURL: server.url });
    context.setDefaultTimeout(10_000);
    page = await context.newPage();
    complaints = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
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
        for (const address of ["index", "concepts", "embedding", "security"]) {
          await page.goto(`/guide/${address}.html`);
          expect(await breachesOf(page), address).toEqual([]);
          expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
        }
        // axe reads every element of long pages, and a busy machine takes its time.
      }, 120_000);
    }
  }

  it("finds what is asked for, by keyboard alone", async () => {
    await page.goto("/guide/");
    await page.keyboard.press("/");
    await page.keyboard.type("what a reply means");
    const found = page.getByRole("region", { name: "What was found" }).getByRole("link");
    await found.first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL(/#what-a-reply-means$/);
    await page.getByRole("heading", { name: /^What a reply means/ }).waitFor();
  });

  it("says so when nothing is found", async () => {
    await page.goto("/guide/");
    await page.getByLabel("Search").fill("zebra crossing");
    await page.getByText("Nothing has “zebra crossing” in it.").waitFor();
  });

  it("leads from page to page on a phone, and remembers the theme", async () => {
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 375, height: 800 });
    await page.goto("/guide/");
    await page.getByRole("button", { name: "Change between light and dark" }).click();
    await page.getByRole("button", { name: "Pages" }).click();
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Concepts" }).click();
    await page.getByRole("heading", { name: "Concepts" }).waitFor();
    expect(await page.evaluate("document.documentElement.dataset.theme")).toBe("dark");
  });

  it("shows the code that a page speaks of", async () => {
    await page.goto("/guide/architecture.html");
    await page.getByRole("link", { name: "write-path/execute.ts" }).first().click();
    await page.getByRole("heading", { name: "packages/db/src/write-path/execute.ts" }).waitFor();
  });
}
