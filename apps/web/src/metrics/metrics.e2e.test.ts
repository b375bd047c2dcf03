import { dataOf, startTestServer, type TestServer } from "@holdfast/server/testing";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findChromium, launchChromium } from "../testing/chromium.ts";
import { type ConsolePage, consolePage } from "../testing/console-page.ts";
import { walletOf } from "../testing/wallet-of.ts";

const METRICS = /\/metrics$/;
const chromium = findChromium();

// Whether there is a browser at all is asked by console.e2e.test.ts, which fails CI without one.
if (chromium) describe("the metrics room in a browser", () => tryRoom(chromium));
else it("was not tried: there is no browser", () => {});

function tryRoom(executablePath: string) {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let ui: ConsolePage;

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
    await ui.signIn("ada");
  });
  afterEach(() => context.close());

  const enter = () => page.getByRole("link", { name: "Metrics" }).click();
  const now = (figure: string) => page.locator(`tr[data-figure=${figure}] [data-now]`);

  let boosts = 0;
  async function boost(amount: `${bigint}`) {
    const [ada, bob] = [await walletOf(server, "ada"), await walletOf(server, "bob")];
    const caller = await server.as({ tenantId: 1, subject: "ada", role: "user" });
    const idempotencyKey = `metrics-${boosts++}`;
    const wallets = { fromWalletId: ada.walletId, toWalletId: bob.walletId };
    return caller.mutate("boost", { idempotencyKey, ...wallets, amount });
  }

  it("shows plots, and figures that move when somebody boosts and is refused", async () => {
    await enter();
    await page.getByText("Send a boost").waitFor();
    await now("confirmedPerSecond").getByText("0", { exact: true }).waitFor();
    expect(await page.locator("[data-plot] canvas").count()).toBe(5);
    expect(await ui.breaches()).toEqual([]);

    dataOf(await boost("10"));
    await boost("999999999");
    for (const figure of ["confirmedPerSecond", "refusedPerSecond", "callP99", "lockP99", "batchMean"]) {
      await expect.poll(() => now(figure).textContent(), { timeout: 15_000 }).toMatch(/[1-9]/);
    }
    expect(await now("failedPerSecond").textContent()).toBe("0");
    expect(await page.getByText("Send a boost").count()).toBe(0);

    // By keyboard, one moment back: the figures are those of then.
    await page.getByRole("slider", { name: /^Calls/ }).focus();
    await page.keyboard.press("Home");
    const calls = page.getByRole("table", { name: /^Calls/ });
    expect(await calls.getByRole("columnheader").nth(1).textContent()).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(await now("confirmedPerSecond").textContent()).toContain("none");
    await page.keyboard.press("Escape");
    await calls.getByRole("columnheader", { name: "now" }).waitFor();
  });

  it("asks nothing while the tab is hidden, and goes on when it is seen again", async () => {
    await page.clock.install();
    let asked = 0;
    page.on("request", (request) => {
      if (METRICS.test(request.url())) asked++;
    });
    await enter();
    await now("confirmedPerSecond").waitFor();
    const readMore = async () => {
      const before = asked;
      await expect
        .poll(() => page.clock.runFor(500).then(() => asked), { timeout: 15_000 })
        .toBeGreaterThan(before);
    };
    await readMore();
    await setVisibility("hidden");
    await page.clock.runFor(500);
    const before = asked;
    await page.clock.runFor(60_000);
    expect(asked).toBe(before);
    await setVisibility("visible");
    await readMore();
  });

  it("says what is wrong: closed by a proxy at first, or gone silent later", async () => {
    await page.route(METRICS, (route) => route.fulfill({ status: 403, body: "forbidden" }));
    await enter();
    await page.getByText("/metrics is closed to this page (403)").waitFor();
    expect(await ui.breaches()).toEqual([]);
    await page.unroute(METRICS);
    await page.getByRole("button", { name: "Try again" }).click();
    await now("confirmedPerSecond").getByText("0", { exact: true }).waitFor();
    await page.route(METRICS, (route) => route.abort());
    await page.getByText(/The server did not answer.*Figures as of/).waitFor();
    expect(await now("confirmedPerSecond").textContent()).toBe("0");
  });

  function setVisibility(state: "hidden" | "visible") {
    return page.evaluate((value) => {
      Object.defineProperty(document, "visibilityState", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }, state);
  }
}
