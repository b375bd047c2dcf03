import type { Blind, HistoryEvent } from "../history.ts";
import { type Attempt, repliedAtMs } from "./attempts.ts";
import type { Case } from "./case.ts";
import { linesOf } from "./evidence.ts";
import type { Findings } from "./violation.ts";

/**
 * Tells a late reply. Only callers without a network that could delay a reply can; they listen longer than they said, so
 * that a reply which never came is noticed too. While the callers' process itself stood still no time passes.
 */
export type IsLate = (attempt: Attempt) => boolean;

export function lateReplies(events: readonly HistoryEvent[], lateMs: number): IsLate {
  const blinds = events.filter((event): event is Blind => event.type === "blind");
  return ({ sent, replied }) => {
    if (!sent.direct || replied === undefined) return false;
    const dueMs = sent.atMs + sent.deadlineMs;
    if (replied.atMs <= dueMs + lateMs) return false;
    return replied.atMs - dueMs - blindMs(blinds, dueMs, replied.atMs) > lateMs;
  };
}

function blindMs(blinds: readonly Blind[], fromMs: number, toMs: number): number {
  return blinds.reduce(
    (sum, blind) => sum + Math.max(0, Math.min(toMs, blind.toMs) - Math.max(fromMs, blind.fromMs)),
    0,
  );
}

/** I11: every reply comes by the caller's deadline, and a little. */
export function checkLateness({ attempts }: Case, isLate: IsLate, findings: Findings): void {
  for (const attempt of attempts) {
    if (!isLate(attempt)) continue;
    const { sent } = attempt;
    const detail = `${sent.procedure}, ${Math.round(repliedAtMs(attempt) - sent.atMs)} ms of ${sent.deadlineMs}`;
    findings.add("I11", "a late reply", detail, () => linesOf([attempt]));
  }
}
