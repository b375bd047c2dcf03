import type { Page } from "playwright-core";

/** Below this share of the window nobody sees it. */
const SEEN = 0.01;

interface Shift {
  readonly value: number;
  readonly sources: readonly string[];
}

/** From the next page on, notes what moves without having been asked to. Call what it answers to be told of it. */
export async function watchShifts(page: Page) {
  await page.addInitScript(() => {
    const seen: Shift[] = [];
    Object.assign(window, { shifts: seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as LayoutShift[]) {
        if (entry.hadRecentInput) continue;
        const sources = entry.sources.map(
          ({ node }) => (node as Element | null)?.outerHTML?.slice(0, 160) ?? "?",
        );
        seen.push({ value: entry.value, sources });
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  return async (): Promise<string[]> => {
    const seen = await page.evaluate(() => (window as unknown as { shifts: Shift[] }).shifts);
    return seen
      .filter(({ value }) => value >= SEEN)
      .map(({ value, sources }) => `${value.toFixed(3)}: ${sources.join("\n")}`);
  };
}

interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
  readonly sources: readonly { readonly node: Node | null }[];
}
