import type { Books } from "./books.ts";
import type { Case } from "./case.ts";
import { linesOf, rowLine } from "./evidence.ts";
import type { Past } from "./past.ts";
import { checkTotals } from "./totals.ts";
import type { Findings } from "./violation.ts";

/** After the replay: wallets, holds and entries are those that the operations made, no fewer and no more. */
export function checkRemains(one: Case, past: Past, books: Books, findings: Findings): void {
  checkWallets(one, past, findings);
  checkHolds(one, past, books, findings);
  checkEntriesHaveOperations(one, findings);
  checkTotals(one, past, findings);
}

function checkWallets({ accounts }: Case, { openings }: Past, findings: Findings): void {
  for (const [id, { purse, story }] of openings) {
    const row = accounts.get(id)?.row;
    const evidence = () => [...linesOf(story?.askers ?? []), rowLine("wallets", row)];
    if (story === undefined) findings.add("I2", "a wallet that nobody opened", id, evidence);
    else if (row === undefined) findings.add("I6", "a wallet that was opened and is not there", id, evidence);
    else if (
      row.ownerId !== purse.ownerId ||
      row.currency !== purse.currency ||
      row.minBalance !== purse.minimum
    ) {
      findings.add("I5", "a wallet is not as it was opened", id, evidence);
    }
  }
}

function checkHolds({ holds }: Case, { lives }: Past, books: Books, findings: Findings): void {
  for (const [id, { placed, story }] of lives) {
    const row = holds.get(id);
    const evidence = () => [
      ...linesOf(story.askers),
      rowLine("operations", story.operation),
      rowLine("holds", row),
    ];
    if (row === undefined) {
      findings.add("I6", "a hold that was placed and is not there", id, evidence);
      continue;
    }
    const { status, captured } = books.hold(id) ?? placed;
    const fits =
      row.walletId === placed.walletId &&
      row.operationId === story.operation.id &&
      row.amount === placed.amount &&
      row.expiresAtMs === placed.expiresAtMs &&
      row.status === status &&
      row.captured === captured;
    if (!fits) findings.add("I5", "a hold is not as its operations left it", id, evidence);
  }
  for (const [id, row] of holds) {
    if (!lives.has(id)) findings.add("I2", "a hold that nobody placed", id, () => [rowLine("holds", row)]);
  }
}

function checkEntriesHaveOperations({ operations, entriesByOperation }: Case, findings: Findings): void {
  for (const [operationId, entries] of entriesByOperation) {
    const story = operations.get(operationId);
    if (story?.operation.outcome.ok) continue;
    const rule =
      story === undefined ? "entries that no operation explains" : "refused, and yet it moved credit";
    findings.add("I2", rule, operationId, () => [
      ...linesOf(story?.askers ?? []),
      rowLine("operations", story?.operation),
      ...entries.map((entry) => rowLine("entries", entry)),
    ]);
  }
}
