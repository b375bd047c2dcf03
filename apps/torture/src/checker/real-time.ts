import type { Case, Story } from "./case.ts";
import { linesOf, rowLine } from "./evidence.ts";
import type { EntryRow } from "./tables.ts";
import type { Findings } from "./violation.ts";

/**
 * I9 for writes: what was answered before another call was sent has the lower version. One walk from the newest entry to
 * the oldest, remembering which of the newer ones was answered first, finds every wallet's offenders.
 */
export function checkRealTime({ accounts, operations }: Case, findings: Findings): void {
  for (const { id, entries } of accounts.values()) {
    let answeredFirst: { story: Story; entry: EntryRow } | undefined;
    for (const entry of entries.toReversed()) {
      const story = operations.get(entry.operationId);
      if (story === undefined) continue;
      const newer = answeredFirst;
      if (newer !== undefined && newer.story.toldMs < story.firstSentMs) {
        const detail = `wallet ${id}: version ${newer.entry.version} was answered before version ${entry.version} was sent`;
        findings.add("I9", "the order of versions is not the order of time", detail, () => [
          ...linesOf([...newer.story.askers, ...story.askers]),
          rowLine("entries", newer.entry),
          rowLine("entries", entry),
        ]);
      }
      if (newer === undefined || story.toldMs < newer.story.toldMs) answeredFirst = { story, entry };
    }
  }
}
