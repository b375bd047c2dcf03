import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { breachesOf } from "./testing/axe.ts";
import { findChromium, launchChromium } from "./testing/chromium.ts";
import { startLivedInServer } from "./testing/lived-in.ts";
import { watchShifts } from "./testing/shifts.ts";

type World = Awaited<ReturnType<typeof startLivedInServer>>;

/** Every page: its address, and what is there when all that it shows is there. `nobody`: for who is not signed in. */
const pages: readonly { name: string; at: (world: World) => string; ready: string; nobody?: true }[] = [
  { name: "sign-in", at: () => "/", ready: "button:has-text('warden')", nobody: true },
  { name: "home", at: () => "/", ready: "text=free >> visible=true" },
  { name: "wallets", at: () => "/wallets", ready: "tr[data-version]" },
  { name: "wallet", at: ({ walletId }) => `/wallets/${walletId}`, ready: "tr[data-version]" },
  { name: "seats", at: () => "/seats", ready: "text=The Tempest" },
  { name: "show", at: () => "/seats", ready: "[data-freshness=live]" },
  { name: "conversations", at: () => "/conversations", ready: "nav[aria-label=Conversations] a" },
  {
    name: "conversation",
    at: ({ conversationId }) => `/conversations/${conversationId}`,
    ready: "[data-seq='2']",
  },
  { name: "operations", at: () => "/operations", ready: "text=Every command leaves one operation" },
  { name: "operation", at: () => "/operations?of=boosted", ready: "text=Wrote 2 rows" },
  { name: "refusal", at: () => "/operations?of=refused", ready: "text=INSUFFICIENT_FUNDS" },
  { name: "race-lab", at: () => "/race-lab", ready: "button:has-text('Run both')" },
  { name: "metrics", at: () => "/live-metrics", ready: "text=Event loop lag" },
  { name: "keys", at: () => "/administration", ready: "[data-key]" },
  {
    name: "webhooks",
    at: ({ webhookId }) => `/administration/webhooks?webhook=${webhookId}`,
    ready: "[data-delivery]",
  },
  { name: "not-found", at: () => "/no-such-page", ready: "text=This address leads nowhere" },
];

/** Where pictures of the pages go, for people to look at; nobody does in CI. */
const SCREENSHOTS = process.env["CI"] ? undefined : fileURLToPath(new URL("../screenshots", import.meta.url));
const chromium = findChromium();

// Whether there is a browser at all is asked by console.e2e.test.ts, which fails CI without one.
if (chromium) describe("every page of the console", () => walk(chromium));
else it("was not tried: there is no browser", () => {});

function walk(executablePath: string) {
  let world: World;
  let browser: Browser;
  /** Told and not tested: how much of a page is seen before the rest of it comes depends on the machine. */
  const moved: string[] = [];

  beforeAll(async () => {
    if (SCREENSHOTS) mkdirSync(SCREENSHOTS, { recursive: true });
    world = await startLivedInServer();
    browser = await launchChromium(executablePath);
  });
  afterAll(async () => {
    await browser?.close();
    await world?.close();
    if (moved.length > 0) process.stderr.write(`\nMoved without being asked to:\n${moved.join("\n")}\n`);
    if (SCREENSHOTS) process.stderr.write(`\nScreenshots of every page: ${SCREENSHOTS}\n`);
  });

  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [375, 1440] as const) {
      describe(`${colorScheme}, ${width} px wide`, () => {
        let context: BrowserContext;
        let page: Page;
        let shifts: Awaited<ReturnType<typeof watchShifts>>;
        const complaints: string[] = [];

        beforeAll(async () => {
          const viewport = { width, height: width === 375 ? 812 : 900 };
          context = await browser.newContext({
            ...{ baseURL: world.server.url, colorScheme, viewport, reducedMotion: "reduce" },
            ...{ isMobile: width === 375, hasTouch: width === 375 },
          });
          context.setDefaultTimeout(30_000);
          page = await context.newPage();
          shifts = await watchShifts(page);
          page.on("pageerror", (error) => complaints.push(error.message));
          page.on("console", (message) => {
            if (message.type() === "error") complaints.push(message.text());
          });
        });
        afterAll(() => context?.close());

        it.each(pages)("$name", { timeout: 90_000 }, async ({ name, at, ready, nobody }) => {
          await page.goto(at(world));
          if (!nobody && (await page.title()).startsWith("Sign in")) {
            await page.getByRole("button", { name: /^warden/ }).click();
          }
          if (name === "show") await page.getByRole("link", { name: "The Tempest" }).click();
          await page.locator(ready).first().waitFor();
          // Before the picture: for one of the whole page the browser makes its window as high as that.
          for (const shift of await shifts()) moved.push(`${name}, ${width} px: ${shift}`);
          if (SCREENSHOTS) {
            await page.screenshot({
              path: `${SCREENSHOTS}/${name}-${colorScheme}-${width}.png`,
              fullPage: true,
            });
          }

          expect(await breachesOf(page)).toEqual([]);
          expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
          expect(complaints.splice(0)).toEqual([]);
        });
      });
    }
  }
}
