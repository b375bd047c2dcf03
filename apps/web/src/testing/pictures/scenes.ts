import type { Page } from "playwright-core";
import { consolePage } from "../console-page.ts";

export interface Scene {
  /** Of the picture: `<name>-light.webp` and `<name>-dark.webp`. */
  readonly name: string;
  /** Brings the page to where the picture is taken; false when this console has no such room. */
  prepare(page: Page): Promise<boolean>;
}

/** A race takes seconds, on a slow machine some more. */
const RACE_MS = 120_000;

export const scenes: readonly Scene[] = [
  {
    name: "console",
    async prepare(page) {
      const ui = consolePage(page);
      await ui.signIn("ada", "/wallets");
      await ui.freshness("Live").waitFor();
      await ui.fillBoost("bob", "50", "One more for the road");
      await ui.boostButton().click();
      await ui.outcome("confirmed").waitFor();
      return true;
    },
  },
  {
    name: "race-lab",
    async prepare(page) {
      await consolePage(page).signIn("ada", "/wallets");
      await page.goto("/race-lab");
      const run = page.getByRole("button", { name: "Run both" });
      const isHere = await run.waitFor().then(
        () => true,
        () => false,
      );
      if (!isHere) return false;
      await run.click();
      await page.locator("[data-holds]").nth(1).waitFor({ timeout: RACE_MS });
      return true;
    },
  },
];
