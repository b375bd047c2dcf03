import type { Case } from "./case.ts";
import { groupBy } from "./group-by.ts";
import { type Past, successes } from "./past.ts";
import { textIn } from "./steps.ts";
import type { Findings } from "./violation.ts";

/** Credit that came in (positive) or went out (negative), by the word of the operation that did it. */
interface Flow {
  readonly walletId: string;
  readonly amount: bigint;
}

/**
 * Everything = what came in − what went out, one currency at a time, from what the commands say and without the model.
 * What breaks this breaks a narrower rule too, unless the model itself is wrong; so it is told when nothing else is.
 */
export function checkTotals(one: Case, { openings }: Past, findings: Findings): void {
  if (findings.has("I2", "I3", "I4", "I5", "I6")) return;
  const currencyOf = (walletId: string): string => openings.get(walletId)?.purse.currency ?? "";
  const sumUp = (flows: readonly Flow[]): Map<string, bigint> => {
    const sums = new Map<string, bigint>();
    for (const { walletId, amount } of flows) {
      const currency = currencyOf(walletId);
      sums.set(currency, (sums.get(currency) ?? 0n) + amount);
    }
    return sums;
  };
  const balances = [...one.accounts.values()].map(({ id, row }) => ({
    walletId: id,
    amount: row?.balance ?? 0n,
  }));
  const [there, flowed] = [sumUp(balances), sumUp(flowsOf(one))];
  for (const currency of new Set([...there.keys(), ...flowed.keys()])) {
    const [is, should] = [there.get(currency) ?? 0n, flowed.get(currency) ?? 0n];
    if (is === should) continue;
    const detail = `tenant ${one.tenantId} has ${is} ${currency}; ${should} came in and did not go out`;
    findings.add("I6", "credit appeared or vanished", detail, () => []);
  }
}

function flowsOf(one: Case): Flow[] {
  const flows: Flow[] = [];
  const captures: {
    walletId: string;
    holdId: string;
    version: number;
    captured: bigint;
    outside: boolean;
  }[] = [];
  for (const { taken } of successes(one)) {
    for (const { step, result } of taken ?? []) {
      if (!result.ok) continue;
      const walletId = textIn(result.data, "walletId") ?? "";
      const amount = BigInt(textIn(step, "amount") ?? "0");
      if (step.kind === "credit") flows.push({ walletId, amount });
      if (step.kind === "debit") flows.push({ walletId, amount: -amount });
      if (step.kind !== "capture") continue;
      const captured = BigInt(textIn(result.data, "captured") ?? "0");
      const [holdId, version] = [textIn(step, "holdId") ?? "", Number(result.data["version"])];
      captures.push({ walletId, holdId, version, captured, outside: !("toWalletId" in step) });
    }
  }
  // A capture answers what was taken so far, so each took what the one before it had not.
  for (const ofHold of groupBy(captures, ({ holdId }) => holdId).values()) {
    let before = 0n;
    for (const { walletId, captured, outside } of ofHold.sort((a, b) => a.version - b.version)) {
      if (outside) flows.push({ walletId, amount: before - captured });
      before = captured;
    }
  }
  return flows;
}
