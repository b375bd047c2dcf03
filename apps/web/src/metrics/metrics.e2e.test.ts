import { dataOf } from "@holdfast/server/testing";
import { beforeEach, expect, it } from "vitest";
import { inConsole, type OwnConsole } from "../testing/in-console.ts";
import { walletOf } from "../testing/wallet-of.ts";

const METRICS = /\/metrics$/;

inConsole("the metrics room", tryRoom);

function tryRoom(own: OwnConsole) {
  beforeEach(async () => {
    await own.ui.signIn("ada");
  });

  const enter = () => own.page.getByRole("link", { name: "Metrics" }).click();
  const now = (figure: string) => own.page.locator(`tr[data-figure=${figure}] [data-now]`);

  let boosts = 0;
  async function boost(amount: `${bigint}`) {
    const [ada, bob] = [await walletOf(own.server, "ada"), await walletOf(own.server, "bob")];
    const caller = await own.server.as({ tenantId: 1, subject: "ada", role: "user" });
    const idempotencyKey = `metrics-${boosts++}`;
    const wallets = { fromWalletId: ada.walletId, toWalletId: bob.walletId };
    return caller.mutate("boost", { idempotencyKey, ...wallets, amount });
  }

  it("shows plots, and figures that move when somebody boosts and is refused", async () => {
    await enter();
    await own.page.getByText("Send a boost").waitFor();
    await now("confirmedPerSecond").getByText("0", { exact: true }).waitFor();
    expect(await own.page.locator("[data-plot] canvas").count()).toBe(5);
    expect(await own.ui.breaches()).toEqual([]);

    dataOf(await boost("10"));
    await boost("999999999");
    for (const figure of ["confirmedPerSecond", "refusedPerSecond", "callP99", "lockP99", "batchMean"]) {
      await expect.poll(() => now(figure).textContent(), { timeout: 15_000 }).toMatch(/[1-9]/);
    }
    expect(await now("failedPerSecond").textContent()).toBe("0");
    expect(await own.page.getByText("Send a boost").count()).toBe(0);

    // By keyboard, one moment back: the figures are those of then.
    await own.page.getByRole("slider", { name: /^Calls/ }).focus();
    await own.page.keyboard.press("Home");
    const calls = own.page.getByRole("table", { name: /^Calls/ });
    expect(await calls.getByRole("columnheader").nth(1).textContent()).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(await now("confirmedPerSecond").textContent()).toContain("none");
    await own.page.keyboard.press("Escape");
    await calls.getByRole("columnheader", { name: "now" }).waitFor();
  });

  it("asks nothing while the tab is hidden, and goes on when it is seen again", async () => {
    await own.page.clock.install();
    let asked = 0;
    own.page.on("request", (request) => {
      if (METRICS.test(request.url())) asked++;
    });
    await enter();
    await now("confirmedPerSecond").waitFor();
    const readMore = async () => {
      const before = asked;
      await expect
        .poll(() => own.page.clock.runFor(500).then(() => asked), { timeout: 15_000 })
        .toBeGreaterThan(before);
    };
    await readMore();
    await setVisibility("hidden");
    await own.page.clock.runFor(500);
    const before = asked;
    await own.page.clock.runFor(60_000);
    expect(asked).toBe(before);
    await setVisibility("visible");
    await readMore();
  });

  it("says what is wrong: closed by a proxy at first, or gone silent later", async () => {
    await own.page.route(METRICS, (route) => route.fulfill({ status: 403, body: "forbidden" }));
    await enter();
    await own.page.getByText("/metrics is closed to this page (403)").waitFor();
    expect(await own.ui.breaches()).toEqual([]);
    // While it is closed: once it is open, the page reads it by itself, and the button is gone.
    await own.page.getByRole("button", { name: "Try again" }).click();
    await own.page.unroute(METRICS);
    await now("confirmedPerSecond").getByText("0", { exact: true }).waitFor();
    await own.page.route(METRICS, (route) => route.abort());
    await own.page.getByText(/The server did not answer.*Figures as of/).waitFor();
    expect(await now("confirmedPerSecond").textContent()).toBe("0");
  });

  function setVisibility(state: "hidden" | "visible") {
    return own.page.evaluate((value) => {
      Object.defineProperty(document, "visibilityState", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }, state);
  }
}
