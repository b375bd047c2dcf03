import type { HistoryEvent } from "../history.ts";
import { openCases } from "./case.ts";
import { readClock } from "./clock.ts";
import { type Counts, countAll } from "./counts.ts";
import { checkKeys } from "./keys.ts";
import { checkLateness, lateReplies } from "./lateness.ts";
import { checkLeaks } from "./leaks.ts";
import { findMoments } from "./moments.ts";
import { findOwners } from "./owners.ts";
import { checkReads } from "./reads.ts";
import { checkRealTime } from "./real-time.ts";
import { checkRefusals } from "./refusals.ts";
import { checkRemains } from "./remains.ts";
import { replay } from "./replay.ts";
import { replayShows } from "./shows/replay-shows.ts";
import { checkReservations } from "./shows/reservations.ts";
import { ShowReads } from "./shows/show-reads.ts";
import { ShowRefusals } from "./shows/show-refusals.ts";
import { checkStages } from "./shows/structure.ts";
import { checkSums } from "./sums.ts";
import type { Tables } from "./tables.ts";
import { Findings, type Violation } from "./violation.ts";

export interface CheckReport {
  violations: Violation[];
  counts: Counts;
}

/**
 * Judges what the clients saw by what is in the tables, knowing nothing of what was done to the system in between. A
 * tenant at a time, because no operation touches two:
 *
 * 1. keys: what was told is recorded, what was denied is not, and nothing is there that nobody asked for (I1, I2, I3);
 * 2. sums: the rows of each wallet and of each show follow from each other (I4, I5, I7);
 * 3. replay: all successes on single-threaded models, in an order that fits the versions of every wallet and show (I4, I5,
 *    I6, I7);
 * 4. refusals: each was right at some moment of the time that it took (I5, I9), on seats at the database's own (I7);
 * 5. real time: versions and reads agree with the clock on the wall (I9);
 * 6. replies tell of nobody else (I10) and are on time (I11).
 */
export function checkHistory(
  events: readonly HistoryEvent[],
  tables: Tables,
  { lateMs = 100 }: { lateMs?: number } = {},
): CheckReport {
  const findings = new Findings();
  const cases = openCases(events, tables);
  const isLate = lateReplies(events, lateMs);
  const owners = findOwners(tables, cases);
  for (const one of cases) {
    checkKeys(one, findings);
    checkSums(one, findings);
    checkStages(one, findings);
    const timelines = replayShows(one, findings);
    checkReservations(one, timelines, findings);
    const { past, books } = replay(one, findings);
    checkRemains(one, past, books, findings);
    const moments = findMoments(one, past);
    const clock = readClock(one);
    checkRefusals(one, past, moments, findings);
    new ShowRefusals(one, timelines, moments, clock, findings).check(past);
    checkRealTime(one, timelines, findings);
    checkReads(one, past, moments, owners, findings);
    new ShowReads(one, timelines, moments, clock, findings).check();
    checkLeaks(one, owners, findings);
    checkLateness(one, isLate, findings);
  }
  return { violations: findings.violations(), counts: countAll(cases, isLate) };
}
