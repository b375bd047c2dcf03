import { dataOf, startTestServer, type TestServer } from "@holdfast/server/testing";
import type { Browser, BrowserContext, Page } from "playwright-core";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { beginConversation } from "../testing/chat-page.ts";
import { findChromium, launchChromium } from "../testing/chromium.ts";
import { type ConsolePage, consolePage } from "../testing/console-page.ts";
import { walletOf } from "../testing/wallet-of.ts";

const chromium = findChromium();

// Whether there is a browser at all is asked by console.e2e.test.ts, which fails CI without one.
if (chromium) describe("the operations room in a browser", () => tryRoom(chromium));
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
  });
  afterEach(() => context.close());

  async function signIn(name: string, at = "/operations") {
    await page.goto(at);
    await page.getByRole("button", { name: new RegExp(`^${name}`) }).click();
    await page.getByRole("heading", { name: "Operations" }).waitFor();
  }
  const story = () => page.getByRole("list", { name: "What became of it" });
  const verify = () => page.getByRole("button", { name: /^Verify/ }).click();

  async function explain(text: string) {
    await page.getByLabel("Idempotency key or operation id").fill(text);
    await page.keyboard.press("Enter");
  }

  async function boost(idempotencyKey: string, amount: `${bigint}`) {
    const [ada, bob] = [await walletOf(server, "ada"), await walletOf(server, "bob")];
    const caller = await server.as({ tenantId: 1, subject: "ada", role: "user" });
    const wallets = { fromWalletId: ada.walletId, toWalletId: bob.walletId };
    return caller.mutate("boost", { idempotencyKey, ...wallets, amount, message: "well said" });
  }

  it("tells an admin what became of a key: who, what, the outcome and the rows", async () => {
    dataOf(await boost("told", "7"));
    await signIn("warden");
    await page.getByText("Every command leaves one operation").waitFor();
    expect(await ui.breaches()).toEqual([]);
    await explain("told");
    await story().getByText("wallets.boost").waitFor();
    const told = await story().textContent();
    for (const words of ["user:ada", "well said", "Confirmed", "Wrote 2 rows"]) expect(told).toContain(words);
    expect(await page.getByRole("region", { name: "Rows of entries" }).getByRole("row").count()).toBe(3);
    expect(await ui.breaches()).toEqual([]);

    // Its id leads to the same story, and the address can be given to somebody else.
    const id = await story().getAttribute("data-operation");
    await explain(id ?? "");
    await page.waitForURL(new RegExp(`of=${id}`));
    await story().getByText("wallets.boost").waitFor();
    await page.reload();
    await story().getByText("well said").first().waitFor();
  });

  it("tells of which answer a question is a part, and leads from one step to the next", async () => {
    const ada = { tenantId: 1, subject: "ada", role: "user" } as const;
    const talk = await beginConversation(server.db, ada);
    const message = { id: "q", role: "user", parts: [{ type: "text", text: "How much?" }] } as const;
    const { conversationId } = talk;
    const send = { kind: "conversations.send", idempotencyKey: "question", conversationId, message } as const;
    await server.db.execute(ada, send);
    await talk.say("That much.");
    await talk.end();
    await signIn("warden", "/operations?of=question");
    const steps = story().getByRole("listitem").filter({ hasText: "Part of" });
    await steps.getByText("conversations.send").waitFor();
    expect(await ui.breaches()).toEqual([]);
    await steps.getByRole("link", { name: "conversations.settle" }).click();
    await story().getByText("conversations.settle by service:model").waitFor();
  });

  it("tells a refusal with its reason, and a key that nobody used as such", async () => {
    await boost("refused", "999999999999");
    await signIn("warden");
    await explain("refused");
    await story().getByText("Refused: INSUFFICIENT_FUNDS").waitFor();
    await story().getByText("Wrote no row").waitFor();
    await explain("never-sent");
    await page.getByText("Nothing is recorded under this").waitFor();
    await page.getByRole("button", { name: "Explain" }).click();
    await explain("   ");
    await page.getByText("Enter a key or an id.").waitFor();
  });

  it("shows nothing of another caller's to a user, and nothing of another tenant's to anybody", async () => {
    dataOf(await boost("of-ada", "3"));
    for (const name of ["bob", "eve"]) {
      await signIn(name, "/operations?of=of-ada");
      await page.getByText("Nothing is recorded under this").waitFor();
      await page.evaluate(() => sessionStorage.clear());
    }
  });

  it("verifies for an admin: sound, and then a row that somebody changed by hand", async () => {
    await signIn("warden", "/operations");
    await verify();
    await page.locator("[data-verified=true]").getByText("Every invariant holds").waitFor();
    expect(await ui.breaches()).toEqual([]);
    const sql = postgres(server.databaseUrl, { max: 1, onnotice: () => {} });
    const { walletId } = await walletOf(server, "bob");
    await sql`update holdfast.wallets set credit_balance = credit_balance + 1 where id = ${walletId}`;
    await verify();
    await page.getByText("One row disagrees").waitFor();
    await page.getByRole("list", { name: "Rows that disagree" }).getByText(walletId).waitFor();
    expect(await ui.breaches()).toEqual([]);
    await sql`update holdfast.wallets set credit_balance = credit_balance - 1 where id = ${walletId}`;
    await sql.end();
  });

  it("refuses who is no admin, in words, and says when the server did not answer", async () => {
    await signIn("ada", "/operations");
    await page.getByText("Only an admin may verify").waitFor();
    expect(await page.getByRole("button", { name: /^Verify/ }).count()).toBe(0);
    await page.route(/operations\.explain/, (route) => route.fulfill({ status: 500, body: "{}" }));
    await explain("anything");
    await page.getByText("The operation could not be read").waitFor({ timeout: 30_000 });
    expect(await ui.breaches()).toEqual([]);
  });
}
