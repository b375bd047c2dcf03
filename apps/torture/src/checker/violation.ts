/** The invariants of docs/reliability.md that a run can break. */
export type Invariant =
  | ("I1" | "I2" | "I3" | "I4" | "I5" | "I6" | "I7" | "I8" | "I9" | "I10" | "I11" | "I12")
  | "I13";

export interface Violation {
  readonly invariant: Invariant;
  readonly message: string;
  /** The history lines and the rows that show it. */
  readonly evidence: string[];
}

/** One bug breaks a rule thousands of times; the first few show it as well as all of them. */
const MAX_A_RULE = 20;

/** Collects violations. Evidence is a function, because putting lines into words is only worth it for those kept. */
export class Findings {
  readonly #rules = new Map<string, { invariant: Invariant; kept: Violation[]; more: number }>();

  /** `rule` says what is wrong and is the same each time; `detail` says where. */
  add(invariant: Invariant, rule: string, detail: string, evidence: () => string[]): void {
    const name = `${invariant} ${rule}`;
    let found = this.#rules.get(name);
    if (found === undefined) {
      found = { invariant, kept: [], more: 0 };
      this.#rules.set(name, found);
    }
    if (found.kept.length >= MAX_A_RULE) found.more++;
    else found.kept.push({ invariant, message: `${rule}: ${detail}`, evidence: evidence() });
  }

  /** Whether anything was found that breaks one of these. */
  has(...invariants: readonly Invariant[]): boolean {
    return [...this.#rules.values()].some(({ invariant }) => invariants.includes(invariant));
  }

  violations(): Violation[] {
    return [...this.#rules].flatMap(([name, { invariant, kept, more }]) => [
      ...kept,
      ...(more === 0
        ? []
        : [{ invariant, message: `${name.slice(invariant.length + 1)}: and ${more} more`, evidence: [] }]),
    ]);
  }
}
