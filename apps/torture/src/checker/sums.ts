import type { Account, Case } from "./case.ts";
import { rowLine } from "./evidence.ts";
import type { EntryRow } from "./tables.ts";
import type { Findings } from "./violation.ts";

/** I5 and the arithmetic half of I4: each wallet's own rows, looked at without asking what caused them. */
export function checkSums({ accounts, doubles }: Case, findings: Findings): void {
  for (const row of doubles) findings.add("I5", "two rows have one id", row.id, () => [rowLine("row", row)]);
  for (const account of accounts.values()) {
    account.sound = followsFromItsEntries(account, findings);
    keepsItsMinimum(account, findings);
  }
}

function followsFromItsEntries({ id, row, entries }: Account, findings: Findings): boolean {
  let [version, balance, held] = [0n, 0n, 0n];
  let before: EntryRow | undefined;
  for (const entry of entries) {
    const around = [before, entry];
    const evidence = () => around.filter((one) => one !== undefined).map((one) => rowLine("entries", one));
    version += 1n;
    balance += entry.amount;
    held += entry.heldChange;
    if (entry.version !== version) {
      const detail = `wallet ${id} has version ${entry.version} where ${version} should be`;
      findings.add("I5", "versions have a gap or a double", detail, evidence);
      return false;
    }
    if (entry.balanceAfter !== balance || entry.heldAfter !== held) {
      const detail = `wallet ${id} at version ${version}: the sums are ${balance} and ${held}`;
      findings.add("I5", "an entry is not the sum of those up to it", detail, evidence);
      return false;
    }
    before = entry;
  }
  const evidence = () => [rowLine("wallets", row), rowLine("entries", entries.at(-1))];
  if (row === undefined) {
    findings.add("I5", "entries of a wallet that is not there", id, evidence);
    return false;
  }
  if (row.version === version && row.balance === balance && row.held === held) return true;
  const detail = `wallet ${id}: the sums are ${balance} and ${held} at version ${version}`;
  findings.add("I5", "a wallet is not the sum of its entries", detail, evidence);
  return false;
}

function keepsItsMinimum({ id, row, entries }: Account, findings: Findings): void {
  if (row === undefined) return;
  for (const entry of entries) {
    if (entry.heldAfter >= 0n && entry.balanceAfter - entry.heldAfter >= row.minBalance) continue;
    const detail = `wallet ${id} at version ${entry.version}: the minimum is ${row.minBalance}`;
    findings.add("I4", "balance or held broke its limit", detail, () => [
      rowLine("entries", entry),
      rowLine("wallets", row),
    ]);
  }
}
