import type { Case, Story } from "./case.ts";
import { linesOf, rowLine } from "./evidence.ts";
import type { Timeline } from "./shows/timeline.ts";
import type { Findings } from "./violation.ts";

/** A write in the order of its wallet's or its show's versions. */
interface Written {
  readonly version: bigint | number;
  readonly story: Story;
  readonly line: () => string;
}

/** I9 for writes: what was answered before another call was sent comes first in the versions of a wallet or a show. */
export function checkRealTime(
  { accounts, operations, stages }: Case,
  timelines: ReadonlyMap<string, Timeline>,
  findings: Findings,
): void {
  for (const { id, entries } of accounts.values()) {
    const writes = entries.flatMap((entry): Written[] => {
      const story = operations.get(entry.operationId);
      const line = () => rowLine("entries", entry);
      return story === undefined ? [] : [{ version: entry.version, story, line }];
    });
    checkOrder(`wallet ${id}`, writes, findings);
  }
  for (const [id, { scenes }] of timelines) {
    if (stages.get(id)?.sound !== true) continue;
    const writes = scenes.map(({ version, story }) => {
      return { version, story, line: () => rowLine("operations", story.operation) };
    });
    checkOrder(`show ${id}`, writes, findings);
    checkClock(`show ${id}`, writes, findings);
  }
}

/**
 * One walk from the newest write to the oldest, remembering which of the newer ones was answered first, finds every
 * offender.
 */
function checkOrder(name: string, writes: readonly Written[], findings: Findings): void {
  let answeredFirst: Written | undefined;
  for (const write of writes.toReversed()) {
    const newer = answeredFirst;
    if (newer !== undefined && newer.story.toldMs < write.story.firstSentMs) {
      const detail = `${name}: version ${newer.version} was answered before version ${write.version} was sent`;
      findings.add("I9", "the order of versions is not the order of time", detail, () => [
        ...linesOf([...newer.story.askers, ...write.story.askers]),
        newer.line(),
        write.line(),
      ]);
    }
    if (newer === undefined || write.story.toldMs < newer.story.toldMs) answeredFirst = write;
  }
}

/** The database's clock is looked at while the show is locked, so it agrees with the versions. */
function checkClock(name: string, writes: readonly Written[], findings: Findings): void {
  for (const [at, write] of writes.entries()) {
    const before = writes[at - 1];
    if (before === undefined || before.story.operation.createdAtMs <= write.story.operation.createdAtMs)
      continue;
    findings.add(
      "I9",
      "the order of versions is not that of the database's clock",
      `${name} at version ${write.version}`,
      () => [before.line(), write.line()],
    );
  }
}
