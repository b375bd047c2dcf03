type Part = Readonly<Record<string, unknown>>;

/**
 * What an answer's steps add up to: text goes on where it is, or begins a part; a part is there, or is replaced; what would
 * be beyond the end comes at the end.
 */
export function addUp(steps: readonly unknown[]): Part[] {
  const parts: Part[] = [];
  for (const step of steps as readonly { at: number; append?: string; part?: Part }[]) {
    const at = Math.min(step.at, parts.length);
    if (step.part !== undefined) parts[at] = step.part;
    else {
      const so = parts[at] ?? { type: "text" };
      parts[at] = { ...so, text: `${so["text"] ?? ""}${step.append}` };
    }
  }
  return parts;
}
