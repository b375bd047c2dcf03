import { startTestServer } from "@holdfast/server/testing";
import { it } from "vitest";
import { launchChromium } from "../testing/chromium.ts";
import { consolePage } from "../testing/console-page.ts";

it("shots", { timeout: 120_000 }, async () => {
  const server = await startTestServer({ config: { demo: true } });
  const browser = await launchChromium("/usr/bin/chromium");
  const open = async (name: string, opt = {}) => {
    const c = await browser.newContext({
      baseURL: server.url,
      viewport: { width: 1440, height: 900 },
      ...opt,
    });
    c.setDefaultTimeout(12000);
    const p = await c.newPage();
    await consolePage(p).signIn(name);
    await p.getByRole("link", { name: "Seats" }).click();
    await p.getByRole("link", { name: "The Tempest" }).click();
    await p.getByRole("grid").waitFor();
    await p.locator("[data-freshness=live]").waitFor();
    return p;
  };
  try {
    const bob = await open("bob", { colorScheme: "dark" });
    await bob.screenshot({ path: "/tmp/shots/whole-dark.png" });
    await bob.getByRole("button", { name: /Premium/ }).click();
    await bob.getByLabel("Seats", { exact: true }).fill("8");
    await bob.getByRole("button", { name: /Hold the best/ }).click();
    await bob.getByText("Held for you").waitFor();
    await bob.mouse.move(650, 230);
    await bob.waitForTimeout(200);
    await bob.screenshot({ path: "/tmp/shots/held-dark.png" });
    const other = await open("bob");
    await other.getByRole("button", { name: /Hold the best/ }).click();
    await other.getByText("you hold other").waitFor();
    await other.screenshot({ path: "/tmp/shots/active.png" });
    const ada = await open("ada");
    await ada.route(/seats\.reserve/, (r) => r.fulfill({ status: 400, body: "proxy" }));
    await ada.getByRole("button", { name: /Hold the best/ }).click();
    await ada.getByText("Unresolved").waitFor();
    await ada.context().setOffline(true);
    await ada.waitForTimeout(1500);
    await ada.screenshot({ path: "/tmp/shots/unknown-offline.png" });
    console.log(JSON.stringify(await consolePage(ada).breaches()));
    const poor = await open("ada", {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
      colorScheme: "dark",
    });
    await poor.getByLabel("Seats", { exact: true }).fill("50");
    for (const w of [server]) await w.as({ tenantId: 1, subject: "ada", role: "user" });
    await poor.route(/seats\.extend/, (r) => r.continue());
    await poor.getByRole("button", { name: /Hold the best/ }).click();
    await poor.getByText("Held for you").waitFor();
    await poor.getByRole("button", { name: "Stalls" }).tap();
    await poor.waitForTimeout(600);
    await poor.screenshot({ path: "/tmp/shots/phone-held.png" });
    await poor.route(/shows\.get/, (r) => r.fulfill({ status: 500, body: "x" }));
    await poor.reload();
    await poor.waitForTimeout(6000);
    await poor.screenshot({ path: "/tmp/shots/phone-failed.png" });
    const t = await bob.evaluate(async () => {
      const el = document.querySelector("[data-seat-map]") as HTMLElement;
      const b = el.getBoundingClientRect();
      const times: number[] = [];
      for (let i = 0; i < 30; i++) {
        const s = performance.now();
        el.dispatchEvent(
          new WheelEvent("wheel", {
            deltaY: i < 15 ? -20 : 20,
            clientX: b.x + 300,
            clientY: b.y + 300,
            bubbles: true,
            cancelable: true,
          }),
        );
        await new Promise((f) => requestAnimationFrame(() => setTimeout(f, 0)));
        times.push(Math.round(performance.now() - s));
      }
      return times;
    });
    console.log("frames", t.join(" "));
  } finally {
    await browser.close();
    await server.close();
  }
});
