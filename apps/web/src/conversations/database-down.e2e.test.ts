import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTenant, migrate, type Principal } from "@holdfast/db";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@holdfast/embedded-postgres";
import { startTestServer, type TestServer } from "@holdfast/server/testing";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { beginConversation, chatPage } from "../testing/chat-page.ts";
import { findChromium, launchChromium } from "../testing/chromium.ts";
import { consolePage } from "../testing/console-page.ts";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
const chromium = findChromium();

// Whether there is a browser at all is asked by console.e2e.test.ts, which fails CI without one.
if (chromium) describe("a conversation whose database stops", () => tryOutage(chromium));
else it("was not tried: there is no browser", () => {});

function tryOutage(executablePath: string) {
  let directory: string;
  let postgres: EmbeddedPostgres;
  let server: TestServer;
  let browser: Browser;

  beforeAll(async () => {
    // One of its own: it is stopped and started again on the same port.
    directory = await mkdtemp(join(tmpdir(), "holdfast-outage-"));
    postgres = await startEmbeddedPostgres({ dataDir: directory, durable: false });
    await migrate({ url: postgres.url });
    await createTenant({ url: postgres.url, tenantId: 1, name: "one" });
    server = await startTestServer({ config: { demo: true }, databaseUrl: postgres.url });
    browser = await launchChromium(executablePath);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await postgres?.stop();
    for (const path of new Set([directory, postgres?.dataDir ?? directory]))
      await rm(path, { recursive: true, force: true });
  });

  it("keeps what is sent meanwhile, says so, and sends it once when it is back", {
    timeout: 90_000,
  }, async () => {
    const talk = await beginConversation(server.db, ada);
    const context = await browser.newContext({ baseURL: server.url });
    const page = await context.newPage();
    await consolePage(page).signIn("ada");
    const chat = chatPage(page);
    await chat.open(talk.conversationId);
    await chat.send("before");
    await chat.message(1).getByText("before").waitFor();
    await talk.end();

    await postgres.stop();
    await chat.send("during");
    await chat.unsent("waiting").getByText("Not confirmed yet").waitFor({ timeout: 30_000 });
    expect(await chat.unsent().getByText("during").count()).toBe(1);

    postgres = await startEmbeddedPostgres({ dataDir: directory, durable: false, port: postgres.port });
    await chat.message(3).getByText("during").waitFor({ timeout: 45_000 });
    expect(await chat.unsent().count()).toBe(0);
    expect(await talk.questions()).toEqual(["before", "during"]);
    await context.close();
  });
}
