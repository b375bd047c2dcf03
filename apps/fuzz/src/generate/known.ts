/** What a caller has been told: ids, tokens and the like by the name of their field, for calls that reach what is there. */
export class Known {
  readonly #values = new Map<string, string[]>();

  /** Everything in an answer that a later call may name. */
  learn(value: unknown, field = ""): void {
    if (typeof value === "string") {
      if (/(Id|[tT]oken|Key)$/.test(field)) this.add(field, value);
    } else if (typeof value === "object" && value !== null) {
      for (const [name, member] of Object.entries(value))
        this.learn(member, Array.isArray(value) ? field : name);
    }
  }

  add(field: string, value: string): void {
    const values = this.#values.get(field) ?? [];
    this.#values.set(field, values);
    const before = values.indexOf(value);
    if (before !== -1) values.splice(before, 1);
    values.push(value);
    if (values.length > MAX_VALUES) values.shift();
  }

  /** All of it, whatever its field. */
  get values(): string[] {
    return [...this.#values.values()].flat();
  }

  /** Something that was told under this name, or, for "fromWalletId", under the name that it ends with. */
  pick(field: string, at: number): string | undefined {
    const values = this.#values.get(field) ?? this.#ending(field);
    return values?.[at % values.length];
  }

  #ending(field: string): readonly string[] | undefined {
    const lower = field.toLowerCase();
    for (const [name, values] of this.#values) if (lower.endsWith(name.toLowerCase())) return values;
    return undefined;
  }
}

const MAX_VALUES = 40;
