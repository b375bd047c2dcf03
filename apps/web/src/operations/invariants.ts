/** The invariants that `verify` checks, in the words of docs/reliability.md as far as a page has room. */
const words: Readonly<Record<string, string>> = {
  I1: "Every row belongs to an operation, and every operation is as it was recorded",
  I4: "No wallet is below its minimum, and what is held adds up",
  I5: "Versions have no gaps, and figures are the sums of their histories",
  I6: "Every transfer and every purchase moved exactly what it says",
  I7: "Every seat is what its history says",
  I8: "Every conversation is whole and in its order",
};

export function invariantWords(invariant: string): string {
  return words[invariant] ?? "An invariant of a feature of your own";
}
