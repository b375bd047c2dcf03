import { dataOf } from "@holdfast/server/testing";
import postgres from "postgres";
import { expect, it } from "vitest";
import { beginConversation } from "../testing/chat-page.ts";
import { inConsole, type OwnConsole } from "../testing/in-console.ts";
import { walletOf } from "../testing/wallet-of.ts";

inConsole("the operations room", tryRoom);

function tryRoom(own: OwnConsole) {
  async function signIn(name: string, at = "/operations") {
    await own.page.goto(at);
    await own.page.getByRole("button", { name: new RegExp(`^${name}`) }).click();
    await own.page.getByRole("heading", { name: "Operations" }).waitFor();
  }
  const story = () => own.page.getByRole("list", { name: "What became of it" });
  const verify = () => own.page.getByRole("button", { name: /^Verify/ }).click();

  async function explain(text: string) {
    await own.page.getByLabel("Idempotency key or operation id").fill(text);
    await own.page.keyboard.press("Enter");
  }

  async function boost(idempotencyKey: string, amount: `${bigint}`) {
    const [ada, bob] = [await walletOf(own.server, "ada"), await walletOf(own.server, "bob")];
    const caller = await own.server.as({ tenantId: 1, subject: "ada", role: "user" });
    const wallets = { fromWalletId: ada.walletId, toWalletId: bob.walletId };
    return caller.mutate("boost", { idempotencyKey, ...wallets, amount, message: "well said" });
  }

  it("tells an admin what became of a key: who, what, the outcome and the rows", async () => {
    dataOf(await boost("told", "7"));
    await signIn("warden");
    await own.page.getByText("Every command leaves one operation").waitFor();
    expect(await own.ui.breaches()).toEqual([]);
    await explain("told");
    await story().getByText("wallets.boost").waitFor();
    const told = await story().textContent();
    for (const words of ["user:ada", "well said", "Confirmed", "Wrote 2 rows"]) expect(told).toContain(words);
    expect(await own.page.getByRole("region", { name: "Rows of entries" }).getByRole("row").count()).toBe(3);
    expect(await own.ui.breaches()).toEqual([]);

    // Its id leads to the same story, and the address can be given to somebody else.
    const id = await story().getAttribute("data-operation");
    await explain(id ?? "");
    await own.page.waitForURL(new RegExp(`of=${id}`));
    await story().getByText("wallets.boost").waitFor();
    await own.page.reload();
    await story().getByText("well said").first().waitFor();
  });

  it("tells of which answer a question is a part, and leads from one step to the next", async () => {
    const ada = { tenantId: 1, subject: "ada", role: "user" } as const;
    const talk = await beginConversation(own.server.db, ada);
    const message = { id: "q", role: "user", parts: [{ type: "text", text: "How much?" }] } as const;
    const { conversationId } = talk;
    const send = { kind: "conversations.send", idempotencyKey: "question", conversationId, message } as const;
    await own.server.db.execute(ada, send);
    await talk.say("That much.");
    await talk.end();
    await signIn("warden", "/operations?of=question");
    const steps = story().getByRole("listitem").filter({ hasText: "Part of" });
    await steps.getByText("conversations.send").waitFor();
    expect(await own.ui.breaches()).toEqual([]);
    await steps.getByRole("link", { name: "conversations.settle" }).click();
    await story().getByText("conversations.settle by service:model").waitFor();
  });

  it("tells a refusal with its reason, and a key that nobody used as such", async () => {
    await boost("refused", "999999999999");
    await signIn("warden");
    await explain("refused");
    await story().getByText("Refused: INSUFFICIENT_FUNDS").waitFor();
    await story().getByText("Wrote no row").waitFor();
    await explain("never-sent");
    await own.page.getByText("Nothing is recorded under this").waitFor();
    await own.page.getByRole("button", { name: "Explain" }).click();
    await explain("   ");
    await own.page.getByText("Enter a key or an id.").waitFor();
  });

  it("shows nothing of another caller's to a user, and nothing of another tenant's to anybody", async () => {
    dataOf(await boost("of-ada", "3"));
    for (const name of ["bob", "eve"]) {
      await signIn(name, "/operations?of=of-ada");
      await own.page.getByText("Nothing is recorded under this").waitFor();
      await own.page.evaluate(() => sessionStorage.clear());
    }
  });

  it("verifies for an admin: sound, and then a row that somebody changed by hand", async () => {
    await signIn("warden", "/operations");
    await verify();
    await own.page.locator("[data-verified=true]").getByText("Every invariant holds").waitFor();
    expect(await own.ui.breaches()).toEqual([]);
    const sql = postgres(own.server.databaseUrl, { max: 1, onnotice: () => {} });
    const { walletId } = await walletOf(own.server, "bob");
    await sql`update holdfast.wallets set credit_balance = credit_balance + 1 where id = ${walletId}`;
    await verify();
    await own.page.getByText("One row disagrees").waitFor();
    await own.page.getByRole("list", { name: "Rows that disagree" }).getByText(walletId).waitFor();
    expect(await own.ui.breaches()).toEqual([]);
    await sql`update holdfast.wallets set credit_balance = credit_balance - 1 where id = ${walletId}`;
    await sql.end();
  });

  it("refuses who is no admin, in words, and says when the server did not answer", async () => {
    await signIn("ada", "/operations");
    await own.page.getByText("Only an admin may verify").waitFor();
    expect(await own.page.getByRole("button", { name: /^Verify/ }).count()).toBe(0);
    await own.page.route(/operations\.explain/, (route) => route.fulfill({ status: 500, body: "{}" }));
    await explain("anything");
    await own.page.getByText("The operation could not be read").waitFor({ timeout: 30_000 });
    expect(await own.ui.breaches()).toEqual([]);
  });
}
