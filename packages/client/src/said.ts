import type { Part, Step } from "@holdfast/db";

/**
 * The parts of an answer after some more of it was said, as `changes.watch` tells it. Text that goes on where there is none begins
 * a text part; a part beyond the end comes at the end. It never fails: whoever watches can always show what was said.
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
