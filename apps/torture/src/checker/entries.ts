import type { Story } from "./case.ts";
import { linesOf, rowLine } from "./evidence.ts";
import { groupBy } from "./group-by.ts";
import type { Move } from "./model.ts";
import type { EntryRow } from "./tables.ts";
import type { Findings } from "./violation.ts";

/**
 * Whether an operation's entries are the moves that it means, wallet by wallet and in order. The same moves several
 * times over are a doubled effect (I3); anything else is an operation that is not whole (I6).
 */
export function checkEntries(
  { operation, askers }: Story,
  moves: readonly Move[],
  written: ReadonlyMap<string, readonly EntryRow[]>,
  findings: Findings,
): boolean {
  const meant = groupBy(moves, ({ walletId }) => walletId);
  for (const walletId of new Set([...meant.keys(), ...written.keys()])) {
    const [expected, actual] = [meant.get(walletId) ?? [], written.get(walletId) ?? []];
    if (expected.length === actual.length && isRepeatOf(expected, actual)) continue;
    const twice = actual.length > expected.length && expected.length > 0 && isRepeatOf(expected, actual);
    const rule = twice ? "an effect more than once" : "an operation whose entries are not what it means";
    const detail = `${operation.kind} ${operation.id} on wallet ${walletId}: ${inWords(actual)} instead of ${inWords(expected)}`;
    findings.add(twice ? "I3" : "I6", rule, detail, () => [
      ...linesOf(askers),
      rowLine("operations", operation),
      ...[...written.values()].flat().map((entry) => rowLine("entries", entry)),
    ]);
    return false;
  }
  return true;
}

type Change = Pick<Move, "amount" | "heldChange">;

function isRepeatOf(expected: readonly Change[], actual: readonly Change[]): boolean {
  return actual.every(({ amount, heldChange }, at) => {
    const move = expected[at % expected.length];
    return move !== undefined && move.amount === amount && move.heldChange === heldChange;
  });
}

function inWords(changes: readonly Change[]): string {
  if (changes.length === 0) return "nothing";
  return changes
    .map(({ amount, heldChange }) => (heldChange === 0n ? `${amount}` : `${amount} and ${heldChange} held`))
    .join(", then ");
}
