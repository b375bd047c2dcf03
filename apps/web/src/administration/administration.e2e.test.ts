import { createHoldfast } from "@holdfast/client";
import { type Receiver, startReceiver, startTestServer, type TestServer } from "@holdfast/server/testing";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findChromium, launchChromium } from "../testing/chromium.ts";

const CREATE_CALLS = /\/trpc\/[^?]*keys\.create/;
const chromium = findChromium();

// Whether there is a browser at all is asked by console.e2e.test.ts, which fails CI without one.
if (chromium) describe("the administration in a browser", () => tryRoom(chromium));
else it("was not tried: there is no browser", () => {});

function tryRoom(executablePath: string) {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let receiver: Receiver;

  beforeAll(async () => {
    server = await startTestServer({ config: { demo: true, webhooks: { pollMs: 50, loopback: true } } });
    browser = await launchChromium(executablePath);
    receiver = await startReceiver();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await receiver?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext({ baseURL: server.url });
    context.setDefaultTimeout(15_000);
    page = await context.newPage();
  });
  afterEach(() => context.close());

  async function signIn(name: string, at: string) {
    await page.goto(at);
    await page.getByRole("button", { name: new RegExp(`^${name}`) }).click();
    await page.getByRole("heading", { name: "Administration" }).waitFor();
  }
  const asWarden = async () => {
    const token = await server.token({ tenantId: 1, subject: "warden", role: "admin" });
    return createHoldfast({ url: server.url, token });
  };
  const rowOf = (subject: string) => page.locator("tr[data-key]", { hasText: subject });

  it("makes a key that works, shows it once, and revokes it when told twice", async () => {
    await signIn("warden", "/administration");
    await page.getByText("No API keys yet").waitFor();
    await page.getByLabel("Bearer").fill("billing");
    await page.getByRole("button", { name: "Make a key" }).click();
    const apiKey = (await page.locator("[data-secret]").textContent()) ?? "";

    const billing = createHoldfast({ url: server.url, token: apiKey });
    expect(await billing.wallets.mine({})).toEqual([]);
    await rowOf("billing").getByText("works").waitFor();
    await page.getByRole("button", { name: "I have kept it" }).click();
    await page.reload();
    await rowOf("billing").waitFor();
    expect(await page.content()).not.toContain(apiKey);

    await rowOf("billing").getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("button", { name: "Keep it" }).click();
    await rowOf("billing").getByText("works").waitFor();
    await rowOf("billing").getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("button", { name: "Revoke it" }).click();
    await rowOf("billing")
      .getByText(/^revoked/)
      .waitFor();
    const { keys } = await (await asWarden()).keys.list({});
    expect(keys[0]).toMatchObject({ subject: "billing", role: "service", revokedAt: expect.any(String) });
  });

  it("tells the same key when the answer was lost and the page reloaded", async () => {
    await signIn("warden", "/administration");
    const executed = new Promise<void>((resolve) => {
      void page.route(CREATE_CALLS, async (route) => {
        await route.fetch();
        await route.abort();
        resolve();
      });
    });
    await page.getByLabel("Bearer").fill("lost");
    await page.getByRole("button", { name: "Make a key" }).click();
    await executed;
    // Answers go on being lost until the old page is gone: otherwise its own retry may settle the intent first.
    await page.reload({ waitUntil: "commit" });
    await page.unrouteAll({ behavior: "ignoreErrors" });

    const apiKey = (await page.locator("[data-secret]").textContent()) ?? "";
    expect(await createHoldfast({ url: server.url, token: apiKey }).wallets.mine({})).toEqual([]);
    const { keys } = await (await asWarden()).keys.list({});
    expect(keys.filter(({ subject }) => subject === "lost")).toHaveLength(1);
  });

  it("makes a webhook, shows what became of its messages, and sends one again", async () => {
    await signIn("warden", "/administration/webhooks");
    await page.getByLabel("Address").fill("http://10.0.0.1/hooks");
    await page.getByRole("button", { name: "Make a webhook" }).click();
    const address = page.getByLabel("Address");
    await page.locator("input[aria-invalid=true]").waitFor();
    await address.fill(receiver.url);
    await page.getByRole("button", { name: "Make a webhook" }).click();
    await page.getByText("It is told what changes from now on").waitFor();

    await server.wallet("ada", "5");
    const hook = page.locator("[data-webhook]");
    await hook.getByRole("link", { name: "Deliveries" }).click();
    const delivered = hook.locator("[data-delivery=delivered]");
    await delivered.first().waitFor();
    const [sent] = receiver.received;
    const times = () => receiver.received.filter(({ id }) => id === sent?.id).length;
    const before = times();
    await delivered
      .last()
      .getByRole("button", { name: /^Send version/ })
      .click();
    await expect.poll(times, { timeout: 15_000 }).toBeGreaterThan(before);
  });

  it("disables a webhook, gives it a new secret, and removes it when told twice", async () => {
    const holdfast = await asWarden();
    const url = `${receiver.url}/second`;
    const { webhookId, secret } = await holdfast.webhooks.create({ url, topics: ["show"] });
    const state = async () =>
      (await holdfast.webhooks.list({})).webhooks.find((webhook) => webhook.webhookId === webhookId);
    await signIn("warden", "/administration/webhooks");
    const hook = page.locator(`[data-webhook="${webhookId}"]`);

    await hook.getByRole("button", { name: "Disable" }).click();
    await hook.getByRole("button", { name: "Enable" }).waitFor();
    expect((await state())?.status).toBe("disabled");

    await hook.getByRole("button", { name: "New secret" }).click();
    await page.getByRole("button", { name: "Give it a new one" }).click();
    await hook.getByText("The one before signs too").waitFor();
    const told = await hook.locator("[data-secret]").textContent();
    expect(told).toBe((await holdfast.webhooks.secret({ webhookId })).secret);
    expect(told).not.toBe(secret);

    await hook.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("button", { name: "Remove it" }).click();
    await hook.waitFor({ state: "detached" });
    expect(await state()).toBeUndefined();
  });

  it("is closed to who is no admin", async () => {
    await signIn("ada", "/administration");
    await page.getByText("Only an admin may see this").waitFor();
    expect(await page.getByRole("link", { name: "Administration" }).count()).toBe(0);
    expect(await page.getByRole("form").count()).toBe(0);
  });
}
