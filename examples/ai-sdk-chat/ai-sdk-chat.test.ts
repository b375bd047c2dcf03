import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readConfig } from "@holdfast/server";
import { startTestServer, type TestServer } from "@holdfast/server/testing";
import { type Browser, chromium, type Page } from "playwright-core";
import { createServer, type ViteDevServer } from "vite";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL(".", import.meta.url));
const executablePath =
  process.env["CHROMIUM_PATH"] ?? ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);

// Whether there is a browser at all is asked by the console's tests, which fail CI without one.
if (executablePath) describe("useChat in a browser", () => tryPage(executablePath));
else it("was not tried: there is no browser", () => {});

function tryPage(executablePath: string) {
  let server: TestServer;
  let site: ViteDevServer;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    // The demo model says the answers.
    server = await startTestServer({ config: { demo: true, answers: readConfig({}).answers } });
    const proxy = { "/trpc": server.url, "/demo": server.url };
    site = await createServer({
      root,
      logLevel: "error",
      server: { port: 0, host: "127.0.0.1", proxy, hmr: false },
    });
    await site.listen();
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
    page = await browser.newPage({ baseURL: site.resolvedUrls?.local[0] ?? "" });
    page.on("pageerror", (error) => complaints.push(error.message));
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await server?.close();
  });
  afterEach(() => expect(complaints.splice(0)).toEqual([]));

  const said = (role: "user" | "assistant") =>
    page.locator("p", { has: page.locator("b", { hasText: role }) }).allTextContents();
  const stop = () => page.getByRole("button", { name: "Stop" });

  it("answers, goes on with an answer after a reload in the middle of it, and has it all after another", async () => {
    await page.goto("/");
    await page.getByLabel("Message").fill("What is a lost update?");
    await page.getByRole("button", { name: "Send" }).click();
    await stop().waitFor();
    await page.reload();
    await expect.poll(() => said("user")).toEqual(["user What is a lost update?"]);
    await expect.poll(async () => (await said("assistant"))[0]?.length ?? 0).toBeGreaterThan(20);
    await stop().waitFor({ state: "detached" });
    const whole = await said("assistant");
    expect(whole).toHaveLength(1);
    await page.reload();
    await expect.poll(() => said("assistant")).toEqual(whole);
  }, 90_000);
}
