import { dataOf, type TestServer } from "@holdfast/server/testing";

/** What the server holds for a person of the demo, whatever the screen says. */
export async function walletOf(server: TestServer, name: string) {
  const caller = await server.as({ tenantId: 1, subject: name, role: "user" });
  const [wallet] = dataOf(await caller.query("mine", {}));
  if (!wallet) throw new Error(`${name} has no wallet`);
  const { entries } = dataOf(await caller.query("history", { walletId: wallet.walletId }));
  return { ...wallet, entries };
}

/** As the console writes it. */
export function onScreen(amount: bigint | string, unit = "sat"): string {
  return `${new Intl.NumberFormat("en").format(BigInt(amount))} ${unit}`;
}
