import type { Page, Request } from "playwright-core";
import { breachesOf } from "./axe.ts";

/** What a person does and sees on the wallets page, by its accessible names. */
export function consolePage(page: Page) {
  return {
    async signIn(name: string, at = "/wallets") {
      await page.goto(at);
      await page.getByRole("button", { name: new RegExp(`^${name}`) }).click();
      await page.locator("[data-figure=balance]").first().waitFor();
    },
    /** Fills the form without sending it. */
    async fillBoost(to: string, amount: string, message = "") {
      await page.getByRole("combobox", { name: "To" }).click();
      await page.getByRole("option", { name: to }).click();
      await page.getByLabel("Amount", { exact: true }).fill(amount);
      await page.getByLabel("Message").fill(message);
    },
    async startStream(to: string, amount: string) {
      await page.getByRole("tab", { name: "Stream" }).click();
      // For a moment the panel that goes is there beside the one that comes.
      await page.getByRole("tabpanel", { name: "Stream" }).getByRole("combobox", { name: "To" }).click();
      await page.getByRole("option", { name: to }).click();
      await page.getByLabel("Amount a minute").fill(amount);
      await page.getByRole("button", { name: "Start listening" }).click();
    },
    tick: (minute: number, word: string) =>
      page.getByRole("button", { name: new RegExp(`^Minute ${minute}: ${word}`) }),
    boostButton: () => page.getByRole("button", { name: /^Boost/ }),
    outcome: (status: "pending" | "confirmed" | "refused" | "unresolved") =>
      page.locator(`[data-outcome=${status}]`),
    figure: (name: "balance" | "held" | "available") => page.locator(`[data-figure=${name}]`).first(),
    /** The line that says how fresh the figures are. */
    freshness: (words: string | RegExp) => page.getByRole("status").filter({ hasText: words }),
    historyRow: (version: bigint) => page.locator(`tr[data-version="${version}"]`),
    /** Rules whose breach keeps someone out. Answers one line a breach. */
    breaches: () => breachesOf(page, { serious: true }),
  };
}

export type ConsolePage = ReturnType<typeof consolePage>;

export const BOOST_CALLS = /\/trpc\/[^?]*wallets\.boost/;
export const WATCH_CALLS = /\/trpc\/changes\.watch/;
export const READ_CALLS = /\/trpc\/[^?]*wallets\.(mine|get|history)/;

/** The idempotency key of a boost, as it went over the wire. */
export function keyOf(request: Request): string | undefined {
  return /"idempotencyKey":"([^"]+)"/.exec(request.postData() ?? "")?.[1];
}
