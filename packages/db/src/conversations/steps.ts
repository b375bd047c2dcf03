import { z } from "zod";
import { type Part, part } from "./message.ts";

/** What an answer is made of while it is being said: text that goes on, or a part that is there or is replaced. */
export type Step =
  | { readonly at: number; readonly append: string }
  | { readonly at: number; readonly part: Part };

const at = z.int().min(0).max(999);

export const step: z.ZodType<Step> = z.union([
  z.strictObject({ at, append: z.string().min(1).max(100_000) }),
  z.strictObject({ at, part }),
]);

/**
 * The parts after some steps. Text that goes on where there is none begins a text part; a part beyond the end comes at the end.
 * It never fails: whoever watches can always show what was said.
 */
export function afterSteps(parts: readonly Part[], steps: readonly Step[]): Part[] {
  const after = [...parts];
  for (const step of steps) {
    const index = Math.min(step.at, after.length);
    if ("part" in step) {
      after[index] = step.part;
      continue;
    }
    const before = after[index];
    const said = typeof before?.["text"] === "string" ? before["text"] : "";
    after[index] = { ...(before ?? { type: "text" }), text: said + step.append };
  }
  return after;
}
