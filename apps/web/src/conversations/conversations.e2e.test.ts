import type { Principal } from "@holdfast/db";
import { startTestServer, type TestServer } from "@holdfast/server/testing";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { beginConversation, chatPage } from "../testing/chat-page.ts";
import { findChromium, launchChromium } from "../testing/chromium.ts";
import { consolePage } from "../testing/console-page.ts";

const SEND_CALLS = /\/trpc\/[^?]*conversations\.send/;
const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
const chromium = findChromium();

// Whether there is a browser at all is asked by console.e2e.test.ts, which fails CI without one.
if (chromium) describe("the conversations room in a browser", () => tryRoom(chromium));
else it("was not tried: there is no browser", () => {});

function tryRoom(executablePath: string) {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let talk: Awaited<ReturnType<typeof beginConversation>>;
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
  beforeEach(async () => {
    context = await browser.newContext({ baseURL: server.url });
    context.setDefaultTimeout(15_000);
    talk = await beginConversation(server.db, ada);
  });
  afterEach(async () => {
    await context.close();
    expect(complaints.splice(0)).toEqual([]);
  });

  /** A tab of ada's before the conversation. */
  async function tab(): Promise<{ page: Page; chat: ReturnType<typeof chatPage> }> {
    const page = await context.newPage();
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      const refusedCall = message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !refusedCall) complaints.push(message.text());
    });
    await consolePage(page).signIn("ada");
    const chat = chatPage(page);
    await chat.open(talk.conversationId);
    return { page, chat };
  }

  it("sends once what is sent by a double click or with Enter held down", async () => {
    const { page, chat } = await tab();
    await chat.box().fill("clicked twice");
    await page.getByRole("button", { name: "Send" }).dblclick();
    await chat.message(1).getByText("clicked twice").waitFor();
    await talk.end();

    await chat.box().fill("held down");
    await chat.box().focus();
    for (let repeat = 0; repeat < 30; repeat += 1) await page.keyboard.down("Enter");
    await page.keyboard.up("Enter");
    await chat.message(3).getByText("held down").waitFor();
    await chat.box().fill("the last");
    await chat.box().press("Enter");
    await chat.message(5).getByText("the last").waitFor();
    expect(await talk.questions()).toEqual(["clicked twice", "held down", "the last"]);
    expect(await chat.box().inputValue()).toBe("");
  });

  it("loses and doubles nothing that two tabs write at once over a network that loses answers", {
    timeout: 90_000,
  }, async () => {
    const tabs = [await tab(), await tab()];
    for (const { page } of tabs) {
      let sends = 0;
      await page.route(SEND_CALLS, async (route) => {
        sends += 1;
        if (sends % 3 !== 1) return route.continue();
        // It arrives, and whoever sent it never hears of it.
        await route.fetch();
        await route.abort("connectionreset");
      });
    }
    const words = (name: string) => Array.from({ length: 8 }, (_, at) => `${name} ${at + 1}`);
    await Promise.all(
      tabs.map(async ({ chat }, at) => {
        for (const word of words(at === 0 ? "one" : "two")) await chat.send(word);
      }),
    );
    for (const { chat } of tabs) {
      await chat.message(17).waitFor({ timeout: 60_000 });
      await expect.poll(() => chat.unsent().count(), { timeout: 60_000 }).toBe(0);
    }
    const questions = await talk.questions();
    expect(questions.filter((word) => word.startsWith("one"))).toEqual(words("one"));
    expect(questions.filter((word) => word.startsWith("two"))).toEqual(words("two"));
    expect(questions).toHaveLength(16);
    const shown = tabs.map(({ page }) =>
      page.locator("[data-seq]").evaluateAll((rows) => rows.map((row) => row.textContent)),
    );
    const [one, two] = await Promise.all(shown);
    expect(one?.length).toBe(17);
    const withoutTimes = (rows: string[] | undefined) =>
      rows?.map((row) => row.replace(/just now|\d+ s ago/, ""));
    expect(withoutTimes(one)).toEqual(withoutTimes(two));
  });

  it("goes on with an answer after a reload, and repeats nothing", async () => {
    const { page, chat } = await tab();
    await chat.send("count");
    await chat.message(2).getByText("Answering").waitFor();
    await talk.say("one two ");
    await chat.message(2).getByText("one two").waitFor();
    await page.reload();
    await chat.live();
    await chat.message(2).getByText("one two", { exact: true }).waitFor();
    await talk.say("three");
    await chat.message(2).getByText("one two three", { exact: true }).waitFor();
    expect(await page.locator("[data-announced]").textContent()).toBe("");
    await talk.end();
    await expect.poll(() => chat.message(2).getAttribute("data-status")).toBe("complete");
    expect(await page.locator("[data-announced]").textContent()).toBe("Assistant: one two three");
    expect(await page.locator("[data-seq]").count()).toBe(2);
  });

  it("keeps a message that can't be sent through a reload, says so, and sends it once", {
    timeout: 60_000,
  }, async () => {
    const { page, chat } = await tab();
    await page.route(SEND_CALLS, (route) => route.abort());
    await chat.send("still here");
    await chat.unsent("pending").getByText("still here").waitFor();
    await chat.unsent("waiting").getByText("Not confirmed yet").waitFor();
    expect(await consolePage(page).breaches()).toEqual([]);
    await page.reload();
    await chat.live();
    await chat.unsent().getByText("still here").waitFor();
    expect(await talk.questions()).toEqual([]);
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await chat.message(1).getByText("still here").waitFor({ timeout: 30_000 });
    expect(await chat.unsent().count()).toBe(0);
    expect(await talk.questions()).toEqual(["still here"]);
  });

  it("shows an answer that failed or was interrupted with what was said, and the next send works", {
    timeout: 90_000,
  }, async () => {
    const { page, chat } = await tab();
    await chat.send("one");
    await chat.message(2).getByText("Answering").waitFor();
    await talk.say("The beginning");
    await talk.end("failed", "the model is away");
    await chat.message(2).getByText("the model is away").waitFor();
    await chat.send("two");
    await chat.message(4).getByText("Answering").waitFor();
    await talk.say("Half of");
    // Nobody goes on with it: its lease runs out, and the page asks.
    await chat.message(4).getByText("Interrupted").waitFor({ timeout: 45_000 });
    await chat.message(4).getByText("Half of").waitFor();
    expect(await consolePage(page).breaches()).toEqual([]);
    await chat.send("three");
    await chat.message(6).getByText("Answering").waitFor();
    await talk.end();
  });

  it("is used by keyboard alone: begun, asked, stopped, and gone back to", async () => {
    const { page, chat } = await tab();
    expect(await consolePage(page).breaches()).toEqual([]);
    expect(await chat.box().evaluate((box) => box === document.activeElement)).toBe(true);
    await page.keyboard.type("first line");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("second line");
    await page.keyboard.press("Enter");
    await chat.message(1).getByText("first line second line").waitFor();
    expect(await chat.message(1).locator("p").last().textContent()).toBe("first line\nsecond line");
    await chat.message(2).getByText("Answering").waitFor();
    await talk.say("A long story");
    await chat.message(2).getByText("A long story").waitFor();
    expect(await consolePage(page).breaches()).toEqual([]);
    await page.keyboard.press("Escape");
    await chat.message(2).getByText("Stopped").waitFor();
    expect(await chat.box().evaluate((box) => box === document.activeElement)).toBe(true);
    expect((await talk.read()).messages.at(-1)?.status).toBe("stopped");

    await page.getByRole("button", { name: "New" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Nothing was said yet").waitFor();
    await page.keyboard.type("another");
    await page.keyboard.press("Enter");
    await chat.message(1).getByText("another").waitFor();
    const links = page.getByRole("navigation", { name: "Conversations" }).getByRole("link");
    await links.first().focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await chat.message(1).getByText("first line").waitFor();
  });

  it("shows what was written as it was written, and none of it as markup", async () => {
    const { page, chat } = await tab();
    await chat.send("<img src=x onerror=\"document.title='owned'\"> and `x < y`");
    await chat.message(2).getByText("Answering").waitFor();
    await talk.say("Try:\n\n```html\n<b>bold</b>\n  indented\n```\n<script>document.title='owned'</script>");
    await chat.message(2).locator("pre").getByText("<b>bold</b>").waitFor();
    expect(await chat.message(2).locator("pre").textContent()).toBe("<b>bold</b>\n  indented");
    await chat.message(1).getByText("<img src=x").waitFor();
    expect(await chat.message(1).locator("img").count()).toBe(0);
    expect(await page.title()).not.toBe("owned");
    await talk.end();
  });
}
