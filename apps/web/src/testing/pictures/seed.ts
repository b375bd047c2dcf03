import { createHoldfast } from "@holdfast/client";

interface Person {
  readonly name: string;
  readonly walletId: string;
}

/** Some minutes of life between the demo people, through the API as everybody's: something for the pictures to show. */
export async function seed(url: string): Promise<void> {
  const people = (await (await fetch(`${url}/demo/people`)).json()) as Person[];
  const walletOf = (name: string) => people.find((person) => person.name === name)?.walletId ?? "";
  const as = async (name: string) => {
    const signIn = await fetch(`${url}/demo/sign-in`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ as: name }),
    });
    const { token } = (await signIn.json()) as { token: string };
    return createHoldfast({ url, token });
  };
  const [ada, bob] = [await as("ada"), await as("bob")];
  const [fromAda, fromBob] = [walletOf("ada"), walletOf("bob")];
  const toBob = { fromWalletId: fromAda, toWalletId: fromBob };
  const toAda = { fromWalletId: fromBob, toWalletId: fromAda };
  const episodeTitle = "Locks, and what they are for";

  await ada.wallets.boost({ ...toBob, amount: 2100n, message: "Great episode", episodeTitle });
  await bob.wallets.boost({ ...toAda, amount: 500n, message: "Thank you!" });
  for (const minute of [1, 2, 3]) {
    const tick = { ...toBob, amount: 10n, sessionId: "evening", minute, episodeTitle };
    await ada.wallets.stream(tick);
  }
  const { holdId } = await ada.wallets.hold({ walletId: fromAda, amount: 12_000n, expiresInSeconds: 900 });
  await ada.wallets.capture({ holdId, amount: 9000n, toWalletId: walletOf("organiser"), final: true });
  await ada.wallets.hold({ walletId: fromAda, amount: 5500n, expiresInSeconds: 900 });
  await ada.wallets.debit({ walletId: fromAda, amount: 250n, memo: "Transcript" });
}
