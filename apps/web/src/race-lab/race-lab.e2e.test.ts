import { startTestServer, type TestServer } from "@holdfast/server/testing";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findChromium, launchChromium } from "../testing/chromium.ts";
import { type ConsolePage, consolePage } from "../testing/console-page.ts";

const LAB = /\/demo\/lab$/;
const RUNS = /\/demo\/lab\/run/;
/** As the server says it. */
const BUSY = { error: { message: "Another race is under way.", data: { code: "OVERLOADED" } } };
/** Longer than a run may take on a machine that does other things as well. */
const RUN_MS = 60_000;
const chromium = findChromium();

// Whether there is a browser at all is asked by console.e2e.test.ts, which fails CI without one.
if (chromium) describe("the race lab in a browser", { timeout: 2 * RUN_MS }, () => tryLab(chromium));
else it("was not tried: there is no browser", () => {});

function tryLab(executablePath: string) {
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

  const enter = () => page.getByRole("link", { name: "Race lab" }).click();
  const runBoth = () => page.getByRole("button", { name: "Run both" });
  const lane = (side: "left" | "right") => page.locator(`[data-lane=${side}]`);
  const outcome = (side: "left" | "right") => lane(side).locator("[data-outcome]");
  const count = (side: "left" | "right", of: string) =>
    lane(side).locator(`[data-count=${of}] dd`).textContent().then(Number);

  async function ended() {
    for (const side of ["left", "right"] as const) {
      await lane(side).locator("[data-outcome=ended]").waitFor({ timeout: RUN_MS });
    }
  }

  it("shows by one click how careless code loses and Holdfast holds", async () => {
    await enter();
    await runBoth().click();
    await ended();
    expect(await outcome("left").getAttribute("data-holds")).toBe("false");
    expect(await outcome("right").getAttribute("data-holds")).toBe("true");
    expect((await count("left", "lost")) + (await count("left", "doubled"))).toBeGreaterThan(0);
    expect((await count("right", "lost")) + (await count("right", "doubled"))).toBe(0);
    expect(await count("left", "asked")).toBe(await count("right", "asked"));

    // Who read and wrote what, from the run itself, with what got into each other's way.
    const timeline = lane("left").getByRole("table");
    expect(await timeline.locator("[data-does=reads][data-mark=same]").count()).toBeGreaterThan(1);
    expect(await timeline.locator("[data-does=writes][data-mark=stale]").count()).toBeGreaterThan(0);
    expect(await lane("right").locator("[data-mark]").count()).toBe(0);
    expect(await timeline.getByRole("rowheader").first().textContent()).toMatch(/^T0 /);

    expect(await lane("left").locator("[data-code]").textContent()).toContain("export const");
    await page.locator("[data-plot=throughput] canvas").waitFor();
    await page
      .getByRole("status")
      .filter({ hasText: /^Read, check, write back: Broken.* Holdfast: Holds/ })
      .waitFor({ state: "attached" });
  });

  it("runs by keyboard alone, and moves nothing while it runs", async () => {
    await enter();
    await runBoth().waitFor();
    await page.evaluate(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
          shifts.push((entry as PerformanceEntry & { value: number }).value);
      }).observe({ type: "layout-shift" });
    });
    await runBoth().focus();
    await page.keyboard.press("Enter");
    await ended();
    await page.locator("[data-plot=throughput] canvas").waitFor();
    const moved = await page.evaluate(() =>
      (window as unknown as { shifts: number[] }).shifts.reduce((sum, value) => sum + value, 0),
    );
    // A tenth of what counts as a good page; a number that grows moves its neighbour by a hair.
    expect(moved).toBeLessThan(0.01);
    // The button that was pressed is where the focus still is.
    expect(await runBoth().evaluate((button) => button === document.activeElement)).toBe(true);
  });

  it("gives a link that shows the same race to somebody else, ready to run", async () => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await enter();
    await page.getByText("A seat sold twice").click();
    await page.getByText("Settings").click();
    await page.getByLabel("Calls in all").fill("24");
    await page.getByLabel("Seed").fill("77");
    await page.getByRole("combobox", { name: "First strategy" }).click();
    await page.getByRole("option", { name: "Conditional UPDATE" }).click();
    await page.getByRole("button", { name: "Copy a link to this race" }).click();
    await page.getByRole("status").filter({ hasText: "Copied" }).waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());

    await page.goto("/wallets");
    await page.goto(link);
    await page.getByRole("heading", { name: "A seat sold twice" }).waitFor();
    await page.getByText("Settings").click();
    expect(await page.getByLabel("Calls in all").inputValue()).toBe("24");
    expect(await page.getByLabel("Seed").inputValue()).toBe("77");
    expect(await page.getByRole("combobox", { name: "First strategy" }).textContent()).toContain(
      "Conditional UPDATE",
    );
    expect(await outcome("left").getAttribute("data-outcome")).toBe("idle");
    await lane("left").getByRole("button", { name: "Run this one" }).click();
    await lane("left").locator("[data-outcome=ended]").waitFor({ timeout: RUN_MS });
    expect(await outcome("left").getAttribute("data-holds")).toBe("true");
    expect(await count("left", "asked")).toBe(24);
  });

  it("says that a setting is out of its limits, and runs nothing with it", async () => {
    await enter();
    await page.getByText("Settings").click();
    await page.getByLabel("Callers at once").fill("0");
    await page.getByText("A whole number, 1 to").waitFor();
    expect(await runBoth().getAttribute("aria-disabled")).toBe("true");
    await page.getByRole("button", { name: "As the story has them" }).click();
    expect(await runBoth().getAttribute("aria-disabled")).toBeNull();
  });

  it("stops a run when it is told to, and can run again", async () => {
    await page.goto("/race-lab?calls=200&callsPerSecond=10&seconds=20");
    await runBoth().click();
    await lane("left").locator("[data-outcome=running]").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await lane("left").getByText("Stopped").waitFor();
    await lane("right").getByText("Stopped").waitFor();
    await runBoth().waitFor();
  });

  it("says what is wrong: a busy server, a server that does not answer, no network, no lab", async () => {
    await enter();
    await page.route(RUNS, (route) => route.fulfill({ status: 503, json: BUSY }));
    await lane("left").getByRole("button", { name: "Run this one" }).click();
    await lane("left").getByText("The server is busy").waitFor();
    expect(await ui.breaches()).toEqual([]);

    await page.unroute(RUNS);
    await page.route(RUNS, (route) => route.abort());
    await lane("left").getByRole("button", { name: "Try again" }).click();
    await lane("left").getByText("The server did not answer").waitFor();

    await context.setOffline(true);
    await page.getByText("Offline: a race needs the server’s database.").waitFor();
    expect(await runBoth().getAttribute("aria-disabled")).toBe("true");
    await context.setOffline(false);
    await page.getByText(/in tables of their own/).waitFor();

    await page.route(LAB, (route) => route.fulfill({ status: 404, body: "{}" }));
    await page.reload();
    await page.getByText("No races here").waitFor();
    expect(await ui.breaches()).toEqual([]);
  });

  it.each([
    [375, "light"],
    [375, "dark"],
    [1440, "light"],
    [1440, "dark"],
  ] as const)("is within reach of everybody at %i px, %s", async (width, colorScheme) => {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await page.goto("/race-lab?calls=10");
    await runBoth().waitFor();
    expect(await ui.breaches()).toEqual([]);
    await runBoth().click();
    await ended();
    expect(await ui.breaches()).toEqual([]);
    // Columns scroll in their box; the page itself does not go sideways.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
}
