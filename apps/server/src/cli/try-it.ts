import type { DemoWallet } from "../demo/seed.ts";

/** Three commands that show what this is: who I am, a payment, and the proof that nothing is off. */
export function tryIt(address: string, people: readonly DemoWallet[]): string[] {
  const walletOf = (name: string) => people.find((person) => person.name === name)?.walletId ?? "";
  const input = JSON.stringify({
    idempotencyKey: "my-first-boost",
    fromWalletId: walletOf("ada"),
    toWalletId: walletOf("bob"),
    amount: "50",
    message: "Great episode!",
  });
  return [
    "",
    "Try it in another terminal:",
    "",
    "  TOKEN=$(npx --yes pnpm --silent holdfast token --as ada)",
    "",
    `  curl -s ${address}/trpc/wallets.boost -H "authorization: Bearer $TOKEN" \\`,
    `    -H 'content-type: application/json' -d '${input}'`,
    "",
    "  npx --yes pnpm --silent holdfast verify",
    "",
    "Send the boost twice: the second answer is the first one, with replayed: true. Ctrl-C stops everything.",
    `The guide: ${address}/guide`,
  ];
}
