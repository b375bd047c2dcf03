import { beforeEach, expect, it } from "vitest";
import { BOOST_CALLS, keyOf } from "../testing/console-page.ts";
import { inConsole, type OwnConsole } from "../testing/in-console.ts";
import { onScreen, walletOf } from "../testing/wallet-of.ts";

inConsole("the developer's drawer", tryDrawer);

function tryDrawer(own: OwnConsole) {
  beforeEach(async () => {
    await own.ui.signIn("ada");
  });

  const drawer = () => own.page.getByRole("region", { name: "Developer’s drawer" });
  const attempts = () => drawer().locator("[data-call='wallets.boost']").first().locator("[data-attempt]");
  const set = (fault: "drop" | "delay" | "duplicate", when: "Off" | "Next" | "Every") =>
    drawer().locator(`[data-fault=${fault}]`).getByText(when, { exact: true }).click();

  async function open() {
    await own.page.getByRole("button", { name: "Developer" }).click();
    await drawer().waitFor();
  }

  /** How often a boost with this message was paid. */
  async function paid(message: string) {
    const { entries } = await walletOf(own.server, "bob");
    return entries.filter((entry) => entry.message === message).length;
  }

  it("drops one answer: the client asks again with the same key, and the drawer shows that it was safe", async () => {
    await open();
    await set("drop", "Next");
    await own.ui.fillBoost("bob", "20", "answer dropped once");
    await own.ui.boostButton().click();
    await own.ui.outcome("confirmed").waitFor();
    await attempts().nth(1).waitFor();
    expect(await attempts().nth(0).textContent()).toMatch(
      /OK 200, not heard.*answer dropped.*replayed: false/,
    );
    expect(await attempts().nth(1).textContent()).toMatch(/OK 200.*replayed: true/);
    expect(await paid("answer dropped once")).toBe(1);
    expect(await own.ui.breaches()).toEqual([]);
  });

  it("with the answer to a boost dropped and the page reloaded, the balance is right and the boost is shown once", async () => {
    const ada = await walletOf(own.server, "ada");
    await open();
    await set("drop", "Every");
    const keys = new Set<string | undefined>();
    own.page.on("request", (request) => {
      if (BOOST_CALLS.test(request.url())) keys.add(keyOf(request));
    });
    await own.ui.fillBoost("bob", "50", "across a reload");
    await own.ui.boostButton().click();
    await attempts().first().getByText("not heard").waitFor();
    await own.ui.outcome("pending").waitFor();

    await own.page.reload();
    await own.ui.outcome("confirmed").waitFor();
    expect(keys.size).toBe(1);
    await drawer()
      .getByText(/attempts, one key: done once, told again/)
      .waitFor();
    expect(await attempts().last().textContent()).toMatch(/OK 200.*replayed: true/);

    const after = await walletOf(own.server, "ada");
    expect(after.balance).toBe(String(BigInt(ada.balance) - 50n));
    expect(await own.ui.figure("balance").textContent()).toBe(onScreen(after.balance));
    expect(await own.page.locator("tr[data-version]").filter({ hasText: "across a reload" }).count()).toBe(1);
    expect(await paid("across a reload")).toBe(1);
  });

  it("sends a boost twice, and it is paid once", async () => {
    await open();
    await set("duplicate", "Next");
    await own.ui.fillBoost("bob", "30", "sent twice");
    await own.ui.boostButton().click();
    await own.ui.outcome("confirmed").waitFor();
    await expect
      .poll(async () =>
        (await attempts().allTextContents()).map((text) => /replayed: (?:true|false)/.exec(text)?.[0]).sort(),
      )
      .toEqual(["replayed: false", "replayed: true"]);
    expect(await paid("sent twice")).toBe(1);
  });

  it("cuts the feed and every request, and all goes on by itself when it reconnects", async () => {
    await own.ui.freshness("Live").waitFor();
    await open();
    await own.page.getByRole("button", { name: "Disconnect" }).click();
    await own.ui.freshness("The server does not answer").waitFor();
    await own.ui.fillBoost("bob", "40", "while disconnected");
    await own.ui.boostButton().click();
    await attempts().first().getByText("no answer").waitFor();
    expect(await paid("while disconnected")).toBe(0);

    // Closed, it still says that it makes failures.
    await own.page.keyboard.press("F9");
    await drawer().waitFor({ state: "detached" });
    await own.page.getByRole("button", { name: "Faults are on" }).waitFor();
    await own.page.keyboard.press("F9");
    await own.page.getByRole("button", { name: "Reconnect" }).click();
    await own.ui.outcome("confirmed").waitFor();
    await own.ui.freshness("Live").waitFor();
    expect(await paid("while disconnected")).toBe(1);
  });

  it("opens and closes by keyboard, gives the focus back, and leaves the wire when it is closed", async () => {
    await own.page.getByLabel("Amount", { exact: true }).focus();
    await own.page.keyboard.press("F9");
    await drawer().waitFor();
    expect(await drawer().evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await own.ui.breaches()).toEqual([]);
    await own.page.keyboard.press("Escape");
    await drawer().waitFor({ state: "detached" });
    const focused = await own.page.evaluate(() => document.activeElement?.getAttribute("name"));
    expect(focused).toBe("amount");
    await own.ui.fillBoost("bob", "10", "nobody listens");
    await own.ui.boostButton().click();
    await own.ui.outcome("confirmed").waitFor();
    await own.page.keyboard.press("F9");
    await drawer().waitFor();
    expect(await drawer().getByText("wallets.boost").count()).toBe(0);
  });
}
