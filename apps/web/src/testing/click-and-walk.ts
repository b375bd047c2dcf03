import type { Page } from "playwright-core";

/** Between two interactions: somebody who is quick. */
const PAUSE_MS = 300;

/** What a person does on the map of seats: 48 presses and keys, with the whole house in view and from near. */
export async function clickAndWalk(page: Page): Promise<void> {
  const map = page.locator("[data-seat-map]");
  const box = await map.boundingBox();
  if (!box) throw new Error("there is no map");
  const key = async (name: string) => {
    await page.keyboard.press(name);
    await page.waitForTimeout(PAUSE_MS);
  };
  const click = async (x: number, y: number) => {
    await page.mouse.click(box.x + box.width * x, box.y + box.height * y);
    await page.waitForTimeout(PAUSE_MS);
  };
  const button = async (name: string) => {
    await page.getByRole("button", { name, exact: true }).click();
    await page.waitForTimeout(PAUSE_MS);
  };

  await page.locator("[role=gridcell][tabindex='0']").focus();
  for (const name of ["ArrowDown", "ArrowRight", "PageDown", "ArrowDown", "End", "ArrowUp", "Home", "PageUp"])
    await key(name);
  // The first press brings nearer what it hits; those after it choose seats, and give them back.
  await click(0.5, 0.35);
  for (let at = 0; at < 10; at += 1) await click(0.3 + 0.04 * at, 0.3 + 0.03 * (at % 5));
  for (let at = 0; at < 6; at += 1) {
    await key(at % 2 === 0 ? "ArrowLeft" : "ArrowDown");
    await key("Space");
  }
  await button("Nearer");
  await button("Balcony");
  await button("Further away");
  for (let at = 0; at < 8; at += 1) await click(0.35 + 0.04 * at, 0.5);
  await button("Whole house");
  await page.locator("[role=gridcell][tabindex='0']").focus();
  for (const name of ["ArrowDown", "ArrowRight", "Space", "ArrowDown", "ArrowLeft", "Space"]) await key(name);
}
