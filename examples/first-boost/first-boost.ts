/** Ada boosts bob. Needs `npx --yes pnpm start` running; `PORT` when it is not on 4000. */
import { createHoldfast } from "@holdfast/client";

const url = `http://127.0.0.1:${process.env["PORT"] ?? 4000}`;

interface Person {
  name: string;
  walletId: string;
}

const people = (await (await fetch(`${url}/demo/people`)).json()) as Person[];
const walletOf = (name: string): string => {
  const person = people.find((candidate) => candidate.name === name);
  if (person === undefined) throw new Error(`there is no demo person called ${name}`);
  return person.walletId;
};
const signIn = await fetch(`${url}/demo/sign-in`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ as: "ada" }),
});
const { token } = (await signIn.json()) as { token: string };

const holdfast = createHoldfast({ url, token });
const result = await holdfast.wallets.boost.safe({
  fromWalletId: walletOf("ada"),
  toWalletId: walletOf("bob"),
  amount: 50n,
  message: "great episode",
});

if (result.ok) console.log(`ada has ${result.data.available} sat left`);
else if (result.error.code === "INSUFFICIENT_FUNDS")
  console.log(`${result.error.details.shortfall} sat short`);
else console.log(result.error.message);
