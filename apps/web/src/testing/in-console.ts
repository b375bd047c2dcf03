import { startTestServer, type TestServer } from "@holdfast/server/testing";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findChromium, launchChromium } from "./chromium.ts";
import { type ConsolePage, consolePage } from "./console-page.ts";

/** A server in demo mode for all tests of a group, and a browser's new page for each of them. */
export interface OwnConsole {
  readonly server: TestServer;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly ui: ConsolePage;
}

/**
 * Tests of the console in a real browser. A page that throws fails its test. Whether there is a browser at all is asked by
 * console.e2e.test.ts, which fails CI without one.
 */
export function inConsole(
  what: string,
  tests: (own: OwnConsole) => void,
  options: { readonly timeout?: number } = {},
): void {
  const executablePath = findChromium();
  if (executablePath === undefined) it(`${what} was not tried: there is no browser`, () => {});
  else describe(`${what} in a browser`, options, () => tests(ownConsole(executablePath)));
}

function ownConsole(executablePath: string): OwnConsole {
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
  });
  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });

  return {
    get server() {
      return server;
    },
    get context() {
      return context;
    },
    get page() {
      return page;
    },
    get ui() {
      return ui;
    },
  };
}
