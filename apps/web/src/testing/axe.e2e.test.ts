import { expect, it } from "vitest";
import { breachesOf } from "./axe.ts";
import { findChromium, launchChromium } from "./chromium.ts";

const PALE = '<p style="color:#bbb;background:#fff">pale</p>';
const NAMELESS = "<button></button>";

// Whether there is a browser at all is asked by console.e2e.test.ts.
const chromium = findChromium();
if (chromium)
  it("finds what keeps someone out, and nothing on a page without it", async () => {
    const browser = await launchChromium(chromium);
    try {
      // A context of its own, as axe wants it.
      const page = await (await browser.newContext()).newPage();
      const show = (body: string) =>
        page.setContent(`<html lang="en"><title>a page</title><main><h1>a page</h1>${body}</main>`);
      await show(PALE + NAMELESS);
      expect(await breachesOf(page)).toEqual([`button-name: ${NAMELESS}`, `color-contrast: ${PALE}`]);
      await show("<p>dark</p>");
      expect(await breachesOf(page)).toEqual([]);
    } finally {
      await browser.close();
    }
  });
else it("was not tried: there is no browser", () => {});
