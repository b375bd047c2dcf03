import { type Attempt, wasReplayed, wasTold } from "./attempts.ts";
import type { Case, Story } from "./case.ts";
import type { IsLate } from "./lateness.ts";

export interface Counts {
  attempts: number;
  /** Distinct keys of each tenant, writes that were sent without a key, and queries. */
  calls: number;
  /** Calls that were told a success. */
  acknowledged: number;
  /** Calls that were told a recorded refusal. */
  refused: number;
  /** Calls that were told, each time, that nothing was executed. */
  notExecuted: number;
  /** Attempts to write that ended without a definite answer. */
  unknown: number;
  /** Those of them that the tables show to have been executed. */
  unknownTookEffect: number;
  unknownDidNot: number;
  /** Queries that were answered. */
  reads: number;
  /** Versions that watchers were told of. */
  heard: number;
  /** Connections of watchers that went on where an earlier one had ended. */
  resumed: number;
  /** Replies later than deadline and tolerance. */
  late: number;
}

export function countAll(cases: readonly Case[], isLate: IsLate): Counts {
  const counts: Counts = {
    attempts: 0,
    calls: 0,
    acknowledged: 0,
    refused: 0,
    notExecuted: 0,
    unknown: 0,
    unknownTookEffect: 0,
    unknownDidNot: 0,
    reads: 0,
    heard: 0,
    resumed: 0,
    late: 0,
  };
  for (const one of cases) {
    counts.attempts += one.attempts.length;
    for (const attempt of one.attempts) {
      if (attempt.isQuery) {
        counts.calls++;
        if (attempt.meaning === "success") counts.reads++;
      } else if (attempt.key === undefined) {
        countCall(counts, [attempt], undefined);
      }
      if (isLate(attempt)) counts.late++;
    }
    for (const event of [...one.watchers.values()].flat()) {
      if (event.type === "heard") counts.heard += event.events.length;
      if (event.type === "watching" && event.lastEventId !== undefined) counts.resumed++;
    }
    for (const [key, tries] of one.calls) countCall(counts, tries, one.storiesByKey.get(key)?.[0]);
  }
  return counts;
}

function countCall(counts: Counts, tries: readonly Attempt[], story: Story | undefined): void {
  counts.calls++;
  if (tries.some(({ meaning }) => meaning === "success")) counts.acknowledged++;
  else if (tries.some(({ meaning }) => meaning === "refused")) counts.refused++;
  else if (tries.every(({ meaning }) => meaning === "not-executed")) counts.notExecuted++;
  const unknown = tries.filter(({ meaning }) => meaning === "unknown").length;
  const effects = story !== undefined && tookEffectUnseen(tries, story) ? 1 : 0;
  counts.unknown += unknown;
  counts.unknownTookEffect += effects;
  counts.unknownDidNot += unknown - effects;
}

/** Whether the attempt that was executed is one that never heard of it: then nobody was told for the first time. */
function tookEffectUnseen(tries: readonly Attempt[], { askers }: Story): boolean {
  const toldFirst = tries.some((attempt) => wasTold(attempt) && !wasReplayed(attempt));
  return !toldFirst && askers.some(({ meaning }) => meaning === "unknown");
}
