import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { deferred, startTestServer, type TestServer } from "@holdfast/server/testing";
import { type Browser, chromium, type Page } from "playwright-core";
import { build, type PreviewServer, preview } from "vite";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL(".", import.meta.url));
const executablePath =
  process.env["CHROMIUM_PATH"] ?? ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);
const BOOSTS = /\/trpc\/[^?]*wallets\.boost/;

// Whether there is a browser at all is asked by the console's tests, which fail CI without one.
if (executablePath) describe("the built page in a browser", () => tryPage(executablePath));
else it("was not tried: there is no browser", () => {});

function tryPage(executablePath: string) {
  let server: TestServer;
  let site: PreviewServer;
  let browser: Browser;
  let outDir: string;
  let address: string;
  /** What the pages complained about. */
  const complaints: string[] = [];

  beforeAll(async () => {
    server = await startTestServer({ config: { demo: true } });
    outDir = await mkdtemp(join(tmpdir(), "vite-app-"));
    await build({ root, logLevel: "error", build: { outDir, emptyOutDir: true } });
    const proxy = { "/trpc": server.url, "/demo": server.url };
    site = await preview({
      root,
      logLevel: "error",
      build: { outDir },
      preview: { port: 0, host: "127.0.0.1", proxy },
    });
    address = site.resolvedUrls?.local[0] ?? "";
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await server?.close();
    await rm(outDir, { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    expect(complaints.splice(0)).toEqual([]);
  });

  async function open(name: string): Promise<Page> {
    const context = await browser.newContext({ baseURL: address });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      const refusedCall = message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !refusedCall) complaints.push(message.text());
    });
    await page.goto(`/?as=${name}`);
    await page.locator("[data-feed=live]").waitFor();
    return page;
  }
  const available = async (page: Page) =>
    BigInt((await page.locator("[data-available]").getAttribute("data-available")) ?? "");
  const boosts = (page: Page) => page.getByRole("list", { name: "History" }).getByText("boost").count();
  const seat = (page: Page, id: string) => page.getByRole("button", { name: new RegExp(`^${id}, `) });

  it("boosts, and the other's page shows it by itself", async () => {
    const [ada, bob] = [await open("ada"), await open("bob")];
    const [before, bobBefore] = [await available(ada), await available(bob)];
    await ada.getByLabel("Boost bob with").fill("75");
    await ada.getByRole("button", { name: "Boost" }).click();
    await ada.getByText("✓ 75 sat sent.").waitFor();
    await expect.poll(() => available(ada)).toBe(before - 75n);
    await expect.poll(() => available(bob)).toBe(bobBefore + 75n);
    await ada.getByLabel("Boost bob with").fill("900000000");
    await ada.getByRole("button", { name: "Boost" }).click();
    await ada.getByText(/^✕ [\d,]+ sat short\.$/).waitFor();
    expect(await available(ada)).toBe(before - 75n);
  });

  it("shows a boost once whose answer got lost and whose page was loaded again", async () => {
    const ada = await open("ada");
    const before = await available(ada);
    const shown = await boosts(ada);
    let isFirstPage = true;
    ada.on("framenavigated", () => {
      isFirstPage = false;
    });
    const arrived = deferred<void>();
    await ada.route(BOOSTS, async (route) => {
      if (!isFirstPage) return route.continue();
      // It arrives, and no answer comes back, nor to any retry before the page goes.
      await route.fetch();
      arrived.resolve();
    });
    await ada.getByRole("button", { name: "Boost" }).click();
    await arrived.promise;
    await ada.reload();
    await ada.getByText("✓ 50 sat sent.").waitFor();
    await expect.poll(() => available(ada)).toBe(before - 50n);
    await expect.poll(() => boosts(ada)).toBe(shown + 1);
  });

  it("sells a seat to one of two", async () => {
    const [ada, bob] = [await open("ada"), await open("bob")];
    const before = await available(ada);
    for (const id of ["S-A24", "S-A25"]) await seat(ada, id).click();
    await ada.getByRole("button", { name: "Hold 2 seats" }).click();
    await ada.getByText("They are held for you.").waitFor();
    await bob.getByRole("button", { name: "S-A24, held" }).waitFor();
    expect(await seat(bob, "S-A24").isDisabled()).toBe(true);
    // The reservation outlives the page.
    await ada.reload();
    await ada.getByRole("button", { name: "Pay 18,000 sat" }).click();
    await ada.getByText("Bought. See you there.").waitFor();
    await bob.getByRole("button", { name: "S-A24, sold" }).waitFor();
    await expect.poll(() => available(ada)).toBe(before - 18_000n);
  });

  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [375, 1440]) {
      it(`reads well ${colorScheme}, ${width} px wide`, async () => {
        const page = await open("ada");
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
        const folder = process.env["HOLDFAST_SCREENSHOTS"];
        if (folder) await page.screenshot({ path: join(folder, `vite-app-${colorScheme}-${width}.png`) });
      });
    }
  }
}
