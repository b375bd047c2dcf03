import type { Case, Story } from "./case.ts";
import { linesOf, rowLine } from "./evidence.ts";
import type { Past } from "./past.ts";
import type { Findings } from "./violation.ts";

/**
 * One order of all operations that agrees with the versions of every wallet and show. There is none when two operations came
 * before each other, each on another of them (I6: then neither was one whole step).
 */
export function inOneOrder(
  one: Case,
  { openings }: Past,
  stories: readonly Story[],
  findings: Findings,
): Story[] {
  const nodes = new Map(stories.map((story) => [story.operation.id, story]));
  const after = new Map<string, string[]>();
  const waitingFor = new Map<string, number>();
  const link = (from: string, to: string): void => {
    const followers = after.get(from);
    if (followers === undefined) after.set(from, [to]);
    else followers.push(to);
    waitingFor.set(to, (waitingFor.get(to) ?? 0) + 1);
  };
  for (const [id, line] of one.lines) {
    let before = openings.get(id)?.story?.operation.id;
    for (const { operationId } of line) {
      if (operationId === before || !nodes.has(operationId)) continue;
      if (before !== undefined) link(before, operationId);
      before = operationId;
    }
  }
  const ordered = stories.filter(({ operation }) => !waitingFor.has(operation.id));
  for (const { operation } of ordered) {
    for (const follower of after.get(operation.id) ?? []) {
      const left = (waitingFor.get(follower) ?? 0) - 1;
      waitingFor.set(follower, left);
      const story = nodes.get(follower);
      if (left === 0 && story !== undefined) ordered.push(story);
    }
  }
  if (ordered.length === stories.length) return ordered;
  const placed = new Set(ordered);
  const rest = stories.filter((story) => !placed.has(story));
  reportCircle(one, rest, after, findings);
  return [...ordered, ...rest.sort((a, b) => a.operation.createdAtMs - b.operation.createdAtMs)];
}

/** Walks backwards among what could not be placed, where everything has something before it, until it meets itself. */
function reportCircle(
  { entriesByOperation, changesByOperation }: Case,
  rest: readonly Story[],
  after: ReadonlyMap<string, readonly string[]>,
  findings: Findings,
): void {
  const ids = new Map(rest.map((story) => [story.operation.id, story]));
  const before = new Map<string, string>();
  for (const id of ids.keys()) for (const follower of after.get(id) ?? []) before.set(follower, id);
  const path: string[] = [];
  for (let at = rest[0]?.operation.id; at !== undefined; at = before.get(at)) {
    const start = path.indexOf(at);
    if (start >= 0) {
      const circle = path.slice(start);
      findings.add("I6", "operations that came before each other", circle.join(" < "), () =>
        circle.flatMap((id) => [
          ...linesOf(ids.get(id)?.askers ?? []),
          ...(entriesByOperation.get(id) ?? []).map((entry) => rowLine("entries", entry)),
          ...(changesByOperation.get(id) ?? []).map((change) => rowLine("show_changes", change)),
        ]),
      );
      return;
    }
    path.push(at);
  }
}
