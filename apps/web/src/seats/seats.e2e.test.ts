import { startTestServer, type TestServer } from "@holdfast/server/testing";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { findChromium, launchChromium } from "../testing/chromium.ts";
import { consolePage } from "../testing/console-page.ts";

const RESERVE_CALLS = /\/trpc\/[^?]*seats\.reserve/;
const chromium = findChromium();

// Whether there is a browser at all is asked by console.e2e.test.ts, which fails CI without one.
if (chromium) describe("the seats room in a browser", () => tryRoom(chromium));
else it("was not tried: there is no browser", () => {});

function tryRoom(executablePath: string) {
  let server: TestServer;
  let browser: Browser;
  /** What the pages complained about; a refused call is no complaint. */
  const complaints: string[] = [];

  beforeAll(async () => {
    server = await startTestServer({ config: { demo: true } });
    browser = await launchChromium(executablePath);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    expect(complaints.splice(0)).toEqual([]);
  });

  /** A person in a browser of their own, before the map of the demo's show. */
  async function enter(name: string): Promise<Page> {
    const context = await browser.newContext({ baseURL: server.url });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      const refusedCall = message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !refusedCall) complaints.push(message.text());
    });
    await consolePage(page).signIn(name);
    await page.getByRole("link", { name: "Seats" }).click();
    await page.getByRole("link", { name: "The Tempest" }).click();
    await page.locator("[data-freshness=live]").waitFor();
    return page;
  }

  const seat = (page: Page, id: string) => page.locator(`[data-seat="${id}"]`);
  const markOf = (page: Page, id: string) => seat(page, id).getAttribute("data-mark");

  /** By keyboard from the first seat of the house, S-A1, to another of its row. */
  async function choose(page: Page, id: string): Promise<void> {
    await page.locator("[role=gridcell][tabindex='0']").focus();
    await page.keyboard.press("Control+Home");
    const steps = Number(/\d+$/.exec(id)?.[0]) - 1;
    for (let step = 0; step < steps; step++) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Space");
    await page.locator(`[data-line="${id}"]`).waitFor();
  }

  it("gives a seat that two want to one of them, and tells the other within a second", {
    timeout: 60_000,
  }, async () => {
    const pages = [await enter("ada"), await enter("bob")];
    for (const page of pages) await choose(page, "S-A5");
    let waiting = 0;
    let go: () => void = () => undefined;
    const both = new Promise<void>((resolve) => {
      go = resolve;
    });
    // Both calls leave together, so that it is the server that decides.
    for (const page of pages) {
      await page.route(RESERVE_CALLS, async (route) => {
        waiting += 1;
        if (waiting === pages.length) go();
        await both;
        await route.continue();
      });
    }
    await Promise.all(pages.map((page) => page.getByRole("button", { name: "Hold 1 seat" }).click()));
    const ends = await Promise.all(
      pages.map((page) =>
        Promise.race([
          page
            .getByText("Held for you", { exact: true })
            .waitFor()
            .then(() => "held"),
          page
            .getByRole("dialog", { name: "Seat A5 in Stalls was just taken" })
            .waitFor()
            .then(() => "told"),
        ]),
      ),
    );
    expect(ends.toSorted()).toEqual(["held", "told"]);
    const [winner, loser] = ends[0] === "held" ? pages : pages.toReversed();
    if (!winner || !loser) throw new Error("there were two");
    await expect.poll(() => markOf(loser, "S-A5"), { timeout: 1_000 }).toBe("held");
    expect(await markOf(winner, "S-A5")).toBe("yours");
    expect(await seat(loser, "S-A5").getAttribute("aria-label")).toContain("held by somebody else");
    // Under the pointer the dialog stays: by itself it goes after a while, and a slow machine takes that long.
    await loser.getByRole("dialog").hover();
    expect(await consolePage(loser).breaches()).toEqual([]);
    await loser.getByRole("dialog").getByRole("button", { name: "Take the nearest" }).click();
    expect(await consolePage(winner).breaches()).toEqual([]);
    await loser.getByText("Held for you", { exact: true }).waitFor();
    expect(await loser.locator("[data-line]").count()).toBe(1);
    // Whoever won has it on every other map as taken, and no map lost count.
    await winner.getByRole("button", { name: /^Pay 9,000 sat/ }).click();
    await winner.getByText("Bought: A5").waitFor();
    await expect.poll(() => markOf(loser, "S-A5"), { timeout: 1_000 }).toBe("sold");
    await loser.getByRole("button", { name: "Release" }).click();
    await loser.locator("[data-outcome=released]").waitFor();
  });

  it("shows a change of somebody else's within a second, and takes it out of one's own choice", async () => {
    const [ada, bob] = [await enter("ada"), await enter("bob")];
    for (const page of [ada, bob]) await choose(page, "S-A11");
    await ada.getByRole("button", { name: "Hold 1 seat" }).click();
    await ada.getByText("Held for you", { exact: true }).waitFor();
    await expect.poll(() => markOf(bob, "S-A11"), { timeout: 1_000 }).toBe("held");
    await bob.getByRole("dialog", { name: "Seat A11 in Stalls was just taken" }).waitFor();
    expect(await bob.locator("[data-line]").count()).toBe(0);
    expect(await ada.getByRole("dialog").count()).toBe(0);
  });

  it("is used by keyboard alone: a seat is chosen, held and released", { timeout: 60_000 }, async () => {
    const page = await enter("studio");
    expect(await consolePage(page).breaches()).toEqual([]);
    await choose(page, "S-A8");
    const label = await seat(page, "S-A8").getAttribute("aria-label");
    expect(label).toBe("Stalls, row A, seat 8, Premium, 9,000 sat, free, chosen by you");
    expect(await seat(page, "S-A8").evaluate((cell) => cell === document.activeElement)).toBe(true);
    await pressFrom(page, "Hold 1 seat");
    await page.getByText("Held for you", { exact: true }).waitFor();
    expect(await page.locator("[data-countdown]").textContent()).toMatch(/^0[45]:\d\d$/);
    await expect.poll(() => markOf(page, "S-A8")).toBe("yours");
    expect(await consolePage(page).breaches()).toEqual([]);
    await pressFrom(page, "Release");
    await page.locator("[data-outcome=released]").waitFor();
    await expect.poll(() => markOf(page, "S-A8")).toBe("free");
  });
}

/** Tabs until the button has the focus, and presses it. */
async function pressFrom(page: Page, name: string): Promise<void> {
  const button = page.getByRole("button", { name, exact: true });
  for (let tabs = 0; tabs < 60; tabs++) {
    if (await button.evaluate((one) => one === document.activeElement)) return page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not lead to "${name}"`);
}
