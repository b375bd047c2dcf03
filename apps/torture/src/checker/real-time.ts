import type { Case, Story } from "./case.ts";
import type { Transcript } from "./conversations/transcript.ts";
import { linesOf, rowLine } from "./evidence.ts";
import type { Timeline } from "./shows/timeline.ts";
import type { Findings } from "./violation.ts";

/** A write in the order of the versions of its wallet, show or conversation. */
interface Written {
  readonly version: bigint | number;
  readonly story: Story;
  readonly line: () => string;
}

/** I9 for writes: what was answered before another call was sent comes first in the versions of a wallet, a show or a conversation. */
export function checkRealTime(
  { accounts, operations, stages }: Case,
  timelines: ReadonlyMap<string, Timeline>,
  transcripts: ReadonlyMap<string, Transcript>,
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
  const check = (name: string, scenes: readonly Pick<Written, "version" | "story">[]): void => {
    const writes = scenes.map(({ version, story }) => {
      return { version, story, line: () => rowLine("operations", story.operation) };
    });
    checkOrder(name, writes, findings);
    checkClock(name, writes, findings);
  };
  for (const [id, { scenes }] of timelines) if (stages.get(id)?.sound === true) check(`show ${id}`, scenes);
  for (const [id, { scenes, thread }] of transcripts) if (thread.sound) check(`conversation ${id}`, scenes);
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

/** The database's clock is looked at while the row is locked, so it agrees with the versions. */
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
