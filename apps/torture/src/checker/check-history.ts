import type { HistoryEvent } from "../history.ts";
import { openCases } from "./case.ts";
import { readClock } from "./clock.ts";
import { ConversationReads } from "./conversations/conversation-reads.ts";
import { checkConversationRefusals } from "./conversations/conversation-refusals.ts";
import { replayConversations } from "./conversations/replay-conversations.ts";
import { checkThreads } from "./conversations/structure.ts";
import { checkWatchers } from "./conversations/watched.ts";
import { type Counts, countAll } from "./counts.ts";
import { checkCredentials } from "./credentials.ts";
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
 * 2. sums: the rows of each wallet, show and conversation follow from each other (I4, I5, I7, I8);
 * 3. replay: all successes on single-threaded models, in an order that fits the versions of every wallet, show and conversation
 *    (I4, I5, I6, I7, I8);
 * 4. refusals: each was right at some moment of the time that it took (I5, I9), on seats and in conversations at the
 *    database's own (I7, I8);
 * 5. real time: versions, reads and what watchers are told agree with the clock on the wall (I8, I9);
 * 6. replies tell of nobody else (I10), tell nobodies nothing (I13), and are on time (I11).
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
    checkThreads(one, findings);
    const timelines = replayShows(one, findings);
    checkReservations(one, timelines, findings);
    const transcripts = replayConversations(one, findings);
    const { past, books } = replay(one, findings);
    checkRemains(one, past, books, findings);
    const moments = findMoments(one, past);
    const clock = readClock(one);
    checkRefusals(one, past, moments, findings);
    new ShowRefusals(one, timelines, moments, clock, findings).check(past);
    checkConversationRefusals(one, transcripts, moments, findings);
    checkRealTime(one, timelines, transcripts, findings);
    checkReads(one, past, moments, owners, findings);
    new ShowReads(one, timelines, moments, clock, findings).check();
    new ConversationReads(one, transcripts, moments, clock, findings).check();
    checkWatchers(one, transcripts, moments, findings);
    checkLeaks(one, owners, findings);
    checkCredentials(one, findings);
    checkLateness(one, isLate, findings);
  }
  return { violations: findings.violations(), counts: countAll(cases, isLate) };
}
