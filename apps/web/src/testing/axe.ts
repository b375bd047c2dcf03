import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/**
 * What on a page keeps someone out, as axe finds it, a line a breach; `serious`: only what is serious or critical. In the page's one frame,
 * and of breaches alone: to describe what it finds to be well, too, takes axe four times as long on a long page.
 */
export async function breachesOf(page: Page, { serious = false } = {}): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] });
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => !serious || impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join("\n")}`);
}
