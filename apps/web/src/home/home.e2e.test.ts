import { beforeEach, expect, it } from "vitest";
import { inConsole, type OwnConsole } from "../testing/in-console.ts";
import { walletOf } from "../testing/wallet-of.ts";

inConsole("the home page", tryPage);

function tryPage(own: OwnConsole) {
  beforeEach(async () => {
    await own.page.goto("/");
    await own.page.getByRole("button", { name: /^ada/ }).click();
    await own.page.getByRole("heading", { name: "Holdfast never loses an update" }).waitFor();
  });

  const count = (name: string) =>
    own.page.locator("dl > div", { has: own.page.locator("dt", { hasText: name }) }).locator("dd");

  it("leads with one click to a wallet, to the house of a show and to conversations", async () => {
    await own.page.getByRole("link", { name: "Send a first boost" }).click();
    await own.page.getByRole("button", { name: "Boost" }).waitFor();
    await own.page.getByRole("link", { name: "Holdfast, home" }).click();
    await own.page.getByText("The Tempest, 4,984 of 4,984 free").waitFor();
    await own.page.getByRole("link", { name: "Race for a seat" }).click();
    await own.page.locator("[data-seat-map]").waitFor();
    await own.page.getByRole("link", { name: "Holdfast, home" }).click();
    await own.page.getByRole("link", { name: "Write from two tabs" }).click();
    await own.page.getByRole("heading", { name: "Conversations" }).waitFor();
  });

  it("counts a refusal by itself", async () => {
    await own.page.getByText("Everything works").waitFor();
    await own.page.getByText("live", { exact: true }).waitFor();
    await expect.poll(() => count("Refused").textContent()).toMatch(/^\d+$/);
    const before = Number(await count("Refused").textContent());
    const [ada, bob] = [await walletOf(own.server, "ada"), await walletOf(own.server, "bob")];
    const caller = await own.server.as({ tenantId: 1, subject: "ada", role: "user" });
    const wallets = { fromWalletId: ada.walletId, toWalletId: bob.walletId };
    await caller.mutate("boost", { idempotencyKey: "too much", ...wallets, amount: `${10n ** 15n}` });
    await count("Refused")
      .filter({ hasText: String(before + 1) })
      .waitFor();
  });

  it("says what is wrong: the database, the server, the network", async () => {
    await own.page.getByText("Everything works").waitFor();
    await own.page.route("/readyz", (route) =>
      route.fulfill({ status: 503, json: { status: "database unreachable" } }),
    );
    await own.page.getByText("The database can’t be reached").waitFor();
    await own.page.unrouteAll();
    await own.page.route("/readyz", (route) => route.abort());
    await own.page.getByText("The server does not answer").waitFor();
    await own.page.unrouteAll();
    await own.context.setOffline(true);
    await own.page.getByText("You are offline").waitFor();
    await own.context.setOffline(false);
    await own.page.getByText("Everything works").waitFor();
  });

  it("opens the person's menu when it is asked for, and leads out by keyboard", async () => {
    const person = own.page.getByRole("button", { name: /theme and sign out/ }).last();
    await person.focus();
    await own.page.keyboard.press("Enter");
    await own.page.getByRole("menuitemradio", { name: "Dark" }).waitFor();
    await own.page.keyboard.press("Escape");
    await own.page.getByRole("menu").waitFor({ state: "detached" });
    expect(await person.evaluate((button) => button === document.activeElement)).toBe(true);
    await own.page.keyboard.press("Enter");
    await own.page.getByRole("menuitem", { name: "Sign out" }).press("Enter");
    await own.page.getByText("You have signed out").waitFor();
  });
}
