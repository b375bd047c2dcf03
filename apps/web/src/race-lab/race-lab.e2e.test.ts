import { beforeEach, expect, it } from "vitest";
import { inConsole, type OwnConsole } from "../testing/in-console.ts";

const LAB = /\/demo\/lab$/;
const RUNS = /\/demo\/lab\/run/;
/** As the server says it. */
const BUSY = { error: { message: "Another race is under way.", data: { code: "OVERLOADED" } } };
/** Longer than a run may take on a machine that does other things as well. */
const RUN_MS = 60_000;

inConsole("the race lab", tryLab, { timeout: 2 * RUN_MS });

function tryLab(own: OwnConsole) {
  beforeEach(async () => {
    await own.ui.signIn("ada");
  });

  const enter = () => own.page.getByRole("link", { name: "Race lab" }).click();
  const runBoth = () => own.page.getByRole("button", { name: "Run both" });
  const lane = (side: "left" | "right") => own.page.locator(`[data-lane=${side}]`);
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
    await own.page.locator("[data-plot=throughput] canvas").waitFor();
    await own.page
      .getByRole("status")
      .filter({ hasText: /^Read, check, write back: Broken.* Holdfast: Holds/ })
      .waitFor({ state: "attached" });
  });

  it("runs by keyboard alone, and moves nothing while it runs", async () => {
    await enter();
    await runBoth().waitFor();
    await own.page.evaluate(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
          shifts.push((entry as PerformanceEntry & { value: number }).value);
      }).observe({ type: "layout-shift" });
    });
    await runBoth().focus();
    await own.page.keyboard.press("Enter");
    await ended();
    await own.page.locator("[data-plot=throughput] canvas").waitFor();
    const moved = await own.page.evaluate(() =>
      (window as unknown as { shifts: number[] }).shifts.reduce((sum, value) => sum + value, 0),
    );
    // A tenth of what counts as a good page; a number that grows moves its neighbour by a hair.
    expect(moved).toBeLessThan(0.01);
    // The button that was pressed is where the focus still is.
    expect(await runBoth().evaluate((button) => button === document.activeElement)).toBe(true);
  });

  it("gives a link that shows the same race to somebody else, ready to run", async () => {
    await own.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await enter();
    await own.page.getByText("A seat sold twice").click();
    await own.page.getByText("Settings").click();
    await own.page.getByLabel("Calls in all").fill("24");
    await own.page.getByLabel("Seed").fill("77");
    await own.page.getByRole("combobox", { name: "First strategy" }).click();
    await own.page.getByRole("option", { name: "Conditional UPDATE" }).click();
    await own.page.getByRole("button", { name: "Copy a link to this race" }).click();
    await own.page.getByRole("status").filter({ hasText: "Copied" }).waitFor();
    const link = await own.page.evaluate(() => navigator.clipboard.readText());

    await own.page.goto("/wallets");
    await own.page.goto(link);
    await own.page.getByRole("heading", { name: "A seat sold twice" }).waitFor();
    await own.page.getByText("Settings").click();
    expect(await own.page.getByLabel("Calls in all").inputValue()).toBe("24");
    expect(await own.page.getByLabel("Seed").inputValue()).toBe("77");
    expect(await own.page.getByRole("combobox", { name: "First strategy" }).textContent()).toContain(
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
    await own.page.getByText("Settings").click();
    await own.page.getByLabel("Callers at once").fill("0");
    await own.page.getByText("A whole number, 1 to").waitFor();
    expect(await runBoth().getAttribute("aria-disabled")).toBe("true");
    await own.page.getByRole("button", { name: "As the story has them" }).click();
    expect(await runBoth().getAttribute("aria-disabled")).toBeNull();
  });

  it("stops a run when it is told to, and can run again", async () => {
    await own.page.goto("/race-lab?calls=200&callsPerSecond=10&seconds=20");
    await runBoth().click();
    await lane("left").locator("[data-outcome=running]").waitFor();
    await own.page.getByRole("button", { name: "Stop" }).click();
    await lane("left").getByText("Stopped").waitFor();
    await lane("right").getByText("Stopped").waitFor();
    await runBoth().waitFor();
  });

  it("says what is wrong: a busy server, a server that does not answer, no network, no lab", async () => {
    await enter();
    await own.page.route(RUNS, (route) => route.fulfill({ status: 503, json: BUSY }));
    await lane("left").getByRole("button", { name: "Run this one" }).click();
    await lane("left").getByText("The server is busy").waitFor();
    expect(await own.ui.breaches()).toEqual([]);

    await own.page.unroute(RUNS);
    await own.page.route(RUNS, (route) => route.abort());
    await lane("left").getByRole("button", { name: "Try again" }).click();
    await lane("left").getByText("The server did not answer").waitFor();

    await own.context.setOffline(true);
    await own.page.getByText("Offline: a race needs the server’s database.").waitFor();
    expect(await runBoth().getAttribute("aria-disabled")).toBe("true");
    await own.context.setOffline(false);
    await own.page.getByText(/in tables of their own/).waitFor();

    await own.page.route(LAB, (route) => route.fulfill({ status: 404, body: "{}" }));
    await own.page.reload();
    await own.page.getByText("No races here").waitFor();
    expect(await own.ui.breaches()).toEqual([]);
  });

  it.each([
    [375, "light"],
    [375, "dark"],
    [1440, "light"],
    [1440, "dark"],
  ] as const)("is within reach of everybody at %i px, %s", async (width, colorScheme) => {
    await own.page.setViewportSize({ width, height: 900 });
    await own.page.emulateMedia({ colorScheme });
    await own.page.goto("/race-lab?calls=10");
    await runBoth().waitFor();
    expect(await own.ui.breaches()).toEqual([]);
    await runBoth().click();
    await ended();
    expect(await own.ui.breaches()).toEqual([]);
    // Columns scroll in their box; the page itself does not go sideways.
    expect(await own.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
}
